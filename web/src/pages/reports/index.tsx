import "../admin/admin.css";
import "./reports.css";
import { useState } from "preact/hooks";
import { api, body, type Schemas } from "../../api/client";
import { keys } from "../../api/queries";
import { Button, type Column, DataTable, Empty, PageHead } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { reportPath } from "../admin/links";
import { Listing, usePages } from "../admin/paging";
import { Time } from "../admin/time";
import { RunDialog } from "./run-dialog";
import { SeverityBadge } from "./severity-badge";

type Summary = Schemas["ReportSummary"];

export default function ReportsPage() {
  const { t } = useI18n();
  const [isRunning, setRunning] = useState(false);
  const pages = usePages<Summary>(keys.admin("reports", "list"), (place) =>
    body(api.GET("/v1/reports", { params: { query: place } })),
  );
  return (
    <div class="stack admin">
      <PageHead
        title={t("reports.title")}
        lead={t("reports.lead")}
        actions={<Button onClick={() => setRunning(true)}>{t("reports.run.open")}</Button>}
      />
      <Listing pages={pages} empty={<Empty title={t("reports.none.title")}>{t("reports.none.lead")}</Empty>}>
        {(rows) => <ReportTable rows={rows} />}
      </Listing>
      {isRunning && <RunDialog onClose={() => setRunning(false)} />}
    </div>
  );
}

function ReportTable({ rows }: { rows: readonly Summary[] }) {
  const { t } = useI18n();
  const columns: Column<Summary>[] = [
    { head: t("reports.column.week"), cell: (report) => <WeekCell report={report} /> },
    {
      head: t("reports.column.headline"),
      cell: (report) => <span class="reports-headline">{report.headline}</span>,
    },
    {
      head: t("reports.column.severity"),
      cell: (report) => <SeverityBadge summary={report.anomaly_summary} />,
    },
    { head: t("reports.column.generated"), cell: (report) => <Time at={report.generated_at} /> },
  ];
  return (
    <DataTable caption={t("reports.title")} columns={columns} rows={rows} rowKey={(report) => report.id} />
  );
}

function WeekCell({ report }: { report: Summary }) {
  const { t } = useI18n();
  const { version } = report;
  return (
    <div>
      <a href={reportPath(report.id)}>{report.week ?? report.id}</a>
      {version !== null && version > 1 && <div class="admin-quiet">{t("reports.version", { version })}</div>}
    </div>
  );
}
