import { describe, expect, it } from "vitest";
import { fieldsOf, fits } from "./fields";
import { FILM, PLAIN } from "./given-models";

describe("a schema becomes fields", () => {
  it("in its order, each of the kind that fits", () => {
    expect(fieldsOf(FILM).map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
      "style: option",
      "duration: choice",
      "resolution: choice",
      "num_images: number",
      "guidance: number",
      "loop: switch",
      "avoid: text",
    ]);
  });

  it("with the list of the catalog, and the options of it that are on offer", () => {
    expect(fieldsOf(PLAIN)[2]).toMatchObject({
      list: "sizes",
      values: ["1024x1024", "512x512", "512x1024"],
      isRequired: true,
    });
  });

  it("with titles, descriptions, defaults and ranges", () => {
    const [, duration, , number, guidance, , avoid] = fieldsOf(FILM);
    expect(duration).toMatchObject({ title: "Length", initial: 5, values: [5, 10], isRequired: true });
    expect(number).toMatchObject({ description: "How many films.", isWhole: true, least: 1, most: 4 });
    expect(guidance).toMatchObject({ isWhole: false, least: undefined, most: 1.5, isRequired: false });
    expect(avoid).toMatchObject({ most: 10, title: undefined });
  });

  it("and a model without parameters has none", () => {
    expect(fieldsOf({ ...PLAIN, parameters: { type: "object" } })).toEqual([]);
  });
});

it.each([
  ["duration", 10, true],
  ["duration", "10", false],
  ["num_images", 4, true],
  ["num_images", 0, false],
  ["guidance", -0.5, true],
  ["guidance", "0.5", false],
  ["loop", false, true],
  ["loop", 1, false],
  ["avoid", "🍰".repeat(10), true],
  ["avoid", "a".repeat(11), false],
])("%s takes %s: %s", (name, value, expected) => {
  const field = fieldsOf(FILM).find((each) => each.name === name);
  expect(field && fits(field, value)).toBe(expected);
});
