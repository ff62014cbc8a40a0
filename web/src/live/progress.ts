import type { Generation } from "../api/client";

/** Adds `expected_seconds` to a generation. Its document tells it, and the API does not. */
export interface News extends Generation {
  expected_seconds?: number | null;
}

const QUEUED = 10;
const CLAIMED = 20;
const NEARLY = 95;
const UNKNOWN = 50;

export function isFinal({ status }: Pick<Generation, "status">): boolean {
  return status !== "queued" && status !== "processing";
}

/**
 * Returns the progress from 0 to 100, as the server computes it, so that it moves without a request.
 *
 * `now` is in milliseconds since 1970.
 */
export function progressAt(news: Omit<News, "progress">, now: number): number {
  if (isFinal(news)) return 100;
  if (news.status === "queued") return QUEUED;
  if (!news.expected_seconds || !news.started_at) return UNKNOWN;
  const seconds = (now - Date.parse(news.started_at)) / 1000;
  const done = Math.min(1, Math.max(0, seconds / news.expected_seconds));
  return Math.round(10 * (CLAIMED + (NEARLY - CLAIMED) * done)) / 10;
}
