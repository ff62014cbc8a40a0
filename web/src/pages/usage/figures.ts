import type { Schemas } from "../../api/client";
import type { Language } from "../../i18n/language";

export type Usage = Schemas["UsageResource"];
export type Month = Schemas["MonthResource"];

/** The share of what ended by itself that ended well, 0 to 1; what was cancelled says nothing about it. */
export function successRate({ completed, failed }: Usage): number | undefined {
  const ended = completed + failed;
  return ended === 0 ? undefined : completed / ended;
}

/** Credits that are gone for what came out, or set aside for what may still. */
export const spent = ({ charged, held }: Usage): number => charged + held;

export const isUnused = (months: readonly Month[]): boolean =>
  months.every(({ total }) => total.requests === 0);

/** `2026-11` is November 2026, in the words of the language, as a sentence or a label begins with them. */
export function monthName(key: string, language: Language, length: "long" | "short" = "long"): string {
  const [year = "", month = ""] = key.split("-");
  const first = new Date(Date.UTC(Number(year), Number(month) - 1));
  const name = new Intl.DateTimeFormat(language, { month: length, timeZone: "UTC" })
    .format(first)
    .replace(".", "");
  const capitalized = name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
  return length === "long" ? `${capitalized} ${year}` : capitalized;
}

/** `97 %`; never 100 as long as one failed, nor 0 as long as one did not. */
export function percent(share: number, language: Language): string {
  const format = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
  const rounded = Math.round(share * 100) / 100;
  if (share < 1 && rounded === 1) return format.format(0.99);
  if (share > 0 && rounded === 0) return format.format(0.01);
  return format.format(share);
}
