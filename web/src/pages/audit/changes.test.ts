import { expect, test } from "vitest";
import { changesOf } from "./changes";

test("only values that differ are changes", () => {
  const before = { id: "wide", credit_cost: 2, is_active: true };
  expect(changesOf({ before, after: { ...before, credit_cost: 3 } })).toEqual([
    { name: "credit_cost", before: "2", after: "3" },
  ]);
});

test("all values of something new are changes", () => {
  expect(changesOf({ before: null, after: { hex_examples: ["#000"] } })).toEqual([
    { name: "hex_examples", before: "–", after: '["#000"]' },
  ]);
});

test("details without before and after are no changes", () => {
  expect(changesOf({ credits: 25 })).toBeUndefined();
});
