export interface Caller {
  /** Undefined if nobody is signed in to the console. */
  name: string | undefined;
  isLocal: boolean;
  /** Is called for each request, because an ID token lives for an hour only. */
  token: () => Promise<string | undefined>;
  /** Returns an App Check token if the project asks for one. */
  proof: () => Promise<string | undefined>;
}

const nothing = async () => undefined;

/** Finds out who is signed in to the console. It imports Firebase late, so that the reference shows first. */
export async function currentCaller(): Promise<Caller> {
  try {
    const { appCheckToken } = await import("../api/client");
    const { firebase } = await import("../session/firebase");
    const { auth, isLocal } = await firebase();
    await auth.authStateReady();
    const user = auth.currentUser;
    const name = user ? (user.displayName ?? user.email ?? "a guest") : undefined;
    return { name, isLocal, token: async () => auth.currentUser?.getIdToken(), proof: appCheckToken };
  } catch {
    return { name: undefined, isLocal: location.hostname === "127.0.0.1", token: nothing, proof: nothing };
  }
}
