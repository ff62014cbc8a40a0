import "./sign-in.css";
import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { Notice, PageHead, Skeleton } from "../../design";
import { useI18n } from "../../i18n/i18n";
import { type Session, useSession } from "../../session/session";
import { DemoPeople } from "./demo-people";
import { destination } from "./destination";
import type { Mode } from "./faults";
import { SignInForm } from "./form";
import { NotMoved } from "./not-moved";
import { Trial } from "./trial";
import { useAttempt } from "./use-attempt";
import { Vendors } from "./vendors";

/** Lets visitors sign in, create an account, get a new password or try without an account. It then opens their page. */
export default function SignIn() {
  const { t } = useI18n();
  const session = useSession();
  const { query } = useLocation();
  const [mode, setMode] = useState<Mode>("keep" in query || "create" in query ? "create" : "enter");
  const attempt = useAttempt();
  const [target] = useState(() => destination(query.to));
  const isAnonymous = session.state === "signed-in" && session.user.isAnonymous;
  useOpenTarget(session, target, attempt);

  if (attempt.notClaimed) return <NotMoved failure={attempt.notClaimed} onDone={attempt.reset} />;
  if (session.state === "signed-in" && !isAnonymous && !attempt.isBusy) return <Skeleton />;
  return (
    <div class="sign-in">
      <PageHead title={t(`signIn.title.${mode}`)} lead={t(`signIn.lead.${isAnonymous ? "keep" : mode}`)} />
      {session.state === "signed-out" && session.ended && <Notice tone="warn">{t("signIn.ended")}</Notice>}
      <SignInForm mode={mode} onMode={setMode} attempt={attempt} isAnonymous={isAnonymous} />
      {mode !== "reset" && <Vendors attempt={attempt} />}
      {!isAnonymous && mode !== "reset" && <Trial attempt={attempt} />}
      {"firebase" in session && session.firebase.isLocal && <DemoPeople attempt={attempt} />}
    </div>
  );
}

/** Opens the target once the visitor is signed in. */
function useOpenTarget(session: Session, target: string, attempt: ReturnType<typeof useAttempt>) {
  const { route } = useLocation();
  const isIn = session.state === "signed-in" && (attempt.isTrial || !session.user.isAnonymous);
  const mayLeave = isIn && !attempt.isBusy && !attempt.notClaimed;
  useEffect(() => {
    if (mayLeave) route(target, true);
  }, [mayLeave, route, target]);
}
