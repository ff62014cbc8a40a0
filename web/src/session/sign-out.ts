import { signOut as signOutOfFirebase } from "firebase/auth";
import { firebase } from "./firebase";

let signingOut = false;

/** Somebody chose to sign out, here and now; any other end of a sign-in needs a word on why. */
export const isSigningOut = (): boolean => signingOut;

/** Nothing that one user has seen stays for the next: the session forgets it all. */
export async function signOut(): Promise<void> {
  const { auth } = await firebase();
  signingOut = true;
  try {
    await signOutOfFirebase(auth);
  } finally {
    signingOut = false;
  }
}
