import "../admin/admin.css";
import { api, body, type Schemas } from "../../api/client";
import { ENTRY_TYPES } from "../../api/entry-types";
import { keys } from "../../api/queries";
import { Badge, type Column, Credits, DataTable, Empty, PageHead } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { GenerationLink, UserLink } from "../admin/links";
import { Listing, oneOf, usePages, withoutEmpty } from "../admin/paging";
import { Time } from "../admin/time";
import {
  beginningOf,
  DayFilter,
  endOf,
  FilterBar,
  type Filters,
  SelectFilter,
  TextFilter,
  useFilters,
} from "../filters";

type Entry = Schemas["AnyEntryResource"];

const FILTERS = ["user_id", "type", "from", "to"] as const;

export default function LedgerPage() {
  const { t } = useI18n();
  const filters = useFilters(FILTERS);
  const { user_id, type, from, to } = filters.values;
  const wanted = withoutEmpty({
    user_id,
    type: oneOf(ENTRY_TYPES, type),
    from: beginningOf(from),
    to: endOf(to),
  });
  const pages = usePages<Entry>(keys.admin("ledger", wanted), (place) =>
    body(api.GET("/v1/admin/ledger", { params: { query: { ...wanted, ...place } } })),
  );
  return (
    <div class="stack admin">
      <PageHead title={t("ledger.title")} lead={t("ledger.lead")} />
      <LedgerFilters filters={filters} />
      <Listing
        pages={pages}
        filters={filters}
        empty={<Empty title={t("ledger.none.title")}>{t("ledger.none.lead")}</Empty>}
      >
        {(rows) => <EntryTable rows={rows} />}
      </Listing>
    </div>
  );
}

function LedgerFilters({ filters }: { filters: Filters<(typeof FILTERS)[number]> }) {
  const { t } = useI18n();
  return (
    <FilterBar filters={filters}>
      <TextFilter filters={filters} name="user_id" label={t("ledger.filter.user")} />
      <SelectFilter
        filters={filters}
        name="type"
        label={t("ledger.filter.type")}
        options={ENTRY_TYPES.map((value) => ({ value, label: t(`ledger.type.${value}`) }))}
      />
      <DayFilter filters={filters} name="from" label={t("common.filters.from")} />
      <DayFilter filters={filters} name="to" label={t("common.filters.to")} />
    </FilterBar>
  );
}

function EntryTable({ rows }: { rows: readonly Entry[] }) {
  const { t } = useI18n();
  const columns: Column<Entry>[] = [
    { head: t("ledger.column.at"), cell: (entry) => <Time at={entry.timestamp} /> },
    { head: t("ledger.column.user"), cell: (entry) => <UserLink id={entry.user_id} /> },
    { head: t("ledger.column.type"), cell: (entry) => <TypeBadge entry={entry} /> },
    { head: t("ledger.column.what"), cell: (entry) => <span dir="auto">{entry.description}</span> },
    { head: t("ledger.column.generation"), cell: (entry) => <GenerationCell entry={entry} /> },
    {
      head: t("ledger.column.credits"),
      cell: (entry) => <Credits value={entry.signed_credits} signed />,
      isNumber: true,
    },
  ];
  return (
    <DataTable
      caption={t("ledger.title")}
      columns={columns}
      rows={rows}
      rowKey={(entry) => `${entry.user_id}/${entry.id}`}
    />
  );
}

function TypeBadge({ entry }: { entry: Entry }) {
  const { t } = useI18n();
  const type = oneOf(ENTRY_TYPES, entry.type);
  return (
    <Badge tone={entry.signed_credits < 0 ? "calm" : "good"}>
      {type ? t(`ledger.type.${type}`) : entry.type}
    </Badge>
  );
}

function GenerationCell({ entry }: { entry: Entry }) {
  const { t } = useI18n();
  return entry.generation_id ? <GenerationLink id={entry.generation_id} /> : t("ledger.noGeneration");
}
