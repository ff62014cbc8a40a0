import { describe, expect, it } from "vitest";
import { FILM, PLAIN } from "./given-models";
import { affordable, changedBy, decidesPrice, priceOf } from "./prices";

describe("a price is looked up", () => {
  it.each([
    [PLAIN, { style: "anime", size: "512x512" }, 1],
    [PLAIN, { size: "gone" }, undefined],
    [FILM, { duration: 5, resolution: "720p" }, 6],
    [FILM, { resolution: "720p" }, 6],
    [FILM, { duration: 10, resolution: "720p" }, undefined],
  ])("$id with %o", (model, params, price) => {
    expect(priceOf(model, params)).toBe(price);
  });

  it("and counts for each output only where the model says so", () => {
    expect(priceOf(FILM, { duration: 5, resolution: "480p", num_images: 3 })).toBe(12);
    expect(priceOf(FILM, { duration: 10, resolution: "480p", num_images: 3 })).toBe(9);
    expect(priceOf(FILM, { duration: 5, resolution: "480p", num_images: "" })).toBe(4);
  });

  it("but not for a number of outputs that is none", () => {
    expect(priceOf(FILM, { resolution: "480p", num_images: "many" })).toBeUndefined();
  });
});

it("some parameters decide the price", () => {
  expect(["size", "style"].map((name) => decidesPrice(PLAIN, name))).toEqual([true, false]);
});

it.each([
  [0, []],
  [2, ["512x512"]],
  [3, ["512x512", "1024x1024"]],
])("%i credits pay for %o, the cheapest first", (credits, sizes) => {
  expect(affordable(PLAIN, { size: "512x1024" }, credits).map(({ params }) => params.size)).toEqual(sizes);
});

it("of two choices at the same price the one that changes less comes first", () => {
  const prices = ["a", "b"].flatMap((resolution) =>
    [5, 10].map((duration) => ({ params: { resolution, duration }, credits: 2, per: "request" as const })),
  );
  const now = { resolution: "b", duration: 20 };
  const [first] = affordable({ ...FILM, prices }, now, 2);
  expect(first?.params).toEqual({ resolution: "b", duration: 5 });
  expect(changedBy(first?.params ?? {}, now)).toEqual({ duration: 5 });
});

it("what the credits pay for depends on the number of outputs", () => {
  expect(affordable(FILM, { num_images: 2 }, 10)).toEqual([
    { params: { duration: 5, resolution: "480p" }, price: 8 },
    { params: { duration: 10, resolution: "480p" }, price: 9 },
  ]);
});
