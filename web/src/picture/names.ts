import { useQuery } from "@tanstack/preact-query";
import { useCallback } from "preact/hooks";
import { api, body, type Catalog } from "../api/client";
import { keys } from "../api/queries";
import { useCatalogWords } from "./catalog-words";

export type Option = "style" | "color" | "size";

/** What an option is called: by the catalog where it is on offer, else made of its id. */
export function nameOf(option: Option, id: string, catalog: Catalog | undefined): string {
  const offers = { style: catalog?.styles, color: catalog?.colors, size: catalog?.sizes }[option];
  return offers?.find((offer) => offer.id === id)?.display_name ?? namedAfter(id);
}

/** `oil_painting` is called “Oil Painting”, and `512x512` “512 × 512”. What is no id stays as it is. */
export function namedAfter(id: string): string {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(id) ?? [];
  if (width && height) return `${width}\u00a0×\u00a0${height}`;
  if (!/^[a-z0-9]+(_[a-z0-9]+)*$/.test(id)) return id;
  return id
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");
}

/** Names of options, in the reader's language where that is known. */
export function useOptionNames(): (option: Option, id: string) => string {
  const inWords = useCatalogWords();
  const { data: catalog } = useQuery({ queryKey: keys.catalog, queryFn: () => body(api.GET("/v1/catalog")) });
  return useCallback((option, id) => inWords(nameOf(option, id, catalog)), [inWords, catalog]);
}
