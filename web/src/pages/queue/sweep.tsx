import { api, body, type Schemas } from "../../api/client";
import { Notice } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { ImmediateAction } from "../admin/action";

type Sweep = Schemas["SweepResource"];

// A sweep with one of the outcomes in GRAVE is shown as a warning.
const HARMLESS = ["resent", "dispatched_again", "settled_meanwhile"] as const;
const GRAVE = ["failed", "unavailable", "unreadable", "disputed"] as const;
const OUTCOMES = [...HARMLESS, ...GRAVE];

export function SweepAction() {
  const { t } = useI18n();
  return (
    <ImmediateAction
      title={t("queue.sweep.title")}
      lead={t("queue.sweep.lead")}
      open={t("queue.sweep.open")}
      act={() => body(api.POST("/v1/admin/sweep"))}
      found={(sweep) => <SweepFound sweep={sweep} />}
    />
  );
}

function SweepFound({ sweep }: { sweep: Sweep }) {
  const { t, number } = useI18n();
  const found = OUTCOMES.filter((outcome) => sweep[outcome] > 0);
  const count = found.reduce((sum, outcome) => sum + sweep[outcome], 0);
  if (count === 0) return <Notice tone="good">{t("queue.sweep.nothing")}</Notice>;
  return (
    <Notice
      tone={GRAVE.some((outcome) => sweep[outcome] > 0) ? "warn" : "good"}
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
