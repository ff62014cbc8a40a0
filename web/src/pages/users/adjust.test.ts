import { expect, test } from "vitest";
import { IdempotencyKeys, signedCredits } from "./adjust";

test("what is given is above zero, what is taken below", () => {
  expect(signedCredits({ direction: "give", amount: "25", reason: "" })).toBe(25);
  expect(signedCredits({ direction: "take", amount: " 25 ", reason: "" })).toBe(-25);
});

test.each(["", "0", "-3", "2.5", "1e3", "ten", "2147483648"])("%j is no amount", (amount) => {
  expect(signedCredits({ direction: "give", amount, reason: "" })).toBeUndefined();
});

test("a repeat has the key of the first press, another content has one of its own", () => {
  let count = 0;
  const keys = new IdempotencyKeys(() => `key-${++count}`);
  const first = keys.of({ credits: 5, reason: "Apology" });
  expect(keys.of({ credits: 5, reason: "Apology" })).toBe(first);
  expect(keys.of({ credits: 6, reason: "Apology" })).not.toBe(first);
});
