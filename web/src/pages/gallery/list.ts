import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/preact-query";
import { api, body, type Generation } from "../../api/client";
import { keys, queries } from "../../api/queries";
import { isFinal } from "../../live/progress";
import { storeUnlessFollowed } from "../../live/use-generation";
import { type Filters, isBackwards, parametersOf } from "./filters";

/** Full rows of two, three, four and six. */
const PAGE_SIZE = 24;

/** One's own generations, newest first. `known`: only what is remembered, nothing is asked for. */
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

/** What has ended stays as it is known: each answer has other links to the same pictures. */
function isNews({ id }: Generation): boolean {
  const known = queries.getQueryData<Generation>(keys.generation(id));
  return !known || !isFinal(known);
}

export function useCatalog() {
  return useQuery({ queryKey: keys.catalog, queryFn: () => body(api.GET("/v1/catalog")) });
}

/** They live a quarter of an hour. */
const LINKS_LIFE = 10 * 60_000;

/** Links to the outputs that can still be opened, of a generation as it was known at that moment. */
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

/** What stands beside it in the list that the reader came from; nothing for who came by a link. */
export function useNeighbours(id: string, filters: Filters): Neighbours {
  const { data } = useGenerations(filters, true);
  const shown = data?.pages.flatMap(({ data: generations }) => generations) ?? [];
  const place = shown.findIndex((each) => each.id === id);
  return place < 0 ? {} : { newer: shown[place - 1], older: shown[place + 1] };
}
