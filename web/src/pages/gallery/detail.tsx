import "./gallery.css";
import { useRef } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import type { Catalog, Generation } from "../../api/client";
import { ApiError } from "../../api/problem";
import { ButtonLink, Empty, ErrorNotice, PageHead, Skeleton } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { useGeneration } from "../../live/use-generation";
import { addressOf, type Filters, filtersOf } from "./filters";
import { useCatalog, useNeighbours } from "./list";
import { Result } from "./result";
import { CostSection, RequestSection, TimesSection } from "./sections";
import { StatusSection } from "./status";
import { titleOf } from "./words";

const NOT_THERE = [400, 404];

export default function GalleryDetail() {
  const { params } = useRoute();
  const { query } = useLocation();
  const id = params.id ?? "";
  return (
    <div class="gallery">
      <GenerationDetail key={id} id={id} filters={filtersOf(query)} />
    </div>
  );
}

function GenerationDetail({ id, filters }: { id: string; filters: Filters }) {
  const { t } = useI18n();
  const { data: generation, dataUpdatedAt, error, refetch } = useGeneration(id);
  const catalog = useCatalog().data;
  if (error instanceof ApiError && NOT_THERE.includes(error.status)) return <NotFound />;
  return (
    <>
      <DetailNavigation id={id} filters={filters} />
      <PageHead
        title={generation ? titleOf(generation.prompt) || t("gallery.erased") : t("gallery.detail.title")}
      />
      {error && !generation && <ErrorNotice error={error} retry={() => refetch()} />}
      {generation && <DetailColumns generation={generation} catalog={catalog} knownSince={dataUpdatedAt} />}
      {!generation && !error && <DetailSkeleton />}
    </>
  );
}

interface DetailColumnsProps {
  generation: Generation;
  catalog: Catalog | undefined;
  knownSince: number;
}

function DetailColumns({ generation, catalog, knownSince }: DetailColumnsProps) {
  const status = useRef<HTMLDivElement>(null);
  return (
    <div class="gallery-columns">
      <Result generation={generation} catalog={catalog} />
      <div class="stack">
        <StatusSection generation={generation} knownSince={knownSince} shown={status} />
        <RequestSection generation={generation} catalog={catalog} />
        <CostSection generation={generation} />
        <TimesSection generation={generation} />
      </div>
    </div>
  );
}

/** Leads back to the list with its filters, and to the pictures before and after this one. */
function DetailNavigation({ id, filters }: { id: string; filters: Filters }) {
  const { t } = useI18n();
  const address = addressOf(filters);
  const { newer, older } = useNeighbours(id, filters);
  return (
    <nav class="gallery-path" aria-label={t("gallery.path")}>
      <a href={`/app/gallery${address}`}>
        <span aria-hidden="true">←</span> {t("gallery.back")}
      </a>
      {newer && <a href={`/app/gallery/${newer.id}${address}`}>{t("gallery.newer")}</a>}
      {older && <a href={`/app/gallery/${older.id}${address}`}>{t("gallery.older")}</a>}
    </nav>
  );
}

/** Says that there is no such picture. The API does not tell whether it is missing or belongs to another user. */
function NotFound() {
  const { t } = useI18n();
  return (
    <>
      <PageHead title={t("gallery.missing.title")} />
      <Empty
        title={t("gallery.missing.heading")}
        action={<ButtonLink href="/app/gallery">{t("gallery.back")}</ButtonLink>}
      >
        {t("gallery.missing.lead")}
      </Empty>
    </>
  );
}

function DetailSkeleton() {
  return (
    <div class="gallery-columns gallery-coming">
      <Skeleton lines={1} tall />
      <Skeleton lines={8} />
    </div>
  );
}
