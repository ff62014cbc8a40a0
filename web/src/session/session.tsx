import type { User } from "firebase/auth";
import { onIdTokenChanged, signOut as signOutOfFirebase } from "firebase/auth";
import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { SIGN_IN } from "../addresses";
import { authorizeWith } from "../api/client";
import { connection, type Stop } from "../api/connection";
import { queries } from "../api/queries";
import { type Firebase, firebase } from "./firebase";
import { isSigningOut } from "./sign-out";

export { signOut } from "./sign-out";

export type Session =
  | { state: "starting" }
  | { state: "broken" }
  /** `ended` says that the sign-in stopped being valid, so the user did not sign out in this tab. */
  | { state: "signed-out"; firebase: Firebase; ended: boolean }
  | SignedIn;

interface SignedIn {
  state: "signed-in";
  firebase: Firebase;
  user: User;
  isAdmin: boolean;
  /** Says whether the ID token has a verified e-mail address. The API reads the same token. */
  isVerified: boolean;
}

const SessionContext = createContext<Session>({ state: "starting" });
let latest: SignedIn | undefined;

export const useSession = (): Session => useContext(SessionContext);

/**
 * Returns the signed-in user, for pages that need one.
 *
 * After a sign-out a page is still shown for a moment, so the last user is returned then. Throws if there was none.
 */
export function useSignedIn(): SignedIn {
  const session = useSession();
  const signedIn = session.state === "signed-in" ? session : latest;
  if (!signedIn) throw new Error("this page is for whoever is signed in");
  return signedIn;
}

export function SessionProvider({ children }: { children: ComponentChildren }) {
  const [session, setSession] = useState<Session>({ state: "starting" });
  useSignInAgain(session);
  useEffect(() => {
    let stop = () => {};
    const stopStarting = startPatiently(
      (started) => {
        stop = followUser(started, setSession);
      },
      () => setSession({ state: "broken" }),
    );
    return () => {
      stopStarting();
      stop();
    };
  }, []);
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}

/** Calls `begin` once, when Firebase has started. If there is no connection, it tries again when there is one. */
function startPatiently(begin: (started: Firebase) => void, broken: () => void): Stop {
  let hasBegun = false;
  return connection.watch((isLost) => {
    if (isLost || hasBegun) return;
    firebase().then((started) => {
      if (!hasBegun) begin(started);
      hasBegun = true;
    }, broken);
  });
}

/** Sends a user whose sign-in has ended to the sign-in page, which leads back to the same page. */
function useSignInAgain(session: Session): void {
  const { path, url, route } = useLocation();
  const hasEnded = session.state === "signed-out" && session.ended;
  useEffect(() => {
    if (hasEnded && path !== SIGN_IN) route(`${SIGN_IN}?to=${encodeURIComponent(url)}`, true);
  }, [hasEnded, path, url, route]);
}

function followUser(started: Firebase, tell: (session: Session) => void): () => void {
  const { auth } = started;
  let known: string | undefined;
  authorizeWith({
    token: async () => (await auth.currentUser?.getIdToken()) ?? null,
    refused: () => signOutOfFirebase(auth),
  });
  return onIdTokenChanged(auth, async (user) => {
    const before = known;
    known = user?.uid;
    if (!user) {
      tell({ state: "signed-out", firebase: started, ended: before !== undefined && !isSigningOut() });
      queries.clear();
      return;
    }
    if (before && before !== user.uid) queries.resetQueries();
    const { claims } = await user.getIdTokenResult();
    if (auth.currentUser !== user) return;
    latest = {
      ...{ state: "signed-in", firebase: started, user },
      isAdmin: claims.role === "admin",
      isVerified: claims.email_verified === true,
    };
    tell(latest);
  });
}
