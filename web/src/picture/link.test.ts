import { describe, expect, it } from "vitest";
import { linkOf, type Wanted } from "./link";

const both = { url: "/0.png", thumbnail_url: "/0-thumbnail.webp" };
const alone = { url: "/0.png", thumbnail_url: null };
const tried = (links: typeof both | typeof alone, wanted: Wanted) =>
  [0, 1, 2, 3].map((failures) => linkOf(links, wanted, failures));

describe("what is loaded, try by try", () => {
  it("is the thumbnail where it is enough, and the full picture where it does not come", () => {
    expect(tried(both, "small")).toEqual(["/0-thumbnail.webp", "/0-thumbnail.webp", "/0.png", undefined]);
  });

  it("is the full picture where there is no thumbnail", () => {
    expect(tried(alone, "small")).toEqual(["/0.png", "/0.png", undefined, undefined]);
  });

  it("is the full picture where that is wanted", () => {
    expect(tried(both, "full")).toEqual(["/0.png", "/0.png", undefined, undefined]);
    expect(tried(alone, "full")).toEqual(tried(both, "full"));
  });
});
