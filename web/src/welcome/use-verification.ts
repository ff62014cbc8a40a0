import { useEffect, useState } from "preact/hooks";
import { api, body, type Me } from "../api/client";
import { creditsMoved, keys, queries } from "../api/queries";
import type { Message } from "../i18n/catalogue";
import { useI18n } from "../i18n/i18n";
import { useSignedIn } from "../session/session";
import { codeOf } from "../session/sign-in";
import { isVerifiedByNow, sendVerification } from "../session/verification";

export type Said = Extract<Message, `welcome.said.${string}`>;

export type Verification = ReturnType<typeof useVerification>;

const NO_ANSWER: Said = "welcome.said.noAnswer";

interface State {
  busy?: "send" | "check";
  said?: Said;
  /** The number of credits that were due when the address turned out to be verified. */
  promised?: number;
  /** True if the user pressed the button, false if the page found out by itself. */
  isAsked?: boolean;
}

/** Returns what the two buttons of the notice do, and the outcome of the last press. */
export function useVerification(count: number) {
  const { language } = useI18n();
  const { user, isVerified } = useSignedIn();
  const [state, setState] = useState<State>({});
  const sendAgain = async () => {
    setState({ busy: "send" });
    const said = await sendVerification(user, language).then((): Said => "welcome.said.sent", faultOf);
    setState({ said });
  };
  const look = async (isAsked: boolean) => {
    setState({ busy: "check" });
    const found = await outcome(count, () => isVerifiedByNow(user)).catch((): State => ({ said: NO_ANSWER }));
    setState({ ...found, isAsked });
  };
  // The link may have been opened elsewhere since the ID token was made.
  const isNews = count > 0 && user.emailVerified && !isVerified;
  useEffect(() => {
    if (isNews) look(false);
  }, [isNews]);
  const { busy, said, promised = 0, isAsked = false } = state;
  return { busy, said, promised, isAsked, isDone: promised > 0, sendAgain, check: () => look(true) };
}

/**
 * Returns what to tell the user.
 *
 * If the address is verified, the API is asked again: the credits may have come, or the mailbox had them before.
 */
async function outcome(count: number, isVerified: () => Promise<boolean>): Promise<State> {
  const before = queries.getQueryData<Me>(keys.me)?.current_credits ?? 0;
  if (!(await isVerified())) return { said: "welcome.said.notYet" };
  const me = await queries.fetchQuery({
    queryKey: keys.me,
    queryFn: () => body(api.GET("/v1/me")),
    staleTime: 0,
  });
  await creditsMoved();
  if (me.welcome_credits_due > 0) return {};
  const said = me.current_credits > before ? "welcome.said.given" : "welcome.said.hadBefore";
  return { said, promised: count };
}

function faultOf(error: unknown): Said {
  return codeOf(error) === "auth/network-request-failed" ? NO_ANSWER : "welcome.said.notSent";
}
