import { type FirebaseApp, type FirebaseOptions, initializeApp } from "firebase/app";
import {
  type Auth,
  browserLocalPersistence,
  connectAuthEmulator,
  indexedDBLocalPersistence,
  initializeAuth,
} from "firebase/auth";
import { watchedFetch } from "../api/connection";

export interface Firebase {
  app: FirebaseApp;
  auth: Auth;
  /** The emulators, and nothing of Google's: by Firebase's convention, projects called `demo-…` exist nowhere. */
  isLocal: boolean;
  projectId: string;
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
  const answer = await watchedFetch("/__/firebase/init.json");
  const options = (await answer.json()) as FirebaseOptions;
  const app = initializeApp(options);
  const auth = initializeAuth(app, { persistence: [indexedDBLocalPersistence, browserLocalPersistence] });
  const projectId = options.projectId ?? "";
  const isLocal = projectId.startsWith("demo-");
  if (isLocal) connectAuthEmulator(auth, LOCAL_STACK.auth, { disableWarnings: true });
  return { app, auth, isLocal, projectId };
}
