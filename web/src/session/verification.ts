import { sendEmailVerification, type User } from "firebase/auth";
import { firebase } from "./firebase";

/** Sends the mail with the link that verifies the address. Throws Firebase's error, such as after too many mails. */
export async function sendVerification(user: User, language: string): Promise<void> {
  const { auth } = await firebase();
  auth.languageCode = language;
  await sendEmailVerification(user);
}

/** Returns whether the link was opened. If so, it gets an ID token that tells the API. Throws Firebase's error. */
export async function isVerifiedByNow(user: User): Promise<boolean> {
  await user.reload();
  if (user.emailVerified) await user.getIdToken(true); // The old token denies it for up to an hour.
  return user.emailVerified;
}
