import type { Entry } from "../../api/client";
import type { Translate } from "../../i18n/i18n";
import type { Cell } from "./csv";
import { type EntryPage, entryDetail, entryTitle } from "./entries";

/** Entries in a file at most. */
export const ENTRIES_MAX = 10_000;

export interface Whole {
  entries: Entry[];
  /** False: there are older ones, which are not in here. */
  isAll: boolean;
}

type ReadPage = (token: string) => Promise<EntryPage>;

/** Page after page, the newest entry first; tells after each how many there are. */
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

/** A head, and a row for each entry. What the balance was then is known only from the first entry on. */
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
