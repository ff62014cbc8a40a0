import { useMutation } from "@tanstack/preact-query";
import { api, body, type Schemas } from "../../api/client";
import { keys, queries } from "../../api/queries";
import { Button, ErrorNotice, Notice } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { BooksVerdict } from "../admin/books";
import { DeedRow } from "../admin/deed";

type Sweep = Schemas["SweepResource"];

const OUTCOMES = ["resent", "dispatched_again", "failed", "settled_meanwhile", "unavailable"] as const;

export function SweepDeed() {
  const { t } = useI18n();
  const sweep = useMutation({
    mutationFn: () => body(api.POST("/v1/admin/sweep")),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.admin() }),
  });
  return (
    <>
      <DeedRow title={t("queue.sweep.title")} lead={t("queue.sweep.lead")}>
        <Button busy={sweep.isPending} onClick={() => sweep.mutate()}>
          {t("queue.sweep.open")}
        </Button>
      </DeedRow>
      <div class="admin-said" aria-live="polite">
        {sweep.data && <SweepFound sweep={sweep.data} />}
        {sweep.isError && <ErrorNotice error={sweep.error} />}
      </div>
    </>
  );
}

function SweepFound({ sweep }: { sweep: Sweep }) {
  const { t, number } = useI18n();
  const found = OUTCOMES.filter((outcome) => sweep[outcome] > 0);
  const count = found.reduce((sum, outcome) => sum + sweep[outcome], 0);
  if (count === 0) return <Notice tone="good">{t("queue.sweep.nothing")}</Notice>;
  return (
    <Notice
      tone={sweep.failed + sweep.unavailable > 0 ? "warn" : "good"}
      title={t("queue.sweep.found", { count })}
    >
      {found.map((outcome) => (
        <p key={outcome}>
          {number(sweep[outcome])} {t(`queue.sweep.${outcome}`)}
        </p>
      ))}
    </Notice>
  );
}

export function BooksDeed() {
  const { t } = useI18n();
  const audit = useMutation({
    mutationFn: () => body(api.POST("/v1/admin/audit", { body: { user_id: null } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.admin("audit-log") }),
  });
  return (
    <>
      <DeedRow title={t("queue.audit.title")} lead={t("queue.audit.lead")}>
        <Button busy={audit.isPending} onClick={() => audit.mutate()}>
          {t("queue.audit.open")}
        </Button>
      </DeedRow>
      <div class="admin-said" aria-live="polite">
        {audit.data && <BooksVerdict audit={audit.data} />}
        {audit.isError && <ErrorNotice error={audit.error} />}
      </div>
    </>
  );
}
