import {
  createUserWithEmailAndPassword,
  EmailAuthProvider,
  linkWithCredential,
  sendPasswordResetEmail,
  signInAnonymously,
  signInWithEmailAndPassword,
  type User,
} from "firebase/auth";
import { api, body, type Me } from "../api/client";
import { ApiError } from "../api/problem";
import { creditsMoved, keys, queries } from "../api/queries";
import type { Vendor } from "./configuration";
import { firebase } from "./firebase";
import { signOut } from "./sign-out";
import { sendVerification } from "./verification";

export interface Credentials {
  email: string;
  password: string;
}

/** Of a new account; Firebase's password policy, where it is set, asks for the same. */
export const PASSWORD_MIN = 12;

/** The sign-in worked, but what was made before it did not move along. */
export class NotClaimed extends Error {
  readonly anonymousToken: string;

  constructor(anonymousToken: string, cause: unknown) {
    super("what was made anonymously stayed where it was", { cause });
    this.name = "NotClaimed";
    this.anonymousToken = anonymousToken;
  }
}

/** What somebody made anonymously moves into their account. Throws NotClaimed, or Firebase's error. */
export async function signIn({ email, password }: Credentials): Promise<void> {
  const { auth } = await firebase();
  const token = await anonymousUser(auth.currentUser)?.getIdToken();
  await signInWithEmailAndPassword(auth, email, password);
  if (token) await claim(token);
}

/** Throws NotClaimed, with which it can be tried again for an hour. */
export async function claim(anonymousToken: string): Promise<void> {
  try {
    await body(api.POST("/v1/me/claim", { body: { anonymous_token: anonymousToken } }));
  } catch (error) {
    if (hasNothingToClaim(error)) return;
    throw new NotClaimed(anonymousToken, error);
  }
  await creditsMoved();
}

/**
 * Whoever is here anonymously keeps their id, and so all that they made. The free credits come once the address is
 * verified, so a mail with a link goes out. Throws Firebase's error.
 */
export async function createAccount({ email, password }: Credentials, language: string): Promise<void> {
  const { auth } = await firebase();
  const anonymous = anonymousUser(auth.currentUser);
  if (anonymous) {
    await linkWithCredential(anonymous, EmailAuthProvider.credential(email, password));
    await anonymous.getIdToken(true); // the old one still says "anonymous"
  } else {
    await createUserWithEmailAndPassword(auth, email, password);
  }
  await Promise.all([createAtServer(), welcome(auth.currentUser, language)]);
}

/** The account is there even where the mail cannot be sent: the notice about the credits can send it again. */
async function welcome(user: User | null, language: string): Promise<void> {
  if (user) await sendVerification(user, language).catch(() => {});
}

/** Loaded before a button is pressed: a browser opens a window only right after the press. */
export const vendors = () => import("./vendors");

/** Whoever is here anonymously keeps their id, or brings along what they made. Throws NotClaimed, or Firebase's error. */
export async function signInWithVendor(vendor: Vendor): Promise<void> {
  const { auth, isLocal } = await firebase();
  const anonymous = anonymousUser(auth.currentUser);
  const token = await anonymous?.getIdToken();
  const { signInAt } = await vendors();
  const isLinked = await signInAt(vendor, auth, isLocal);
  if (anonymous && isLinked)
    await anonymous.getIdToken(true); // the old one still says "anonymous"
  else if (token) await claim(token);
  await createAtServer();
}

/** Throws ApiError `rate_limited` for a network that had its free tries of the day, or Firebase's error. */
export async function tryWithoutAccount(): Promise<void> {
  const { auth } = await firebase();
  await signInAnonymously(auth);
  try {
    await getMe();
  } catch (error) {
    if (error instanceof ApiError && error.code === "rate_limited") await signOut();
    throw error;
  }
}

/** Says nothing about whether there is such an account. */
export async function sendPasswordReset(email: string, language: string): Promise<void> {
  const { auth } = await firebase();
  auth.languageCode = language;
  try {
    await sendPasswordResetEmail(auth, email);
  } catch (error) {
    if (codeOf(error) !== "auth/user-not-found") throw error;
  }
}

export function codeOf(error: unknown): string {
  const isCoded = error instanceof Error && "code" in error && typeof error.code === "string";
  return isCoded ? String(error.code) : "";
}

const anonymousUser = (user: User | null): User | null => (user?.isAnonymous ? user : null);

/** The server knows an account from its first call on; whoever never made one made nothing else either. */
const hasNothingToClaim = (error: unknown) => error instanceof ApiError && error.code === "user_not_found";

const getMe = (): Promise<Me> => body(api.GET("/v1/me"));

/** If this call does not get through, the next one does the same. */
async function createAtServer(): Promise<void> {
  await queries.prefetchQuery({ queryKey: keys.me, queryFn: getMe, staleTime: 0 });
  await creditsMoved();
}
