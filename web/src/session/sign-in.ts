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

/** The least length of a new password. Firebase's password policy asks for the same if it is set. */
export const PASSWORD_MIN = 12;

/** The sign-in worked, but the pictures that were made anonymously did not move into the account. */
export class NotClaimed extends Error {
  readonly anonymousToken: string;

  constructor(anonymousToken: string, cause: unknown) {
    super("what was made anonymously stayed where it was", { cause });
    this.name = "NotClaimed";
    this.anonymousToken = anonymousToken;
  }
}

/** Signs in. Pictures that were made anonymously move into the account. Throws NotClaimed, or Firebase's error. */
export async function signIn({ email, password }: Credentials): Promise<void> {
  const { auth } = await firebase();
  const token = await anonymousUser(auth.currentUser)?.getIdToken();
  await signInWithEmailAndPassword(auth, email, password);
  if (token) await claim(token);
}

/** Moves the pictures of an anonymous user into the account. Throws NotClaimed, whose token works for an hour. */
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
 * Creates an account. An anonymous user keeps their id, and so all pictures that they made.
 *
 * The free credits come once the address is verified, so a mail with a link goes out. Throws Firebase's error.
 */
export async function createAccount({ email, password }: Credentials, language: string): Promise<void> {
  const { auth } = await firebase();
  const anonymous = anonymousUser(auth.currentUser);
  if (anonymous) {
    await linkWithCredential(anonymous, EmailAuthProvider.credential(email, password));
    await anonymous.getIdToken(true); // The old token still says "anonymous".
  } else {
    await createUserWithEmailAndPassword(auth, email, password);
  }
  await Promise.all([createAtServer(), sendWelcomeMail(auth.currentUser, language)]);
}

/** Sends the mail with the link. A failure is ignored, because the notice about the credits can send it again. */
async function sendWelcomeMail(user: User | null, language: string): Promise<void> {
  if (user) await sendVerification(user, language).catch(() => {});
}

/**
 * Loads the code for the vendors before a button is pressed, because browsers open a window only right after a press.
 */
export const vendors = () => import("./vendors");

/**
 * Signs in with an account of a vendor. An anonymous user keeps their id or, if the account exists already, their
 * pictures move into it. Throws NotClaimed, or Firebase's error.
 */
export async function signInWithVendor(vendor: Vendor): Promise<void> {
  const { auth, isLocal } = await firebase();
  const anonymous = anonymousUser(auth.currentUser);
  const token = await anonymous?.getIdToken();
  const { signInAt } = await vendors();
  const isLinked = await signInAt(vendor, auth, isLocal);
  if (anonymous && isLinked)
    await anonymous.getIdToken(true); // The old token still says "anonymous".
  else if (token) await claim(token);
  await createAtServer();
}

/**
 * Signs in anonymously. Throws ApiError `rate_limited` if the network has used its free tries of the day, or Firebase's
 * error.
 */
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

/**
 * Sends the mail for a new password.
 *
 * It succeeds for unknown addresses, too, so that nobody learns who has an account.
 */
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

/**
 * Says whether the server does not know the anonymous user.
 *
 * Then they never made a request, so there is nothing to move.
 */
const hasNothingToClaim = (error: unknown) => error instanceof ApiError && error.code === "user_not_found";

const getMe = (): Promise<Me> => body(api.GET("/v1/me"));

/**
 * The first call creates the account on the server.
 *
 * If it fails, the next call does the same, so errors are ignored.
 */
async function createAtServer(): Promise<void> {
  await queries.prefetchQuery({ queryKey: keys.me, queryFn: getMe, staleTime: 0 });
  await creditsMoved();
}
