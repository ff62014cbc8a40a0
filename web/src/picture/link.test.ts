import { describe, expect, it } from "vitest";
import { linkOf, type Wanted } from "./link";

const both = { url: "/0.png", thumbnail_url: "/0-thumbnail.webp" };
const alone = { url: "/0.png", thumbnail_url: null };
const tried = (links: typeof both | typeof alone, wanted: Wanted) =>
  [0, 1, 2, 3].map((failures) => linkOf(links, wanted, failures));

describe("the link of each try", () => {
  it("is the thumbnail if a small picture is wanted, and the full picture if the thumbnail does not load", () => {
    expect(tried(both, "small")).toEqual(["/0-thumbnail.webp", "/0-thumbnail.webp", "/0.png", undefined]);
  });

  it("is the full picture if there is no thumbnail", () => {
    expect(tried(alone, "small")).toEqual(["/0.png", "/0.png", undefined, undefined]);
  });

  it("is the full picture if that is wanted", () => {
    expect(tried(both, "full")).toEqual(["/0.png", "/0.png", undefined, undefined]);
    expect(tried(alone, "full")).toEqual(tried(both, "full"));
  });
});
