import type { Generation } from "../api/client";

/** In a tile or a card, a copy of some kilobytes is as good as the file of megabytes. */
export type Wanted = "small" | "full";

type Links = Pick<Generation["outputs"][number], "url" | "thumbnail_url">;

/**
 * What is to be loaded after so many failures; undefined when nothing is left to be tried.
 *
 * Links live for minutes, so after the first failure the same is tried with new ones.
 */
export function linkOf({ url, thumbnail_url: thumbnail }: Links, wanted: Wanted, failures: number) {
  const tries = wanted === "small" && thumbnail ? [thumbnail, thumbnail, url] : [url, url];
  return tries[failures];
}
