import { api, body, type Entry, type Schemas } from "../../api/client";
import { ENTRY_TYPES } from "../../api/entry-types";
import type { Message } from "../../i18n/catalogue";
import type { Translate } from "../../i18n/i18n";

export type EntryPage = Schemas["EntryPage"];

export function readEntries(size: number, token: string, signal: AbortSignal): Promise<EntryPage> {
  const query = { page_size: size, ...(token && { page_token: token }) };
  return body(api.GET("/v1/ledger", { params: { query }, signal }));
}

export function sumOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + entry.signed_credits, 0);
}

/** Names the type of an entry. */
export function entryTitle({ type }: Entry, t: Translate): string {
  const known = ENTRY_TYPES.find((each) => each === type);
  return known ? t(`credits.type.${known}`) : type;
}

const ORDER = /^Image generation - (.+) - (\d+)x(\d+)$/;
const REFUND = /^Refund for (failed|cancelled|completed) generation\b/;
const REASON = /^Adjustment: (.+)$/s;

function modelName(model: string, t: Translate): string {
  const known = `studio.catalog.${model}`;
  const words = t(known as Message);
  return words === known ? model : words;
}

/** Describes an entry. Descriptions that the API writes in English are translated into the reader's language. */
export function entryDetail({ type, description }: Entry, t: Translate): string {
  const [, model = "", width = "", height = ""] = ORDER.exec(description) ?? [];
  if (type === "deduction" && model)
    return t("credits.detail.order", { model: modelName(model, t), width, height });
  const ending = REFUND.exec(description)?.[1];
  if (ending) return t(`credits.detail.${ending as "failed" | "cancelled" | "completed"}`);
  if (type === "grant" && description === "Welcome") return t("credits.detail.welcome");
  if (type === "grant" && description === "One generation to try") return t("credits.detail.trial");
  if (type === "opening") return t("credits.detail.opening");
  return REASON.exec(description)?.[1] ?? description;
}
