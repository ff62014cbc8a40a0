import { keepPreviousData, useInfiniteQuery } from "@tanstack/preact-query";
import type { ComponentChildren } from "preact";
import { ErrorNotice, LoadMore, Skeleton } from "../../design";
import { type AnyFilters, NoMatch } from "../filters";

interface Page<Row> {
  data: Row[];
  next_page_token: string | null;
}

/** Reads a list of the API page after page. `load` puts its argument into the query. */
export function usePages<Row>(
  queryKey: readonly unknown[],
  load: (place: { page_token?: string }) => Promise<Page<Row>>,
) {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => load(pageParam),
    initialPageParam: {} as { page_token?: string },
    getNextPageParam: (last) => (last.next_page_token ? { page_token: last.next_page_token } : undefined),
    placeholderData: keepPreviousData,
  });
  return { query, rows: query.data?.pages.flatMap((page) => page.data) ?? [] };
}

interface ListingProps<Row> {
  pages: ReturnType<typeof usePages<Row>>;
  filters?: AnyFilters;
  empty: ComponentChildren;
  children: (rows: readonly Row[]) => ComponentChildren;
}

/** Shows the rows of a list, a skeleton while they are loaded, or the reason why there are none. */
export function Listing<Row>({ pages, filters, empty, children }: ListingProps<Row>) {
  const { query, rows } = pages;
  if (query.isPending) return <Skeleton lines={8} />;
  if (query.isError && rows.length === 0)
    return <ErrorNotice error={query.error} retry={() => query.refetch()} />;
  if (rows.length === 0) return filters?.isFiltered ? <NoMatch filters={filters} /> : empty;
  return (
    <div class="stack" aria-busy={query.isPlaceholderData}>
      {children(rows)}
      {query.isError && <ErrorNotice error={query.error} retry={() => query.refetch()} />}
      <LoadMore query={query} />
    </div>
  );
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Returns the values that are not empty, for a query of the API. */
export function withoutEmpty<T extends object>(values: T): Given<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== ""),
  ) as Given<T>;
}

/** Returns the value if it is one of the words that the API knows, else undefined. An address can hold any value. */
export function oneOf<Word extends string>(words: readonly Word[], value: string): Word | undefined {
  return words.find((word) => word === value);
}
