import type { Schemas } from "./client";

/** The filters of both ledger pages offer these types of entries. */
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
