import { describe, expect, it } from "vitest";
import type { Catalog, Generation } from "../api/client";
import { affordableSize, draftLike, draftOf, EMPTY, faultsOf, filledFrom, requestOf } from "./draft";

const offer = (id: string) => ({ id, display_name: id, description: "" });
const size = (id: string, credit_cost: number) => ({
  ...offer(id),
  width: 512,
  height: 512,
  aspect_ratio: "1:1",
  credit_cost,
});

const catalog: Catalog = {
  models: [{ name: "Model A", kind: "text_to_image", description: "" }],
  styles: [offer("sketch"), offer("anime")],
  colors: [{ ...offer("pastel"), hex_examples: ["#FFB3BA"] }],
  sizes: [size("large", 3), size("small", 1)],
};
const draft = filledFrom(catalog, { ...EMPTY, prompt: "A cake" });

const generation = {
  prompt: "A cake",
  model: "Model A",
  params: { style: "anime", color: "pastel", size: "small", seed: 7 },
} as Generation;

describe("a draft", () => {
  it("takes the first option of the catalog if none is chosen", () => {
    expect(draft).toMatchObject({ model: "Model A", style: "sketch", color: "pastel", size: "large" });
  });

  it("keeps an option that is on offer, and replaces one that is not", () => {
    const before = { ...draft, style: "anime", size: "gone" };
    expect(filledFrom(catalog, before)).toMatchObject({ style: "anime", size: "large" });
  });

  it("has the seed of its generation to make the same picture, and none to make a similar one", () => {
    expect(draftOf(generation).seed).toBe("7");
    expect(draftLike(generation)).toMatchObject({ prompt: "A cake", style: "anime", seed: "" });
  });
});

describe("faults", () => {
  it.each([
    ["an empty prompt", { prompt: " \n" }, { prompt: "blank" }],
    ["a prompt that is too long", { prompt: "a".repeat(1001) }, { prompt: "long" }],
    ["the longest prompt, in emoji", { prompt: "🍰".repeat(1000) }, {}],
    ["the largest seed", { seed: "4294967295" }, {}],
    ["a seed too large", { seed: "4294967296" }, { seed: "seed" }],
    ["a seed that is no number", { seed: "-1" }, { seed: "seed" }],
  ])("%s", (_case, changes, faults) => {
    expect(faultsOf({ ...draft, ...changes })).toEqual(faults);
  });

  it("counts characters as the API does", () => {
    expect(faultsOf({ ...EMPTY, prompt: "🍰".repeat(1000) })).toEqual({});
    expect(faultsOf({ ...EMPTY, prompt: "🍰".repeat(1001) })).toEqual({ prompt: "long" });
  });
});

it("a request has a seed only if one is typed, which may be 0", () => {
  expect(requestOf(draft).seed).toBeNull();
  expect(requestOf({ ...draft, seed: "0" }).seed).toBe(0);
});

it.each([
  [0, undefined],
  [2, "small"],
  [9, "small"],
])("with %i credits the cheapest size that can be paid is %s", (credits, id) => {
  expect(affordableSize(catalog, credits)?.id).toBe(id);
});
