import { useQuery } from "@tanstack/preact-query";
import { useCallback } from "preact/hooks";
import { api, body, type Catalog } from "../api/client";
import { keys } from "../api/queries";
import { useCatalogWords } from "./catalog-words";

export type Option = "style" | "color" | "size";

/**
 * Returns the name of an option from the catalog, or one made of its id if it is no longer on offer.
 *
 * Without an id, which models without such options do not have, the name is empty.
 */
export function nameOf(option: Option, id: string | undefined, catalog: Catalog | undefined): string {
  if (id === undefined) return "";
  const offers = { style: catalog?.styles, color: catalog?.colors, size: catalog?.sizes }[option];
  return offers?.find((offer) => offer.id === id)?.display_name ?? namedAfter(id);
}

/**
 * Makes a name of an id: `oil_painting` becomes “Oil Painting”, and `512x512` “512 × 512”.
 *
 * Other texts stay as they are.
 */
export function namedAfter(id: string): string {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(id) ?? [];
  if (width && height) return `${width}\u00a0×\u00a0${height}`;
  if (!/^[a-z0-9]+(_[a-z0-9]+)*$/.test(id)) return id;
  return id
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");
}

/** Returns a function that names options in the language of the reader. */
export function useOptionNames(): (option: Option, id: string | undefined) => string {
  const inWords = useCatalogWords();
  const { data: catalog } = useQuery({ queryKey: keys.catalog, queryFn: () => body(api.GET("/v1/catalog")) });
  return useCallback((option, id) => inWords(nameOf(option, id, catalog)), [inWords, catalog]);
}
