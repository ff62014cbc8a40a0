import { type FirebaseApp, type FirebaseOptions, initializeApp } from "firebase/app";
import {
  type Auth,
  browserLocalPersistence,
  connectAuthEmulator,
  indexedDBLocalPersistence,
  initializeAuth,
} from "firebase/auth";
import { proveAppWith } from "../api/client";
import { watchedFetch } from "../api/connection";
import { configuration, type Vendor } from "./configuration";

export interface Firebase {
  app: FirebaseApp;
  auth: Auth;
  /** The emulators, and nothing of Google's: by Firebase's convention, projects called `demo-…` exist nowhere. */
  isLocal: boolean;
  projectId: string;
  /** Beside address and password. */
  signInWith: readonly Vendor[];
}

let started: Promise<Firebase> | undefined;

/** Hosting itself tells which project it serves, so that one build fits all. After a failure the next call tries again. */
export function firebase(): Promise<Firebase> {
  started ??= start().catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  return started;
}

async function start(): Promise<Firebase> {
  const [answer, turnedOn] = await Promise.all([watchedFetch("/__/firebase/init.json"), configuration()]);
  const options = (await answer.json()) as FirebaseOptions;
  const projectId = options.projectId ?? "";
  const isLocal = projectId.startsWith("demo-");
  const app = initializeApp(options);
  const { appCheckSiteKey, signInWith } = turnedOn;
  if (appCheckSiteKey) proveAppWith(await appCheckTokens(app, appCheckSiteKey, isLocal));
  const auth = initializeAuth(app, { persistence: [indexedDBLocalPersistence, browserLocalPersistence] });
  if (isLocal) connectAuthEmulator(auth, LOCAL_STACK.auth, { disableWarnings: true });
  return { app, auth, isLocal, projectId, signInWith };
}

/** App Check has no emulator, and even its debug tokens come from Google: the local stack sends a word that says so. */
async function appCheckTokens(
  app: FirebaseApp,
  siteKey: string,
  isLocal: boolean,
): Promise<() => Promise<string>> {
  if (isLocal) return async () => "local-stack-without-app-check";
  const { startAppCheck } = await import("./app-check");
  return startAppCheck(app, siteKey);
}
