export interface Caller {
  /** Undefined: nobody is signed in to the console. */
  name: string | undefined;
  isLocal: boolean;
  /** Fresh for each request: an ID token lives for an hour. */
  token: () => Promise<string | undefined>;
  /** Of App Check, where the project asks for it. */
  proof: () => Promise<string | undefined>;
}

const nothing = async () => undefined;

/** Who is signed in to the console. Firebase's code is only fetched when the reference stands. */
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
