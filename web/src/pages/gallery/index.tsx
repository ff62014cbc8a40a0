import "./gallery.css";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { Catalog, Generation } from "../../api/client";
import { Button, ButtonLink, Empty, ErrorNotice, LoadMore, PageHead, Skeleton } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { isFinal } from "../../live/progress";
import { FilterForm } from "./filter-form";
import { addressOf, countOf, type Filters, filtersOf, isBackwards } from "./filters";
import { useCatalog, useGenerations } from "./list";
import { Tile } from "./tile";

const SKELETON_TILES = 8;

export default function Gallery() {
  const { t } = useI18n();
  const { query, route } = useLocation();
  const filters = filtersOf(query);
  const catalog = useCatalog().data;
  const summary = useRef<HTMLElement>(null);
  const choose = (chosen: Filters) => route(`/app/gallery${addressOf(chosen)}`);
  const clear = () => {
    choose({});
    summary.current?.focus();
  };
  return (
    <div class="gallery">
      <PageHead
        title={t("gallery.title")}
        lead={t("gallery.lead")}
        actions={<ButtonLink href="/app/studio">{t("gallery.new")}</ButtonLink>}
      />
      <FilterForm filters={filters} onFilters={choose} catalog={catalog} summary={summary} onClear={clear} />
      <Pictures filters={filters} catalog={catalog} onClear={clear} />
    </div>
  );
}

interface PicturesProps {
  filters: Filters;
  catalog: Catalog | undefined;
  onClear: () => void;
}

function Pictures({ filters, catalog, onClear }: PicturesProps) {
  const list = useGenerations(filters);
  const more = useMore(list);
  if (isBackwards(filters)) return <NoPictures filters={filters} onClear={onClear} />;
  if (list.isPending) return <GridSkeleton />;
  if (list.isError && !list.data) return <ErrorNotice error={list.error} retry={() => list.refetch()} />;
  const generations = list.data.pages.flatMap(({ data }) => data);
  if (generations.length === 0) return <NoPictures filters={filters} onClear={onClear} />;
  return (
    <section
      class={list.isPlaceholderData ? "gallery-list is-old" : "gallery-list"}
      aria-busy={list.isFetching}
    >
      <Grid generations={generations} filters={filters} catalog={catalog} place={more.place} />
      {list.isError && <ErrorNotice error={list.error} retry={more.retry} />}
      <LoadMore query={more} />
    </section>
  );
}

/** Loads more pictures and moves the focus to the first new one, because the button is then gone or far below. */
function useMore(list: ReturnType<typeof useGenerations>) {
  const { data, hasNextPage, isFetchingNextPage, isFetchNextPageError } = list;
  const place = useRef<HTMLUListElement>(null);
  const shown = useRef<number | null>(null);
  const count = data?.pages.reduce((sum, page) => sum + page.data.length, 0) ?? 0;
  useEffect(() => {
    if (shown.current === null || count <= shown.current) return;
    place.current?.children[shown.current]?.querySelector("a")?.focus({ preventScroll: true });
    shown.current = null;
  }, [count]);
  const fetchNextPage = () => {
    shown.current = count;
    list.fetchNextPage();
  };
  const retry = isFetchNextPageError ? fetchNextPage : () => list.refetch();
  return { place, hasNextPage, isFetchingNextPage, fetchNextPage, retry };
}

interface GridProps {
  place: RefObject<HTMLUListElement>;
  generations: readonly Generation[];
  filters: Filters;
  catalog: Catalog | undefined;
}

function Grid({ generations, filters, catalog, place }: GridProps) {
  const { t } = useI18n();
  const running = generations.filter((generation) => !isFinal(generation)).length;
  const address = addressOf(filters);
  return (
    <>
      <h2 class="visually-hidden">{t("gallery.list")}</h2>
      <p class="visually-hidden" role="status">
        {t("gallery.shown", { count: generations.length, running })}
      </p>
      <ul class="gallery-grid" ref={place}>
        {generations.map((generation) => (
          <Tile key={generation.id} generation={generation} address={address} catalog={catalog} />
        ))}
      </ul>
    </>
  );
}

/** Keeps the place of the tiles while they are loaded. */
function GridSkeleton() {
  return (
    <div class="gallery-blanks">
      <Skeleton lines={SKELETON_TILES} tall />
    </div>
  );
}

function NoPictures({ filters, onClear }: Omit<PicturesProps, "catalog">) {
  const { t } = useI18n();
  if (countOf(filters) > 0) {
    const action = <Button onClick={onClear}>{t("gallery.filters.clear")}</Button>;
    return (
      <div role="status">
        <Empty title={t("gallery.noMatch.title")} action={action}>
          {t("gallery.noMatch.lead")}
        </Empty>
      </div>
    );
  }
  const action = (
    <ButtonLink kind="primary" href="/app/studio">
      {t("gallery.empty.action")}
    </ButtonLink>
  );
  return (
    <Empty title={t("gallery.empty.title")} action={action}>
      {t("gallery.empty.lead")}
    </Empty>
  );
}
