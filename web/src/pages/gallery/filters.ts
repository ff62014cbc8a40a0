import type { paths } from "../../api/schema";
import { lengthOf } from "../../i18n/typed";

type Parameters = NonNullable<paths["/v1/generations"]["get"]["parameters"]["query"]>;

export const STATUSES = ["queued", "processing", "completed", "failed", "cancelled"] as const;
const NAMES = ["status", "style", "model", "credits", "from", "to"] as const;
export type FilterName = (typeof NAMES)[number];

/**
 * Holds the filters in the address.
 *
 * `from` and `to` are days (2026-11-20) in the time zone of the reader, both included.
 */
export type Filters = Partial<Record<FilterName, string>>;

const OPTION_MAX = 50;
const DEAREST = 10_000;

const COULD_BE: Record<FilterName, (value: string) => boolean> = {
  status: (value) => STATUSES.some((status) => status === value),
  style: isOption,
  model: isOption,
  credits: (value) => /^\d{1,5}$/.test(value) && Number(value) <= DEAREST,
  from: isDay,
  to: isDay,
};

function isOption(value: string): boolean {
  return value.length > 0 && lengthOf(value) <= OPTION_MAX;
}

/** Says whether a text is a day. While a year is typed, the browser also reports the years 2, 20 and 202. */
export function isDay(value: string): boolean {
  return /^2\d{3}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));
}

/** Reads the filters of an address. Other values are left out, so that an old link still shows pictures. */
export function filtersOf(query: Readonly<Record<string, string>>): Filters {
  const found = NAMES.map((name) => [name, query[name] ?? ""] as const);
  return Object.fromEntries(found.filter(([name, value]) => COULD_BE[name](value)));
}

export function withFilter(filters: Filters, name: FilterName, value: string): Filters {
  return filtersOf({ ...filters, [name]: value });
}

/**
 * Writes the filters as `?status=failed&style=anime`, always in the same order, or as an empty text if there are none.
 */
export function addressOf(filters: Filters): string {
  const used = NAMES.flatMap((name) => (filters[name] ? [[name, filters[name]]] : []));
  return used.length > 0 ? `?${new URLSearchParams(used)}` : "";
}

export function countOf(filters: Filters): number {
  return Object.keys(filters).length;
}

/** Says whether the last day is before the first. */
export function isBackwards({ from, to }: Filters): boolean {
  return from !== undefined && to !== undefined && to < from;
}

export function parametersOf({ status, style, model, credits, from, to }: Filters): Parameters {
  const known = STATUSES.find((each) => each === status);
  return {
    ...(known && { status: known }),
    ...(style && { style }),
    ...(model && { model }),
    ...(credits && { credits: Number(credits) }),
    ...(from && { from: startOfDay(from, 0) }),
    ...(to && { to: startOfDay(to, 1) }),
  };
}

/** Returns the beginning of a day, or of one so many days later, in the time zone of the reader. */
function startOfDay(value: string, daysLater: number): string {
  const [year = 0, month = 1, day = 1] = value.split("-").map(Number);
  return new Date(year, month - 1, day + daysLater).toISOString();
}
