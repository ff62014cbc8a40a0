import { ApiError } from "../../api/problem";
import { Button, ErrorNotice, Notice } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { tryWithoutAccount } from "../../session/sign-in";
import { faultOf } from "./faults";
import { type Attempt, TRIAL } from "./use-attempt";

export function Trial({ attempt }: { attempt: Attempt }) {
  const { t } = useI18n();
  const error = attempt.errorOf(TRIAL);
  return (
    <section class="sign-in-aside">
      <h2>{t("signIn.trial.title")}</h2>
      <p>{t("signIn.trial.lead")}</p>
      {error !== undefined && <TrialError error={error} />}
      <Button
        busy={attempt.busyWith(TRIAL)}
        disabled={attempt.isBusy}
        onClick={() => attempt.run(TRIAL, tryWithoutAccount)}
      >
        {t("signIn.trial.try")}
      </Button>
    </section>
  );
}

function TrialError({ error }: { error: unknown }) {
  const { t } = useI18n();
  const fault = faultOf(error);
  const hadItsShare = error instanceof ApiError && error.code === "rate_limited";
  if (hadItsShare) return <Notice tone="bad">{t("signIn.trial.share")}</Notice>;
  if (fault) return <Notice tone="bad">{t(fault.message)}</Notice>;
  return <ErrorNotice error={error} />;
}
