import { useMutation } from "@tanstack/preact-query";
import type { RefObject } from "preact";
import { api, body, type Generation } from "../../api/client";
import { ApiError } from "../../api/problem";
import { Button, ErrorNotice, Notice, Progress, StatusBadge } from "../../design";
import { type Translate, useI18n } from "../../i18n/i18n";
import { isFinal } from "../../live/progress";
import { remember } from "../../live/use-generation";
import { Actions } from "./actions";
import { reasonOf } from "./words";

interface StandingProps {
  generation: Generation;
  knownSince: number;
  /** Where the focus goes when the button that was pressed is gone. */
  shown: RefObject<HTMLDivElement>;
}

/** How far it is, in words, and what can be done now. */
export function Standing({ generation, knownSince, shown }: StandingProps) {
  const { t } = useI18n();
  const { refunded } = generation.cost;
  const cancel = useCancel(generation.id, shown);
  const tooLate = cancel.error instanceof ApiError && cancel.error.code === "already_final";
  return (
    <section class="card gallery-standing">
      <div ref={shown} tabIndex={-1} role="status" class="gallery-words">
        <StatusBadge status={generation.status} />
        <p>{said(generation, t)}</p>
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
      remember(cancelled);
      shown.current?.focus();
    },
  });
}

function said(generation: Generation, t: Translate): string {
  const { status, queue_position: position } = generation;
  if (status === "failed") return reasonOf(generation, t);
  if (status === "queued" && position) return t("gallery.state.position", { position });
  return t(`gallery.state.${status}`);
}
