import type { Schemas } from "../../api/client";
import type { Language } from "../../i18n/language";

export type Usage = Schemas["UsageResource"];
export type Month = Schemas["MonthResource"];

/** Returns the share of orders that succeeded, from 0 to 1. Cancelled orders do not count. */
export function successRate({ completed, failed }: Usage): number | undefined {
  const ended = completed + failed;
  return ended === 0 ? undefined : completed / ended;
}

/** Returns the credits that were charged or are still held. */
export const spent = ({ charged, held }: Usage): number => charged + held;

export const isUnused = (months: readonly Month[]): boolean =>
  months.every(({ total }) => total.requests === 0);

/** Names a month: `2026-11` becomes “November 2026”. It begins with a capital letter in every language. */
export function monthName(key: string, language: Language, length: "long" | "short" = "long"): string {
  const [year = "", month = ""] = key.split("-");
  const first = new Date(Date.UTC(Number(year), Number(month) - 1));
  const name = new Intl.DateTimeFormat(language, { month: length, timeZone: "UTC" })
    .format(first)
    .replace(".", "");
  const capitalized = name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
  return length === "long" ? `${capitalized} ${year}` : capitalized;
}

/** Writes a share as `97 %`. It never rounds to 100 % if one failed, nor to 0 % if one succeeded. */
export function percent(share: number, language: Language): string {
  const format = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
  const rounded = Math.round(share * 100) / 100;
  if (share < 1 && rounded === 1) return format.format(0.99);
  if (share > 0 && rounded === 0) return format.format(0.01);
  return format.format(share);
}
