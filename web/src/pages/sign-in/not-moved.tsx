import { useState } from "preact/hooks";
import { Button, ErrorNotice, Notice, PageHead } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { claim, type NotClaimed } from "../../session/sign-in";

/** Tells a signed-in user that their pictures did not move along. They can try again or go on without them. */
export function NotMoved({ failure, onDone }: { failure: NotClaimed; onDone: () => void }) {
  const { t } = useI18n();
  const [isBusy, setBusy] = useState(false);
  const again = async () => {
    setBusy(true);
    await claim(failure.anonymousToken).then(onDone, () => setBusy(false));
  };
  return (
    <div class="sign-in">
      <PageHead title={t("signIn.notMoved.title")} lead={t("signIn.notMoved.lead")} />
      <Notice tone="warn" title={t("signIn.notMoved.why")} />
      <ErrorNotice error={failure.cause} />
      <div class="row">
        <Button kind="primary" busy={isBusy} onClick={again}>
          {t("common.tryAgain")}
        </Button>
        <Button onClick={onDone}>{t("signIn.notMoved.goOn")}</Button>
      </div>
    </div>
  );
}
