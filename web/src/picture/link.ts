import type { Generation } from "../api/client";

/** `small` is enough for tiles and cards: a thumbnail has kilobytes, and the full picture has megabytes. */
export type Wanted = "small" | "full";

type Links = Pick<Generation["outputs"][number], "url" | "thumbnail_url">;

/**
 * Returns the link to load after so many failures, or undefined if nothing is left to try.
 *
 * Links expire within minutes, so after the first failure the same file is tried with a new link.
 */
export function linkOf({ url, thumbnail_url: thumbnail }: Links, wanted: Wanted, failures: number) {
  const tries = wanted === "small" && thumbnail ? [thumbnail, thumbnail, url] : [url, url];
  return tries[failures];
}
