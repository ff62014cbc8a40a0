import type { Schemas } from "../../api/client";
import { ApiError } from "../../api/problem";
import { lengthOf } from "../../i18n/typed";
import { isScope, type Key, SCOPES, type Scope } from "./key";

/** Holds a key as it stands in the form, where its texts may be wrong. */
export interface Draft {
  name: string;
  scopes: readonly Scope[];
  expiry: Expiry;
  /** The last day on which the key works (2026-11-30), if `expiry` is `date`. */
  lastDay: string;
  perDay: string;
  perMonth: string;
}

export type Field = "name" | "scopes" | "expiry" | "perDay" | "perMonth";

export const EXPIRIES = ["never", "30", "90", "365", "date"] as const;
export type Expiry = (typeof EXPIRIES)[number];

export type Fault = "name" | "nameLong" | "scopes" | "lastDay" | "credits";
export type Faults = Partial<Record<Field, Fault>>;

export const NAME_MAX = 100;
const CREDITS_MAX = 2 ** 31 - 1;
const DAY_MS = 86_400_000;

const POINTERS: Record<Field, string> = {
  name: "/name",
  scopes: "/scopes",
  expiry: "/expires_at",
  perDay: "/budget/per_day",
  perMonth: "/budget/per_month",
};

export const NEW_DRAFT: Draft = {
  name: "",
  scopes: SCOPES,
  expiry: "never",
  lastDay: "",
  perDay: "",
  perMonth: "",
};

export function draftOf(key: Key): Draft {
  return {
    ...NEW_DRAFT,
    name: key.name,
    scopes: key.scopes.filter(isScope),
    perDay: String(key.budget.per_day ?? ""),
    perMonth: String(key.budget.per_month ?? ""),
  };
}

/** Returns the faults that can be seen before the API is asked. */
export function faultsIn(draft: Draft, now: Date): Faults {
  const faults: Faults = {};
  if (!draft.name.trim()) faults.name = "name";
  else if (lengthOf(draft.name.trim()) > NAME_MAX) faults.name = "nameLong";
  if (draft.scopes.length === 0) faults.scopes = "scopes";
  if (draft.expiry === "date" && !isAhead(draft.lastDay, now)) faults.expiry = "lastDay";
  if (!isCredits(draft.perDay)) faults.perDay = "credits";
  if (!isCredits(draft.perMonth)) faults.perMonth = "credits";
  return faults;
}

/** Returns the fault that the API found in one field, if there is one. */
export function refusedFault(error: unknown, field: Field): string | undefined {
  return error instanceof ApiError ? error.fault(POINTERS[field]) : undefined;
}

/** Says whether every fault that the API found is shown at a field of the form. */
export function isShownAtFields(error: unknown): boolean {
  const faults = error instanceof ApiError ? (error.problem.errors ?? []) : [];
  return faults.length > 0 && faults.every(({ pointer }) => Object.values(POINTERS).includes(pointer));
}

export function orderOf(draft: Draft, now: Date): Schemas["CreateKey"] {
  return {
    name: draft.name.trim(),
    scopes: [...draft.scopes],
    expires_at: expiresAt(draft, now),
    budget: budgetOf(draft),
    external_prefix: null,
  };
}

export function budgetOf(draft: Draft): Schemas["KeyBudget"] {
  return { per_day: creditsOf(draft.perDay), per_month: creditsOf(draft.perMonth) };
}

function expiresAt({ expiry, lastDay }: Draft, now: Date): string | null {
  if (expiry === "never") return null;
  if (expiry === "date") return dayAfter(lastDay).toISOString();
  return new Date(now.getTime() + Number(expiry) * DAY_MS).toISOString();
}

/** Returns the end of a day in the time zone of the reader. */
function dayAfter(day: string): Date {
  const end = new Date(`${day}T00:00:00`);
  end.setDate(end.getDate() + 1);
  return end;
}

function isAhead(day: string, now: Date): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && dayAfter(day) > now;
}

function isCredits(text: string): boolean {
  const trimmed = text.trim();
  return trimmed === "" || (/^\d{1,10}$/.test(trimmed) && Number(trimmed) <= CREDITS_MAX);
}

const creditsOf = (text: string): number | null => (text.trim() === "" ? null : Number(text.trim()));
