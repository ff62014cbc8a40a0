import { Badge, type Tone } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { type Level, severityOf } from "./severity";

const TONES: Record<Level, Tone> = {
  normal: "good",
  low: "calm",
  medium: "warn",
  high: "bad",
  critical: "bad",
};

export function SeverityBadge({ summary }: { summary: Readonly<Record<string, unknown>> }) {
  const { t } = useI18n();
  const { level, count } = severityOf(summary);
  return (
    <span class="reports-severity">
      <Badge tone={TONES[level]}>{t(`reports.level.${level}`)}</Badge>
      {count > 0 && <span class="admin-quiet">{t("reports.found", { count })}</span>}
    </span>
  );
}
