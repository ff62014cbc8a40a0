import type { Entry } from "../../api/client";
import type { Translate } from "../../i18n/i18n";
import type { Cell } from "./csv";
import { type EntryPage, entryDetail, entryTitle } from "./entries";

/** A file has at most this many entries. */
export const ENTRIES_MAX = 10_000;

export interface Whole {
  entries: Entry[];
  /** False if there are older entries, which are left out. */
  isAll: boolean;
}

type ReadPage = (token: string) => Promise<EntryPage>;

/** Reads all entries page after page, the newest first. After each page, `tell` gets the number of entries so far. */
export async function readWhole(readPage: ReadPage, tell: (count: number) => void): Promise<Whole> {
  const entries: Entry[] = [];
  let token: string | null = "";
  while (token !== null && entries.length < ENTRIES_MAX) {
    const page: EntryPage = await readPage(token);
    entries.push(...page.data);
    token = page.next_page_token;
    tell(entries.length);
  }
  return { entries, isAll: token === null };
}

/**
 * Returns a head and a row for each entry.
 *
 * The balance after an entry is left out unless all older entries are there.
 */
export function ledgerRows({ entries, isAll }: Whole, t: Translate): Cell[][] {
  const head = ["time", "type", "detail", "amount", "balance", "generation", "entry"] as const;
  const balances = isAll ? balancesAfter(entries) : [];
  const rows = entries.map((entry, place) => [
    entry.timestamp.slice(0, 19).replace("T", " "),
    entryTitle(entry, t),
    entryDetail(entry, t),
    entry.signed_credits,
    balances[place] ?? "",
    entry.generation_id ?? "",
    entry.id,
  ]);
  return [head.map((column) => t(`credits.file.column.${column}`)), ...rows];
}

function balancesAfter(newestFirst: readonly Entry[]): number[] {
  const balances: number[] = [];
  let balance = 0;
  for (const entry of newestFirst.toReversed()) {
    balance += entry.signed_credits;
    balances.push(balance);
  }
  return balances.reverse();
}
