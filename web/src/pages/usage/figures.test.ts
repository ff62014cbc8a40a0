import { expect, it } from "vitest";
import { monthName, percent, successRate, type Usage } from "./figures";

const usage = (part: Partial<Usage>): Usage => ({
  requests: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  images: 0,
  deducted: 0,
  refunded: 0,
  charged: 0,
  held: 0,
  ...part,
});

it("the success rate leaves out cancelled orders", () => {
  expect(successRate(usage({ requests: 9, completed: 3, failed: 1, cancelled: 4 }))).toBe(0.75);
  expect(successRate(usage({ requests: 2, cancelled: 1 }))).toBeUndefined();
});

it("a percentage is 0 or 100 only if the share is exactly that", () => {
  expect(percent(1, "en")).toBe("100%");
  expect(percent(0.999, "en")).toBe("99%");
  expect(percent(0.001, "en")).toBe("1%");
  expect(percent(0, "en")).toBe("0%");
});

it("a month has the same name in every time zone", () => {
  expect(monthName("2026-01", "en")).toBe("January 2026");
  expect(monthName("2026-05", "ru")).toBe("Май 2026");
  expect(monthName("2026-11", "en", "short")).toBe("Nov");
});
