import { describe, expect, it } from "vitest";
import type { Catalog } from "../api/client";
import { namedAfter, nameOf } from "./names";

const catalog = {
  styles: [{ id: "oil_painting", display_name: "Oil on canvas" }],
  colors: [],
  sizes: [{ id: "512x512", display_name: "Square (512×512)" }],
} as unknown as Catalog;

describe("the name of an option", () => {
  it("comes from the catalog", () => {
    expect(nameOf("style", "oil_painting", catalog)).toBe("Oil on canvas");
    expect(nameOf("size", "512x512", catalog)).toBe("Square (512×512)");
  });

  it("is made of its id if it is no longer on offer, or the catalog is not loaded yet", () => {
    expect(nameOf("color", "old_gold", catalog)).toBe("Old Gold");
    expect(nameOf("style", "oil_painting", undefined)).toBe("Oil Painting");
    expect(nameOf("size", "1024x1792", undefined)).toBe("1024\u00a0×\u00a01792");
  });

  it("stays as it is if it is no id", () => {
    expect(namedAfter("Neo-Gothic")).toBe("Neo-Gothic");
  });
});
