import type { ComponentChildren } from "preact";
import type { Generation } from "../api/client";
import { useI18n } from "../i18n/i18n";

export type Tone = "good" | "warn" | "bad" | "info" | "calm";

export function Badge({ tone = "calm", children }: { tone?: Tone; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

const TONES: Record<Generation["status"], Tone> = {
  queued: "info",
  processing: "info",
  completed: "good",
  failed: "bad",
  cancelled: "calm",
};

export function StatusBadge({ status }: { status: Generation["status"] }) {
  const { t } = useI18n();
  return <Badge tone={TONES[status]}>{t(`common.status.${status}`)}</Badge>;
}
