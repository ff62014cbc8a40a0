import { useMutation } from "@tanstack/preact-query";
import type { RefObject } from "preact";
import { api, body, type Generation } from "../../api/client";
import { ApiError } from "../../api/problem";
import { Button, ErrorNotice, Notice, Progress, StatusBadge } from "../../design";
import { type Translate, useI18n } from "../../i18n/i18n";
import { isFinal } from "../../live/progress";
import { storeGeneration } from "../../live/use-generation";
import { Actions } from "./actions";
import { reasonOf } from "./words";

interface StatusSectionProps {
  generation: Generation;
  knownSince: number;
  /** Gets the focus after a cancellation, because the button is then gone. */
  shown: RefObject<HTMLDivElement>;
}

/** Says how far a generation is, and offers what can be done with it. */
export function StatusSection({ generation, knownSince, shown }: StatusSectionProps) {
  const { t } = useI18n();
  const { refunded } = generation.cost;
  const cancel = useCancel(generation.id, shown);
  const tooLate = cancel.error instanceof ApiError && cancel.error.code === "already_final";
  return (
    <section class="card gallery-status">
      <div ref={shown} tabIndex={-1} role="status" class="gallery-words">
        <StatusBadge status={generation.status} />
        <p>{statusWords(generation, t)}</p>
        {refunded > 0 && <p>{t("gallery.refunded", { count: refunded })}</p>}
      </div>
      {!isFinal(generation) && (
        <>
          <Progress value={generation.progress} label={t("gallery.inProgress")} />
          <Button kind="danger" busy={cancel.isPending} onClick={() => cancel.mutate()}>
            {t("gallery.cancel")}
          </Button>
        </>
      )}
      {isFinal(generation) && <Actions generation={generation} knownSince={knownSince} />}
      {tooLate && <Notice tone="warn">{t("gallery.tooLate")}</Notice>}
      {cancel.error && !tooLate && <ErrorNotice error={cancel.error} />}
    </section>
  );
}

function useCancel(id: string, shown: RefObject<HTMLDivElement>) {
  return useMutation({
    mutationFn: () => body(api.POST("/v1/generations/{id}/cancel", { params: { path: { id } } })),
    onSuccess: (cancelled) => {
      storeGeneration(cancelled);
      shown.current?.focus();
    },
  });
}

function statusWords(generation: Generation, t: Translate): string {
  const { status, queue_position: position } = generation;
  if (status === "failed") return reasonOf(generation, t);
  if (status === "queued" && position) return t("gallery.state.position", { position });
  return t(`gallery.state.${status}`);
}
