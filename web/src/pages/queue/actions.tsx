import { useState } from "preact/hooks";
import { api, body, type Schemas } from "../../api/client";
import { ApiError } from "../../api/problem";
import { keys, queries } from "../../api/queries";
import { Button, Notice } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { ActionRow, CheckBooksAction } from "../admin/action";
import { ReasonDialog } from "../admin/reason-dialog";
import { SweepAction } from "./sweep";

type Queue = Schemas["QueueResource"];

const SWITCHES = ["pause", "resume", "purge"] as const;
type Switch = (typeof SWITCHES)[number];

/** Offers the actions on the queue. All are offered while its state is not known, because it may be out of order. */
export function QueueActions({ queue }: { queue: Queue | undefined }) {
  const { t } = useI18n();
  const [open, setOpen] = useState<Switch | null>(null);
  const [done, setDone] = useState<Switch | null>(null);
  const offered = SWITCHES.filter((each) => isOffered(each, queue?.state));
  return (
    <section class="card admin-block">
      <h2>{t("queue.actions")}</h2>
      <div class="admin-said" aria-live="polite">
        {done && <Notice tone="good">{t(`queue.${done}.done`)}</Notice>}
      </div>
      {offered.map((each) => (
        <ActionRow key={each} title={t(`queue.${each}.title`)} lead={t(`queue.${each}.lead`)}>
          <Button kind={each === "purge" ? "danger" : "plain"} onClick={() => setOpen(each)}>
            {t(`queue.${each}.open`)}
          </Button>
        </ActionRow>
      ))}
      <SweepAction />
      <CheckBooksAction
        title={t("queue.audit.title")}
        lead={t("queue.audit.lead")}
        open={t("queue.audit.open")}
        userId={null}
      />
      {open && (
        <SwitchDialog
          action={open}
          onClose={() => setOpen(null)}
          onDone={() => {
            setDone(open);
            setOpen(null);
          }}
        />
      )}
    </section>
  );
}

function isOffered(action: Switch, state: string | undefined): boolean {
  if (action === "pause") return state !== "paused";
  if (action === "resume") return state !== "running";
  return true;
}

interface SwitchDialogProps {
  action: Switch;
  onDone: () => void;
  onClose: () => void;
}

function SwitchDialog({ action, onDone, onClose }: SwitchDialogProps) {
  const { t } = useI18n();
  return (
    <ReasonDialog
      title={t(`queue.${action}.title`)}
      confirm={t(`queue.${action}.open`)}
      kind={action === "purge" ? "danger" : "primary"}
      refusal={(error) =>
        error instanceof ApiError && error.code === "not_supported" ? t("queue.notSupported") : undefined
      }
      act={(reason) => body(ask(action, reason))}
      onDone={(queue) => {
        queries.setQueryData(keys.admin("queue"), queue);
        queries.invalidateQueries({ queryKey: keys.admin("audit-log") });
        onDone();
      }}
      onClose={onClose}
    >
      <p>{t(`queue.${action}.what`)}</p>
    </ReasonDialog>
  );
}

function ask(action: Switch, reason: string) {
  switch (action) {
    case "pause":
      return api.POST("/v1/admin/queue/pause", { body: { reason } });
    case "resume":
      return api.POST("/v1/admin/queue/resume", { body: { reason } });
    case "purge":
      return api.POST("/v1/admin/queue/purge", { body: { reason } });
  }
}
