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
  ])("of %s is %d code points, as the API counts", (text, count) => {
    expect(lengthOf(text)).toBe(count);
  });
});

describe("a shortened text", () => {
  it("never ends inside of what is seen as one character", () => {
    expect(shortened(FAMILY.repeat(9), 3)).toBe(`${FAMILY.repeat(3)}…`);
    expect(shortened("e\u0301".repeat(9), 3)).toBe(`${"e\u0301".repeat(3)}…`);
    expect(shortened("🇫🇷🇩🇪🇮🇹", 2)).toBe("🇫🇷🇩🇪…");
  });

  it("is left alone where it is short as people count", () => {
    expect(shortened(FAMILY.repeat(3), 3)).toBe(FAMILY.repeat(3));
  });
});

describe("typed text in a sentence of ours", () => {
  it("keeps its direction to itself", () => {
    const { t } = wordsIn("en", en);
    expect(t("keys.revoke.title", { name: "מפתח" })).toContain("\u2068מפתח\u2069");
  });

  it("is left alone where it runs as the sentence does", () => {
    expect([isolated("Nightly batch"), isolated(3), isolated(true)]).toEqual(["Nightly batch", 3, true]);
  });
});
