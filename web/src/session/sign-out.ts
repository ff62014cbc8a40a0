import { signOut as signOutOfFirebase } from "firebase/auth";
import { firebase } from "./firebase";

let signingOut = false;

/** Says whether the user is signing out in this tab. Any other end of a sign-in is explained to them. */
export const isSigningOut = (): boolean => signingOut;

/** Signs out. The session then forgets all answers, so that the next user sees nothing of this one. */
export async function signOut(): Promise<void> {
  const { auth } = await firebase();
  signingOut = true;
  try {
    await signOutOfFirebase(auth);
  } finally {
    signingOut = false;
  }
}
