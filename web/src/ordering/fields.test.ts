import { describe, expect, it } from "vitest";
import { fieldsOf, fits } from "./fields";
import { FILM, PLAIN } from "./given-models";

describe("a schema becomes fields", () => {
  it("each of the kind that fits, first options and what is required", () => {
    expect(fieldsOf(FILM).map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
      "style: option",
      "duration: choice",
      "resolution: choice",
      "guidance: number",
      "num_images: number",
      "avoid: text",
      "loop: switch",
    ]);
  });

  it("in an order that does not depend on the order of the schema", () => {
    const properties = Object.entries(PLAIN.parameters.properties as object).reverse();
    const reversed = {
      ...PLAIN,
      parameters: { ...PLAIN.parameters, properties: Object.fromEntries(properties) },
    };
    expect(fieldsOf(reversed).map(({ name }) => name)).toEqual(["style", "color", "size"]);
  });

  it("or in the order that the schema asks for", () => {
    const properties = {
      a: { type: "string", "x-order": 2 },
      b: { enum: [1], "x-order": 3 },
      c: { "x-order": 1 },
    };
    const ordered = { ...PLAIN, parameters: { type: "object", properties } };
    expect(fieldsOf(ordered).map(({ name }) => name)).toEqual(["c", "a", "b"]);
  });

  it("with the list of the catalog, and the options of it that are on offer", () => {
    expect(fieldsOf(PLAIN)[2]).toMatchObject({
      list: "sizes",
      values: ["1024x1024", "512x512", "512x1024"],
      isRequired: true,
    });
  });

  it("with titles, descriptions, defaults and ranges", () => {
    const [, duration, , guidance, number, avoid] = fieldsOf(FILM);
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
