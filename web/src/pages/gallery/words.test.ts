import { describe, expect, it } from "vitest";
import type { Generation } from "../../api/client";
import en from "../../i18n/en";
import { wordsIn } from "../../i18n/i18n";
import ru from "../../i18n/ru";
import { durationBetween, reasonOf, titleOf } from "./words";

const { t } = wordsIn("en", en);
const START = "2026-11-20T10:00:00.000Z";
const later = (seconds: number) => new Date(Date.parse(START) + seconds * 1000).toISOString();

describe("a duration", () => {
  it.each([
    [0.2, "less than a second"],
    [1, "1 second"],
    [60, "1 minute"],
    [125, "2 minutes 5 seconds"],
    [3600 + 61, "1 hour 1 minute"],
  ])("of %d s is written as %s", (seconds, words) => {
    expect(durationBetween(START, later(seconds), t)).toBe(words);
  });

  it("has the plurals of Russian", () => {
    const words = [1, 2, 5, 21].map((seconds) => durationBetween(START, later(seconds), wordsIn("ru", ru).t));
    expect(words).toEqual(["1 секунда", "2 секунды", "5 секунд", "21 секунда"]);
  });

  it("below zero, as clocks differ, is written as less than a second", () => {
    expect(durationBetween(later(5), START, t)).toBe("less than a second");
  });
});

describe("a heading made of a prompt", () => {
  it("is the prompt on one line if it is short", () => {
    expect(titleOf("  A cake\n with cherries ")).toBe("A cake with cherries");
  });

  it("ends with a whole word", () => {
    const prompt = "A three-tier wedding cake with sugar peonies, on a marble table by the window";
    expect(titleOf(prompt)).toBe("A three-tier wedding cake with sugar peonies, on a marble…");
  });

  it("cuts a single word that is too long", () => {
    expect(titleOf("a".repeat(200))).toBe(`${"a".repeat(60)}…`);
  });
});

describe("why it failed", () => {
  const failed = (code: string, message = "As the API says it") =>
    ({ error: { code, message, retryable: true } }) as Generation;

  it("is said in our words if the code is known", () => {
    expect(reasonOf(failed("model_withdrawn"), t)).toBe(t("gallery.reason.withdrawn"));
  });

  it("is found by its text if it has no code of its own", () => {
    const inherited = failed("model_failed", "Insufficient GPU resources");
    expect(reasonOf(inherited, t)).toBe(t("studio.reason.insufficient_resources"));
  });

  it("is said in the words of the API if the code is not known", () => {
    expect(reasonOf(failed("new_code"), t)).toBe("As the API says it");
  });
});
