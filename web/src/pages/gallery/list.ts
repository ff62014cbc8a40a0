import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/preact-query";
import { api, body, type Generation } from "../../api/client";
import { keys, queries } from "../../api/queries";
import { isFinal } from "../../live/progress";
import { storeUnlessFollowed } from "../../live/use-generation";
import { type Filters, isBackwards, parametersOf } from "./filters";

/** This number fills whole rows of two, three, four or six tiles. */
const PAGE_SIZE = 24;

/**
 * Reads the user's generations, the newest first.
 *
 * With `known` it takes only those that are loaded, and sends no request.
 */
export function useGenerations(filters: Filters, known = false) {
  return useInfiniteQuery({
    queryKey: [...keys.generations, "list", filters],
    queryFn: ({ pageParam }) => page(filters, pageParam),
    initialPageParam: "",
    getNextPageParam: ({ next_page_token: token }) => token || undefined,
    enabled: !known && !isBackwards(filters),
    ...(!known && { placeholderData: keepPreviousData }),
  });
}

async function page(filters: Filters, token: string) {
  const query = { ...parametersOf(filters), page_size: PAGE_SIZE, ...(token && { page_token: token }) };
  const found = await body(api.GET("/v1/generations", { params: { query } }));
  found.data.filter(isNews).forEach(storeUnlessFollowed);
  return found;
}

/** Says whether to store a generation. One that has ended is kept, because a new answer only has other links. */
function isNews({ id }: Generation): boolean {
  const known = queries.getQueryData<Generation>(keys.generation(id));
  return !known || !isFinal(known);
}

export function useCatalog() {
  return useQuery({ queryKey: keys.catalog, queryFn: () => body(api.GET("/v1/catalog")) });
}

/** Links work for 15 minutes, so they are renewed after 10. */
const LINKS_LIFE = 10 * 60_000;

/** Returns links to the outputs that still work. `knownSince` is the time of the answer with the known generation. */
export function useLinks(known: Generation, knownSince: number): readonly string[] {
  const { id } = known;
  const { data } = useQuery({
    queryKey: ["links", id],
    queryFn: () => body(api.GET("/v1/generations/{id}", { params: { path: { id } } })),
    initialData: known,
    initialDataUpdatedAt: knownSince,
    staleTime: LINKS_LIFE,
    refetchInterval: LINKS_LIFE,
  });
  return data.outputs.map(({ url }) => url);
}

export interface Neighbours {
  newer?: Generation | undefined;
  older?: Generation | undefined;
}

/**
 * Returns the pictures beside one in the list that the reader came from.
 *
 * There are none for a reader who came by a link.
 */
export function useNeighbours(id: string, filters: Filters): Neighbours {
  const { data } = useGenerations(filters, true);
  const shown = data?.pages.flatMap(({ data: generations }) => generations) ?? [];
  const place = shown.findIndex((each) => each.id === id);
  return place < 0 ? {} : { newer: shown[place - 1], older: shown[place + 1] };
}
