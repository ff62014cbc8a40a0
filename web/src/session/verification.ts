import { sendEmailVerification, type User } from "firebase/auth";
import { firebase } from "./firebase";

/** Sends the link that proves the address. Throws Firebase's error, as after too many mails in a row. */
export async function sendVerification(user: User, language: string): Promise<void> {
  const { auth } = await firebase();
  auth.languageCode = language;
  await sendEmailVerification(user);
}

/** Returns whether the link was opened, and sees to it that the API knows. Throws Firebase's error. */
export async function isVerifiedByNow(user: User): Promise<boolean> {
  await user.reload();
  if (user.emailVerified) await user.getIdToken(true); // the old one denies it for up to an hour
  return user.emailVerified;
}
