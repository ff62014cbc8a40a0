import { describe, expect, it } from "vitest";
import nastyCells from "../../../../functions/tests/nasty_cells.json";
import type { Entry } from "../../api/client";
import en from "../../i18n/en";
import { wordsIn } from "../../i18n/i18n";
import ru from "../../i18n/ru";
import { csv } from "./csv";
import { type EntryPage, entryDetail, entryTitle, sumOf } from "./entries";
import { ENTRIES_MAX, ledgerRows, readWhole } from "./ledger-file";

const english = wordsIn("en", en).t;
const russian = wordsIn("ru", ru).t;

function entry(signed: number, more: Partial<Entry> = {}): Entry {
  return {
    id: "e",
    type: signed < 0 ? "deduction" : "grant",
    credits: Math.abs(signed),
    signed_credits: signed,
    generation_id: null,
    description: "",
    timestamp: "2026-11-20T10:27:30.123456Z",
    ...more,
  };
}

describe("the file", () => {
  it.each(nastyCells)("writes $cell as the reports do", ({ cell, written }) => {
    expect(csv([[cell]], ",")).toBe(`\uFEFF${written}\r\n`);
  });

  it("leaves numbers as numbers", () => {
    expect(csv([[-3, 12]], ",")).toBe("\uFEFF-3,12\r\n");
  });

  it("keeps separators, quotes and lines inside their cell", () => {
    expect(csv([['a,"b"', "c;d", "e\nf"]], ";")).toBe('\uFEFF"a,""b""";"c;d";"e\nf"\r\n');
  });
});

describe("reading all pages", () => {
  it("follows the page tokens, and tells how many entries it has", async () => {
    const pages: Record<string, EntryPage> = {
      "": { data: [entry(-1), entry(-2)], next_page_token: "older" },
      older: { data: [entry(10)], next_page_token: null },
    };
    const told: number[] = [];
    const readPage = async (token: string) => pages[token] ?? expect.unreachable();
    const whole = await readWhole(readPage, (count) => told.push(count));
    expect(sumOf(whole.entries)).toBe(7);
    expect(whole.isAll).toBe(true);
    expect(told).toEqual([2, 3]);
  });

  it("stops at the largest number of entries, even if there are more", async () => {
    const endless = async (): Promise<EntryPage> => ({
      data: Array.from({ length: 100 }, () => entry(1)),
      next_page_token: "more",
    });
    const whole = await readWhole(endless, () => {});
    expect(whole.entries).toHaveLength(ENTRIES_MAX);
    expect(whole.isAll).toBe(false);
  });
});

describe("the rows of the file", () => {
  const newestFirst = [entry(2, { type: "refund" }), entry(-3), entry(10)];
  const balances = (isAll: boolean) =>
    ledgerRows({ entries: newestFirst, isAll }, english)
      .slice(1)
      .map((row) => row[4]);

  it("have the balance after each entry", () => {
    expect(balances(true)).toEqual([9, 7, 10]);
  });

  it("have no balance if the first entries are missing", () => {
    expect(balances(false)).toEqual(["", "", ""]);
  });
});

describe("an entry in words", () => {
  const order = entry(-3, { description: "Image generation - Model A - 1024x768" });
  const refund = entry(3, {
    type: "refund",
    description: "Refund for cancelled generation: Cancelled by the user",
  });
  const adjustment = entry(5, { type: "adjustment", description: "Adjustment: Sorry: the oven broke" });

  it("is in the language of the reader", () => {
    expect(entryTitle(refund, russian)).toBe("Возврат");
    expect(entryDetail(refund, russian)).toBe("Картинка отменена");
    expect(entryDetail(order, russian)).toBe("Модель A, 1024 × 768");
  });

  it("keeps the words of an operator", () => {
    expect(entryDetail(adjustment, russian)).toBe("Sorry: the oven broke");
  });

  it("shows unknown descriptions as they are", () => {
    const painted = entry(-3, { description: "Image generation - Model Z - 512x512" });
    expect(entryDetail(painted, russian)).toBe("Model Z, 512 × 512");
    const unknown = entry(1, { type: "raffle", description: "You won" });
    expect([entryTitle(unknown, english), entryDetail(unknown, english)]).toEqual(["raffle", "You won"]);
  });
});
