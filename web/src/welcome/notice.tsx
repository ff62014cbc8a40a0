import "./welcome.css";
import { useQuery } from "@tanstack/preact-query";
import { useEffect, useRef } from "preact/hooks";
import { api, body } from "../api/client";
import { keys } from "../api/queries";
import { Button, Notice } from "../design";
import { useI18n } from "../i18n/i18n";
import { useSignedIn } from "../session/session";
import { useVerification, type Verification } from "./use-verification";

/** Tells the owner of a new account why its free credits have not come yet. It shows nothing to anybody else. */
export function WelcomeNotice() {
  const { isVerified } = useSignedIn();
  const { data: me, isFetching } = useQuery({
    queryKey: keys.me,
    queryFn: () => body(api.GET("/v1/me")),
  });
  const count = me?.welcome_credits_due ?? 0;
  const verification = useVerification(count);
  if (verification.isDone) return <Done verification={verification} />;
  if (count === 0) return null;
  if (!isVerified) return <Waiting count={count} verification={verification} />;
  return isFetching ? null : <Later count={count} />;
}

interface WaitingProps {
  count: number;
  verification: Verification;
}

function Waiting({ count, verification }: WaitingProps) {
  const { t } = useI18n();
  const { user, firebase } = useSignedIn();
  const { said, busy, sendAgain, check } = verification;
  const way = firebase.isLocal ? "welcome.lead.local" : "welcome.lead";
  return (
    <Notice
      tone="info"
      title={t("welcome.title", { count })}
      action={
        <span class="row">
          <Button busy={busy === "check"} disabled={busy === "send"} onClick={check}>
            {t("welcome.check")}
          </Button>
          <Button kind="quiet" busy={busy === "send"} disabled={busy === "check"} onClick={sendAgain}>
            {t("welcome.sendAgain")}
          </Button>
        </span>
      }
    >
      <p>{t(way, { email: user.email ?? "" })}</p>
      {said && <p class="welcome-said">{t(said, { count })}</p>}
    </Notice>
  );
}

/** Says that the credits are here. It takes the focus if a button was pressed, because the buttons are gone now. */
function Done({ verification: { said, promised, isAsked } }: { verification: Verification }) {
  const { t } = useI18n();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isAsked) place.current?.focus({ preventScroll: true });
  }, [isAsked]);
  return (
    <div ref={place} tabIndex={-1} class="welcome-done">
      <Notice tone="good">{said && t(said, { count: promised })}</Notice>
    </div>
  );
}

function Later({ count }: { count: number }) {
  const { t } = useI18n();
  return (
    <Notice tone="info" title={t("welcome.later.title", { count })}>
      <p>{t("welcome.later.lead")}</p>
    </Notice>
  );
}
