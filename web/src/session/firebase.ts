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
  /**
   * True on the local stack, which has emulators only.
   *
   * By Firebase's convention, projects called `demo-…` do not exist.
   */
  isLocal: boolean;
  projectId: string;
  /** The ways to sign in beside an address and a password. */
  signInWith: readonly Vendor[];
}

let started: Promise<Firebase> | undefined;

/**
 * Starts Firebase once. After a failure the next call tries again.
 *
 * Hosting tells which project it serves, so that one build fits every project.
 */
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

/** Returns where to get App Check tokens. App Check has no emulator, so the local stack sends a placeholder. */
async function appCheckTokens(
  app: FirebaseApp,
  siteKey: string,
  isLocal: boolean,
): Promise<() => Promise<string>> {
  if (isLocal) return async () => "local-stack-without-app-check";
  const { startAppCheck } = await import("./app-check");
  return startAppCheck(app, siteKey);
}
