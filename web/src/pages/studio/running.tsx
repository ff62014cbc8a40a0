import { useMutation } from "@tanstack/preact-query";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { api, body, type Generation } from "../../api/client";
import { ApiError } from "../../api/problem";
import { Button, ErrorNotice, Progress } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { storeGeneration } from "../../live/use-generation";
import { failureReason } from "../../ordering/failure";
import { useDuration } from "./use-duration";

/** Shows how far a running generation is, and lets the user cancel it. */
export function Running({ generation }: { generation: Generation }) {
  const { t } = useI18n();
  const { prompt, progress } = generation;
  return (
    <>
      <Progress value={progress} label={t("studio.progress", { prompt })} />
      <div class="studio-course">
        <RunningState generation={generation} />
        <Elapsed since={generation.created_at} />
      </div>
      <Cancel generation={generation} />
    </>
  );
}

function RunningState({ generation: { status, queue_position: place, error } }: { generation: Generation }) {
  const { t } = useI18n();
  if (status === "processing") return <span>{t("common.status.processing")}</span>;
  if (error) return <span>{t("studio.queued.again", { reason: failureReason(error, t) })}</span>;
  return <span>{place === null ? t("studio.queued") : t("studio.queued.place", { place })}</span>;
}

function Elapsed({ since }: { since: string }) {
  const duration = useDuration();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const ticking = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(ticking);
  }, []);
  return <span class="studio-elapsed">{duration(now - Date.parse(since))}</span>;
}

function Cancel({ generation: { id, cost } }: { generation: Generation }) {
  const { t } = useI18n();
  const hint = useId();
  const row = useFocusOnHeading();
  const cancelling = useMutation({
    mutationFn: () => body(api.POST("/v1/generations/{id}/cancel", { params: { path: { id } } })),
    onSuccess: storeGeneration,
  });
  const isTooLate = cancelling.error instanceof ApiError && cancelling.error.code === "already_final";
  return (
    <>
      <div class="row" ref={row}>
        <Button busy={cancelling.isPending} aria-describedby={hint} onClick={() => cancelling.mutate()}>
          {t("studio.cancel")}
        </Button>
        <span class="hint" id={hint}>
          {t("studio.cancel.hint", { price: cost.price })}
        </span>
      </div>
      {cancelling.error && !isTooLate && <ErrorNotice error={cancelling.error} />}
    </>
  );
}

/** Moves the focus to the heading of the card when the cancel button had it and disappears. */
function useFocusOnHeading() {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const place = row.current;
    return () => {
      const { activeElement } = document;
      const wasHere =
        activeElement === document.body
          ? place?.querySelector("[aria-busy=true]")
          : place?.contains(activeElement);
      if (wasHere) place?.closest("article")?.querySelector("h3")?.focus({ preventScroll: true });
    };
  }, []);
  return row;
}
