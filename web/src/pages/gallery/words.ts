import type { Generation } from "../../api/client";
import type { Message } from "../../i18n/catalogue";
import type { Translate } from "../../i18n/i18n";
import { shortened } from "../../i18n/typed";

const TITLE_MAX = 60;
const MINUTE = 60;
const HOUR = 3600;

const REASONS: Readonly<Record<string, Message>> = {
  content_filter: "studio.reason.content_filter",
  timeout: "studio.reason.timeout",
  insufficient_resources: "studio.reason.insufficient_resources",
  overloaded: "studio.reason.overloaded",
  network: "studio.reason.network",
  out_of_attempts: "studio.reason.out_of_attempts",
  job_lost: "studio.reason.job_lost",
  option_withdrawn: "gallery.reason.withdrawn",
  model_withdrawn: "gallery.reason.withdrawn",
  nothing_delivered: "gallery.reason.nothing",
  storage_unavailable: "gallery.reason.storage",
};

/** Failures of feraset-imagen have a text but no code of their own. This table gives them their codes. */
const INHERITED: Readonly<Record<string, string>> = {
  "Content filter violation": "content_filter",
  "Model processing timeout": "timeout",
  "Insufficient GPU resources": "insufficient_resources",
  "Model overload - please retry": "overloaded",
  "Network connection failed": "network",
};

/** Says why a generation failed: in the reader's language if the code is known, else in the words of the API. */
export function reasonOf({ error }: Generation, t: Translate): string {
  if (!error) return t("gallery.reason.unknown");
  const known = REASONS[error.code] ?? REASONS[INHERITED[error.message] ?? ""];
  return known ? t(known) : error.message;
}

/** Makes a heading of a prompt. */
export function titleOf(prompt: string): string {
  return shortened(prompt, TITLE_MAX);
}

/** Writes the time between two moments, in its two largest units. */
export function durationBetween(start: string, end: string, t: Translate): string {
  const seconds = Math.max(0, Math.round((Date.parse(end) - Date.parse(start)) / 1000));
  const parts: [Message, number][] = [
    ["gallery.duration.hours", Math.floor(seconds / HOUR)],
    ["gallery.duration.minutes", Math.floor((seconds % HOUR) / MINUTE)],
    ["gallery.duration.seconds", seconds % MINUTE],
  ];
  const said = parts.filter(([, count]) => count > 0).slice(0, 2);
  if (said.length === 0) return t("gallery.duration.none");
  return said.map(([unit, count]) => t(unit, { count })).join(" ");
}
