import { describe, expect, it } from "vitest";
import en from "./en";
import { wordsIn } from "./i18n";
import { isolated, lengthOf, shortened } from "./typed";

const FAMILY = "👨‍👩‍👧‍👦";

describe("a length", () => {
  it.each([
    ["", 0],
    ["cake", 4],
    ["торт", 4],
    ["🎂", 1],
    [FAMILY, 7],
    ["e\u0301", 2],
  ])("of %s is %d code points, as in the API", (text, count) => {
    expect(lengthOf(text)).toBe(count);
  });
});

describe("a shortened text", () => {
  it("never ends within one visible character", () => {
    expect(shortened(FAMILY.repeat(9), 3)).toBe(`${FAMILY.repeat(3)}…`);
    expect(shortened("e\u0301".repeat(9), 3)).toBe(`${"e\u0301".repeat(3)}…`);
    expect(shortened("🇫🇷🇩🇪🇮🇹", 2)).toBe("🇫🇷🇩🇪…");
  });

  it("is not shortened if it has few visible characters", () => {
    expect(shortened(FAMILY.repeat(3), 3)).toBe(FAMILY.repeat(3));
  });
});

describe("typed text inside a message", () => {
  it("is isolated if it runs from right to left", () => {
    const { t } = wordsIn("en", en);
    expect(t("keys.revoke.title", { name: "מפתח" })).toContain("\u2068מפתח\u2069");
  });

  it("is not changed if it runs from left to right", () => {
    expect([isolated("Nightly batch"), isolated(3), isolated(true)]).toEqual(["Nightly batch", 3, true]);
  });
});
