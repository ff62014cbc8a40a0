import "../admin/admin.css";
import "./generations.css";
import { useLocation } from "preact-iso";
import { api, body, type Schemas } from "../../api/client";
import { keys } from "../../api/queries";
import { type Column, DataTable, Empty, PageHead, StatusBadge } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { useCatalogWords, useOptionNames } from "../../picture";
import { GenerationLink, UserLink } from "../admin/links";
import { Listing, oneOf, usePages, withoutEmpty } from "../admin/paging";
import { Time } from "../admin/time";
import { beginningOf, endOf, useFilters } from "../filters";
import { GenerationDialog } from "./dialog";
import { FILTERS, GenerationFilters, type GenerationFilterValues, STATUSES } from "./generation-filters";

type AnyGeneration = Schemas["AnyGenerationResource"];

export default function GenerationsPage() {
  const { t } = useI18n();
  const { query, url, route } = useLocation();
  const filters = useFilters(FILTERS);
  const wanted = wantedOf(filters.values);
  const pages = usePages<AnyGeneration>(keys.admin("generations", "list", wanted), (place) =>
    body(api.GET("/v1/admin/generations", { params: { query: { ...wanted, ...place } } })),
  );
  return (
    <div class="stack admin">
      <PageHead title={t("generations.title")} lead={t("generations.lead")} />
      <GenerationFilters filters={filters} />
      <Listing
        pages={pages}
        filters={filters}
        empty={<Empty title={t("generations.none.title")}>{t("generations.none.lead")}</Empty>}
      >
        {(rows) => <GenerationTable rows={rows} />}
      </Listing>
      {query.id && <GenerationDialog id={query.id} onClose={() => route(withoutId(url), true)} />}
    </div>
  );
}

function wantedOf(values: GenerationFilterValues) {
  const { user_id, style, model, status, credits, from, to } = values;
  return withoutEmpty({
    user_id,
    style,
    model,
    status: oneOf(STATUSES, status),
    credits: /^\d+$/.test(credits) ? Number(credits) : undefined,
    from: beginningOf(from),
    to: endOf(to),
  });
}

/** Returns the address of the list that lies behind the dialog. */
function withoutId(url: string): string {
  const address = new URL(url, location.origin);
  address.searchParams.delete("id");
  return address.pathname + address.search;
}

function GenerationTable({ rows }: { rows: readonly AnyGeneration[] }) {
  const { t, number } = useI18n();
  const { url } = useLocation();
  const named = useOptionNames();
  const inWords = useCatalogWords();
  const list = withoutId(url);
  const columns: Column<AnyGeneration>[] = [
    { head: t("generations.column.created"), cell: (each) => <Time at={each.created_at} /> },
    { head: t("generations.column.id"), cell: (each) => <GenerationLink id={each.id} at={list} /> },
    { head: t("generations.column.user"), cell: (each) => <UserLink id={each.user_id} /> },
    {
      head: t("generations.column.prompt"),
      cell: (each) => (
        <span class="generations-prompt" dir="auto">
          {each.prompt || t("generations.noPrompt")}
        </span>
      ),
    },
    { head: t("generations.column.status"), cell: (each) => <StatusBadge status={each.status} /> },
    {
      head: t("generations.column.model"),
      cell: (each) => [inWords(each.model), named("style", each.params.style)].filter(Boolean).join(", "),
    },
    { head: t("generations.column.price"), cell: (each) => number(each.cost.price), isNumber: true },
  ];
  return (
    <DataTable caption={t("generations.title")} columns={columns} rows={rows} rowKey={(each) => each.id} />
  );
}
