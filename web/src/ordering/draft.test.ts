import { afterEach, describe, expect, it, vi } from "vitest";
import type { Generation } from "../api/client";
import { draftLike, draftOf, EMPTY, faultsOf, filledFrom, knownTo, requestOf } from "./draft";
import { FILM, PLAIN } from "./given-models";
import { keepDraft, keptDraft } from "./kept-draft";

const models = [FILM, PLAIN];
const plain = filledFrom(models, { ...EMPTY, prompt: "A cake", model: "Plain" });
const film = filledFrom(models, { ...EMPTY, prompt: "A cake", model: "Film" });

const generation = {
  prompt: "A cake",
  model: "Plain",
  params: { style: "anime", color: "pastel", size: "512x512", seed: 7 },
} as Generation;

describe("a draft", () => {
  it("takes the default model and the first option of each list if nothing is chosen", () => {
    expect(filledFrom([PLAIN], EMPTY)).toEqual({
      ...EMPTY,
      model: "Plain",
      params: { style: "sketch", color: "pastel", size: "1024x1024" },
    });
  });

  it("keeps an option that is on offer, and replaces one that is not", () => {
    const before = { ...plain, params: { ...plain.params, style: "anime", size: "gone" } };
    expect(filledFrom(models, before).params).toMatchObject({ style: "anime", size: "1024x1024" });
  });

  it("keeps what another model also takes, and drops the rest", () => {
    const anime = { ...plain, params: { ...plain.params, style: "anime" } };
    expect(filledFrom(models, { ...anime, model: "Film" }).params).toEqual({
      style: "anime",
      duration: 5,
      resolution: "480p",
      num_images: 1,
    });
    expect(filledFrom(models, { ...film, model: "Plain" }).params).toEqual({
      style: "anime",
      color: "pastel",
      size: "1024x1024",
    });
  });

  it("has the seed of its generation to make the same picture, and none to make a similar one", () => {
    expect(draftOf(generation)).toEqual({
      prompt: "A cake",
      model: "Plain",
      params: { style: "anime", color: "pastel", size: "512x512" },
      seed: "7",
    });
    expect(draftLike(generation)).toMatchObject({ prompt: "A cake", params: { style: "anime" }, seed: "" });
  });

  it("is sent without parameters that its model does not know any more", () => {
    const { params } = knownTo(PLAIN, { ...plain, params: { ...plain.params, loop: true } });
    expect(params).toEqual(plain.params);
  });
});

describe("a kept draft", () => {
  const stored = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  });
  afterEach(() => stored.clear());

  it("is read as it was kept", () => {
    keepDraft("u1", film);
    expect(keptDraft("u1")).toEqual(film);
    expect(keptDraft("u2")).toEqual(EMPTY);
  });

  it("is read as an older version kept it", () => {
    const old = { prompt: "A cake", model: "Plain", style: "anime", color: "", size: "512x512", seed: "7" };
    stored.set("studio.draft.u1", JSON.stringify(old));
    expect(filledFrom(models, keptDraft("u1"))).toEqual({
      prompt: "A cake",
      model: "Plain",
      params: { style: "anime", color: "pastel", size: "512x512" },
      seed: "7",
    });
  });
});

describe("faults", () => {
  it.each([
    ["an empty prompt", { prompt: " \n" }, { "/prompt": { name: "blank" } }],
    [
      "a prompt that is too long",
      { prompt: "a".repeat(1001) },
      { "/prompt": { name: "long", values: { count: 1 } } },
    ],
    ["the longest prompt, in emoji", { prompt: "🍰".repeat(1000) }, {}],
    ["the largest seed", { seed: "4294967295" }, {}],
    ["a seed too large", { seed: "4294967296" }, { "/seed": { name: "seed" } }],
    ["a seed that is no number", { seed: "-1" }, { "/seed": { name: "seed" } }],
    [
      "an option that is gone",
      { params: { ...plain.params, size: "?" } },
      { "/params/size": { name: "gone" } },
    ],
  ])("%s", (_case, changes, faults) => {
    expect(faultsOf({ ...plain, ...changes }, PLAIN)).toEqual(faults);
  });

  it.each([
    ["num_images", 5, { number: "whole", bounds: "both", least: 1, most: 4 }],
    ["num_images", 1.5, { number: "whole", bounds: "both", least: 1, most: 4 }],
    ["guidance", "much", { number: "any", bounds: "most", least: 0, most: 1.5 }],
  ])("the number %s may not be %s", (name, value, values) => {
    const wrong = { ...film, params: { ...film.params, [name]: value } };
    expect(faultsOf(wrong, FILM)).toEqual({ [`/params/${name}`]: { name: "number", values } });
  });

  it("a model has its own limit of the prompt, and of its texts", () => {
    const long = { ...film, prompt: "a".repeat(82), params: { ...film.params, avoid: "a".repeat(13) } };
    expect(faultsOf(long, FILM)).toEqual({
      "/prompt": { name: "long", values: { count: 2 } },
      "/params/avoid": { name: "long", values: { count: 3 } },
    });
  });

  it("a required field may not be empty, and an optional one may", () => {
    const empty = { ...film, params: { resolution: "720p", num_images: "" } };
    expect(faultsOf(empty, FILM)).toEqual({ "/params/duration": { name: "needed" } });
  });

  it("a model that is gone", () => {
    expect(faultsOf(plain, undefined)).toEqual({ "/model": { name: "gone" } });
  });
});

it("a request has a seed only if one is typed, which may be 0", () => {
  expect(requestOf(plain).seed).toBeNull();
  expect(requestOf({ ...plain, seed: "0" }).seed).toBe(0);
});

it("a request has only the parameters that are given, with their types", () => {
  const params = { duration: 10, loop: false, avoid: "" };
  expect(requestOf({ ...film, params }).params).toEqual({ duration: 10, loop: false });
});
