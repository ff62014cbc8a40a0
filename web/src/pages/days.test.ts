import { afterEach, beforeEach, expect, test } from "vitest";
import { beginningOf, endOf } from "./days";

const zone = process.env.TZ;

beforeEach(() => {
  process.env.TZ = "Europe/Berlin";
});

afterEach(() => {
  process.env.TZ = zone;
});

test("a day begins and ends in the time zone of the reader", () => {
  expect(beginningOf("2026-01-15")).toBe("2026-01-14T23:00:00.000Z");
  expect(endOf("2026-01-15")).toBe("2026-01-15T23:00:00.000Z");
});

test("the day on which the clocks go forward has 23 hours", () => {
  expect(beginningOf("2026-03-29")).toBe("2026-03-28T23:00:00.000Z");
  expect(endOf("2026-03-29")).toBe("2026-03-29T22:00:00.000Z");
});

test("a text that is no day has no moments", () => {
  expect(beginningOf("")).toBeUndefined();
  expect(endOf("yesterday")).toBeUndefined();
});
