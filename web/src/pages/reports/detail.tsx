import "../admin/admin.css";
import "./reports.css";
import { useQuery } from "@tanstack/preact-query";
import { useRoute } from "preact-iso";
import { api, body, type Schemas } from "../../api/client";
import { keys } from "../../api/queries";
import { ErrorNotice, PageHead, Skeleton } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { BackLink } from "../admin/links";
import { Downloads } from "./downloads";
import { ReportFrame } from "./frame";
import { SeverityBadge } from "./severity-badge";

/** Shows a report as the server renders it, and offers its downloads. */
export default function ReportPage() {
  const { t, moment } = useI18n();
  const id = useRoute().params.id ?? "";
  const page = useReportPage(id);
  const told = useReport(id);
  const report = told.data;
  return (
    <div class="stack admin">
      <BackLink href="/app/admin/reports">{t("reports.back")}</BackLink>
      <PageHead
        title={report?.week ? t("reports.oneOf", { week: report.week }) : t("reports.one")}
        lead={report ? t("reports.made", { moment: moment(report.generated_at) }) : "…"}
        {...(report && { actions: <SeverityBadge summary={report.anomaly_summary} /> })}
      />
      {report && <Downloads id={report.id} report={report.report} />}
      {page.isPending && <Skeleton lines={3} tall />}
      {page.isError && <ErrorNotice error={page.error} retry={() => page.refetch()} />}
      {page.data && <ReportFrame html={page.data} />}
    </div>
  );
}

function useReport(id: string) {
  return useQuery({
    queryKey: keys.admin("reports", "one", id),
    queryFn: async () => {
      const headers = { Accept: "application/json" };
      const answer = await body(api.GET("/v1/reports/{id}", { params: { path: { id } }, headers }));
      return answer as Schemas["ReportResource"];
    },
  });
}

function useReportPage(id: string) {
  return useQuery({
    queryKey: keys.admin("reports", "page", id),
    queryFn: () =>
      body(
        api.GET("/v1/reports/{id}", {
          params: { path: { id } },
          headers: { Accept: "text/html" },
          parseAs: "text",
        }),
      ),
  });
}
