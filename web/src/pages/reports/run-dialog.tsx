import { useMutation } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { api, body, type Schemas } from "../../api/client";
import { ApiError } from "../../api/problem";
import { keys, queries } from "../../api/queries";
import { Button, CheckField, Dialog, ErrorNotice, Notice, TextField } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { reportPath } from "../admin/links";
import { DialogActions } from "../admin/reason-dialog";
import { beginningOf } from "../days";
import { SeverityBadge } from "./severity-badge";

type Report = Schemas["ReportResource"];

/** Makes a report now, and opens it. The result of a rehearsal is shown in the dialog. */
export function RunDialog({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const [day, setDay] = useState("");
  const [isDry, setDry] = useState(false);
  const run = useRun();
  const fault = run.error instanceof ApiError ? run.error.fault("/as_of") : undefined;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    run.mutate({ dry_run: isDry, as_of: beginningOf(day) ?? null });
  };
  return (
    <Dialog title={t("reports.run.title")} onClose={onClose}>
      <form class="stack" onSubmit={submit} noValidate>
        <p>{t("reports.run.lead")}</p>
        <TextField
          type="date"
          label={t("reports.run.asOf")}
          hint={t("reports.run.asOfHint")}
          value={day}
          onValue={setDay}
          error={fault && t("reports.run.asOfWrong")}
        />
        <CheckField
          label={t("reports.run.dry")}
          hint={t("reports.run.dryHint")}
          checked={isDry}
          onChecked={setDry}
        />
        <div class="admin-said" aria-live="polite">
          {run.data && <Rehearsed report={run.data} />}
          {run.isError && !fault && <ErrorNotice error={run.error} />}
        </div>
        <DialogActions onClose={onClose}>
          <Button type="submit" kind="primary" busy={run.isPending}>
            {t(isDry ? "reports.run.doDry" : "reports.run.do")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function useRun() {
  const { route } = useLocation();
  return useMutation({
    mutationFn: (wanted: Schemas["RunReport"]) => body(api.POST("/v1/reports", { body: wanted })),
    onSuccess: (report, wanted) => {
      if (wanted.dry_run) return;
      queries.invalidateQueries({ queryKey: keys.admin("reports") });
      route(reportPath(report.id));
    },
  });
}

function Rehearsed({ report }: { report: Report }) {
  const { t } = useI18n();
  return (
    <Notice tone="info" title={t("reports.run.dryDone", { week: report.week ?? "–" })}>
      <p>{report.headline}</p>
      <SeverityBadge summary={report.anomaly_summary} />
    </Notice>
  );
}
