import "../admin/admin.css";
import "./audit.css";
import { api, body, type Schemas } from "../../api/client";
import { keys } from "../../api/queries";
import { type Column, DataTable, Empty, PageHead } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { Listing, usePages, withoutEmpty } from "../admin/paging";
import { Time } from "../admin/time";
import { FilterBar, type Filters, SelectFilter, TextFilter, useFilters } from "../filters";
import { ACTIONS, Actor, actionWords, Details, Target } from "./words";

type AuditRecord = Schemas["AuditRecordResource"];

const FILTERS = ["actor", "action", "target"] as const;

export default function AuditLogPage() {
  const { t } = useI18n();
  const filters = useFilters(FILTERS);
  const wanted = withoutEmpty(filters.values);
  const pages = usePages<AuditRecord>(keys.admin("audit-log", wanted), (place) =>
    body(api.GET("/v1/admin/audit-log", { params: { query: { ...wanted, ...place } } })),
  );
  return (
    <div class="stack admin">
      <PageHead title={t("audit.title")} lead={t("audit.lead")} />
      <AuditFilters filters={filters} />
      <Listing
        pages={pages}
        filters={filters}
        empty={<Empty title={t("audit.none.title")}>{t("audit.none.lead")}</Empty>}
      >
        {(rows) => <RecordTable rows={rows} />}
      </Listing>
    </div>
  );
}

function AuditFilters({ filters }: { filters: Filters<(typeof FILTERS)[number]> }) {
  const { t } = useI18n();
  return (
    <FilterBar filters={filters}>
      <TextFilter
        filters={filters}
        name="actor"
        label={t("audit.filter.actor")}
        placeholder={t("audit.filter.actorHint")}
      />
      <SelectFilter
        filters={filters}
        name="action"
        label={t("audit.filter.action")}
        options={ACTIONS.map((value) => ({ value, label: actionWords(value, t) }))}
      />
      <TextFilter
        filters={filters}
        name="target"
        label={t("audit.filter.target")}
        placeholder={t("audit.filter.targetHint")}
      />
    </FilterBar>
  );
}

function RecordTable({ rows }: { rows: readonly AuditRecord[] }) {
  const { t } = useI18n();
  const columns: Column<AuditRecord>[] = [
    { head: t("audit.column.at"), cell: (record) => <Time at={record.at} /> },
    { head: t("audit.column.actor"), cell: (record) => <Actor actor={record.actor} /> },
    {
      head: t("audit.column.action"),
      cell: (record) => <span class="audit-action">{actionWords(record.action, t)}</span>,
    },
    { head: t("audit.column.target"), cell: (record) => <Target target={record.target} /> },
    {
      head: t("audit.column.reason"),
      cell: (record) => <span dir="auto">{record.reason || t("audit.noReason")}</span>,
    },
    { head: t("audit.column.details"), cell: (record) => <Details record={record} /> },
  ];
  return (
    <DataTable caption={t("audit.title")} columns={columns} rows={rows} rowKey={(record) => record.id} />
  );
}
