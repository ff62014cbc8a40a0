import { useMutation } from "@tanstack/preact-query";
import type { Generation } from "../../api/client";
import { download } from "../../api/download";
import { Button, ButtonLink, ErrorNotice } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { draftLike, draftOf } from "../../ordering/draft";
import { failureReason } from "../../ordering/failure";
import type { Actions } from "./actions";
import { useDuration } from "./use-duration";

interface EndedProps {
  generation: Generation;
  actions: Pick<Actions, "create" | "fill">;
}

export function Completed({ generation, actions }: EndedProps) {
  const { t } = useI18n();
  const { id, created_at, completed_at, outputs } = generation;
  const duration = useDuration();
  const saving = useMutation({ mutationFn: () => download(id, 0) });
  return (
    <>
      {completed_at && (
        <p class="hint">
          {t("studio.took", { time: duration(Date.parse(completed_at) - Date.parse(created_at)) })}
        </p>
      )}
      <div class="row">
        {outputs.length > 0 && (
          <Button busy={saving.isPending} onClick={() => saving.mutate()}>
            {t("studio.download")}
          </Button>
        )}
        <ButtonLink href={`/app/gallery/${id}`}>{t("studio.open")}</ButtonLink>
        <Button kind="quiet" onClick={() => actions.fill(draftLike(generation))}>
          {t("studio.another")}
        </Button>
      </div>
      {saving.error && <ErrorNotice error={saving.error} />}
    </>
  );
}

/** Says why a generation failed or that it was cancelled, what was refunded, and how to go on. */
export function WithoutPicture({ generation, actions }: EndedProps) {
  const { t } = useI18n();
  const { status, error, cost } = generation;
  const isWorthRepeating = status === "cancelled" || error?.retryable === true;
  return (
    <>
      <p>
        {status === "cancelled" ? t("studio.cancelled") : error && failureReason(error, t)}{" "}
        {cost.refunded > 0 && t("studio.refunded", { count: cost.refunded })}
      </p>
      <div class="row">
        {isWorthRepeating && (
          <Button onClick={() => actions.create(draftOf(generation))}>{t("studio.retry")}</Button>
        )}
        <Button kind={isWorthRepeating ? "quiet" : "plain"} onClick={() => actions.fill(draftOf(generation))}>
          {t("studio.change")}
        </Button>
      </div>
    </>
  );
}
