import { expect, test } from "vitest";
import { IdempotencyKeys, signedCredits } from "./adjust";

test("credits that are given are positive, those that are taken negative", () => {
  expect(signedCredits({ direction: "give", amount: "25", reason: "" })).toBe(25);
  expect(signedCredits({ direction: "take", amount: " 25 ", reason: "" })).toBe(-25);
});

test.each(["", "0", "-3", "2.5", "1e3", "ten", "2147483648"])("%j is no amount", (amount) => {
  expect(signedCredits({ direction: "give", amount, reason: "" })).toBeUndefined();
});

test("a repeated press has the same key, and another content has another key", () => {
  let count = 0;
  const keys = new IdempotencyKeys(() => `key-${++count}`);
  const first = keys.of({ credits: 5, reason: "Apology" });
  expect(keys.of({ credits: 5, reason: "Apology" })).toBe(first);
  expect(keys.of({ credits: 6, reason: "Apology" })).not.toBe(first);
});
