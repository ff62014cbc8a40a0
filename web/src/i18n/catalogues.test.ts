import { type MessageFormatElement, parse, TYPE } from "@formatjs/icu-messageformat-parser";
import { expect, test } from "vitest";
import en from "./en";
import ru from "./ru";

type Words = Record<string, string>;

const ROOMS = Object.keys(en) as (keyof typeof en)[];
const RUSSIAN_PLURALS = ["one", "few", "many", "other"];
const NAMES_AND_EXAMPLES = [
  "audit.filter.actorHint",
  "audit.filter.targetHint",
  "landing.nav.reference",
  "landing.otherName",
  "reports.download.json",
  "shell.reference",
];

const flat = (catalogue: Record<string, Words>): [string, string][] =>
  Object.entries(catalogue).flatMap(([room, words]) =>
    Object.entries(words).map(([key, text]): [string, string] => [`${room}.${key}`, text]),
  );

/** Returns all elements of a message, also those inside plurals and choices. */
function elements(message: readonly MessageFormatElement[]): MessageFormatElement[] {
  return message.flatMap((each) => {
    if (each.type !== TYPE.plural && each.type !== TYPE.select) return [each];
    return [each, ...Object.values(each.options).flatMap((option) => elements(option.value))];
  });
}

function values(text: string): string[] {
  const named = elements(parse(text)).flatMap((each) =>
    each.type === TYPE.literal || each.type === TYPE.pound || each.type === TYPE.tag ? [] : [each.value],
  );
  return [...new Set(named)].sort();
}

test.each(ROOMS)("%s has the same keys in both languages", (room) => {
  expect(Object.keys(ru[room]).sort()).toEqual(Object.keys(en[room]).sort());
});

test("a Russian message uses no value that the English one does not use, except a count for its plurals", () => {
  const english = new Map(flat(en));
  const unknown = flat(ru).filter(([key, text]) => {
    const known = ["count", ...values(english.get(key) ?? "")];
    return !values(text).every((value) => known.includes(value));
  });
  expect(unknown).toEqual([]);
});

test("a Russian plural with forms has all four of them", () => {
  const short = flat(ru).filter(([, text]) =>
    elements(parse(text)).some((each) => each.type === TYPE.plural && isShort(Object.keys(each.options))),
  );
  expect(short).toEqual([]);
});

function isShort(forms: string[]): boolean {
  const hasForms = ["one", "few", "many"].some((form) => forms.includes(form));
  return hasForms && !RUSSIAN_PLURALS.every((form) => forms.includes(form));
}

test("every Russian text has Russian letters, except names and examples", () => {
  const latin = flat(ru).filter(
    ([, text]) => /[a-z]{3}/i.test(text.replace(/\{.*\}/g, "")) && !/[а-яё]/i.test(text),
  );
  expect(latin.map(([key]) => key).sort()).toEqual(NAMES_AND_EXAMPLES);
});
