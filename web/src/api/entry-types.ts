import type { Schemas } from "./client";

/** What an entry of the ledger can be. */
export const ENTRY_TYPES = [
  "deduction",
  "refund",
  "top_up",
  "grant",
  "adjustment",
  "clawback",
  "expiry",
  "opening",
] as const satisfies readonly Schemas["EntryType"][];
