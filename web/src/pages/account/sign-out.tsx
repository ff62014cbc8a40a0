import { useMutation } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { SIGN_IN } from "../../addresses";
import { api, body } from "../../api/client";
import { Button, ButtonLink, Dialog, ErrorNotice } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { signOut, useSignedIn } from "../../session/session";

/**
 * Signs the user out of this browser or of all.
 *
 * Visitors without an account are warned, because they cannot come back.
 */
export function SignOutSection() {
  const { t } = useI18n();
  const { user } = useSignedIn();
  const [asks, setAsks] = useState(false);
  const leave = useSignOut();
  return (
    <section class="card stack">
      <h2>{t("account.leave.title")}</h2>
      <div class="row">
        <Button
          busy={leave.isPending}
          onClick={() => (user.isAnonymous ? setAsks(true) : leave.mutate(false))}
        >
          {t("account.leave.here")}
        </Button>
        {!user.isAnonymous && (
          <Button kind="danger" onClick={() => setAsks(true)}>
            {t("account.leave.everywhere")}
          </Button>
        )}
      </div>
      {asks &&
        (user.isAnonymous ? (
          <LosePictureDialog onClose={() => setAsks(false)} />
        ) : (
          <SignOutEverywhereDialog onClose={() => setAsks(false)} />
        ))}
    </section>
  );
}

function useSignOut() {
  const { route } = useLocation();
  return useMutation({
    mutationFn: async (everywhere: boolean) => {
      if (everywhere) await body(api.POST("/v1/me/sign-out"));
      await signOut();
    },
    onSuccess: () => route(SIGN_IN, true),
  });
}

function SignOutEverywhereDialog({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const leave = useSignOut();
  return (
    <Dialog title={t("account.everywhere.title")} onClose={onClose}>
      <div class="stack">
        <p>{t("account.everywhere.what")}</p>
        <p>{t("account.everywhere.keys")}</p>
        {leave.error && <ErrorNotice error={leave.error} />}
        <div class="row">
          <Button kind="danger" busy={leave.isPending} onClick={() => leave.mutate(true)}>
            {t("account.everywhere.do")}
          </Button>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
        </div>
      </div>
    </Dialog>
  );
}

function LosePictureDialog({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const leave = useSignOut();
  return (
    <Dialog title={t("account.lose.title")} onClose={onClose}>
      <div class="stack">
        <p>{t("account.lose.what")}</p>
        <div class="row">
          <ButtonLink kind="primary" href="/app/sign-in?keep">
            {t("account.profile.keep")}
          </ButtonLink>
          <Button kind="danger" busy={leave.isPending} onClick={() => leave.mutate(false)}>
            {t("account.lose.do")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
