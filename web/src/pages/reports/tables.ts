import type { Schemas } from "../../api/client";

type Table = Schemas["Table"];

const TRANSLATED = [
  "summary",
  "daily",
  "models",
  "latency",
  "failures",
  "styles",
  "colors",
  "sizes",
  "hours",
  "funnel",
  "top_users",
  "ledger",
  "findings",
  "reconciliation",
] as const satisfies readonly Table[];

/**
 * Lists the tables that a report offers. A stored report names its dimensions in `omitted`, also those that were added
 * to the server later and have no translation yet. They stand after the other dimensions.
 */
export function tablesOf(report: Readonly<Record<string, unknown>>): string[] {
  const added = Object.keys(report.omitted ?? {}).filter((name) => !isTranslated(name));
  const end = TRANSLATED.indexOf("hours");
  return [...TRANSLATED.slice(0, end), ...added, ...TRANSLATED.slice(end)];
}

export function isTranslated(table: string): table is (typeof TRANSLATED)[number] {
  return (TRANSLATED as readonly string[]).includes(table);
}

/** Makes the name of a table readable: `frame_rates` is "Frame rates". */
export function readable(table: string): string {
  const words = table.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
