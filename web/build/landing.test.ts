import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import en from "../src/i18n/en/landing.json" with { type: "json" };
import ru from "../src/i18n/ru/landing.json" with { type: "json" };
import { filled } from "./landing.ts";

const template = readFileSync(new URL("../index.html", import.meta.url), "utf-8");

test.each([
  ["en", en],
  ["ru", ru],
])("the template has words for all of it in %s", (_, words) => {
  expect(filled(template, words)).not.toContain("{{");
});

test("words are text, never markup", () => {
  expect(filled("<p>{{landing.lead}}</p>", { lead: '<b>&"' })).toBe("<p>&#60;b&#62;&#38;&#34;</p>");
});

test("a key without words stops the build", () => {
  expect(() => filled("{{landing.lead}}", {})).toThrow("lead");
});
