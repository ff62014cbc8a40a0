import { FirebaseError } from "firebase/app";
import {
  type Auth,
  type AuthProvider,
  browserPopupRedirectResolver,
  GoogleAuthProvider,
  linkWithCredential,
  linkWithPopup,
  type OAuthCredential,
  OAuthProvider,
  signInWithCredential,
  signInWithPopup,
  type User,
} from "firebase/auth";
import type { Vendor } from "./configuration";

const TAKEN = ["auth/credential-already-in-use", "auth/email-already-in-use"];

/**
 * Signs in with an account of a vendor. Returns whether an anonymous user kept their id, which they do not if the
 * account belongs to another user already. Throws Firebase's error.
 *
 * This file is imported only if a vendor's button is shown, because the vendors' windows need much code.
 */
export async function signInAt(vendor: Vendor, auth: Auth, isLocal: boolean): Promise<boolean> {
  const anonymous = auth.currentUser?.isAnonymous ? auth.currentUser : null;
  if (anonymous) return linkOrSignIn(anonymous, vendor, auth, isLocal);
  if (isLocal) await signInWithCredential(auth, emulatedCredential(vendor));
  else await signInWithPopup(auth, providerOf(vendor), browserPopupRedirectResolver);
  return false;
}

async function linkOrSignIn(anonymous: User, vendor: Vendor, auth: Auth, isLocal: boolean): Promise<boolean> {
  try {
    if (isLocal) await linkWithCredential(anonymous, emulatedCredential(vendor));
    else await linkWithPopup(anonymous, providerOf(vendor), browserPopupRedirectResolver);
  } catch (error) {
    const credential = isLocal ? emulatedCredential(vendor) : credentialIn(error, vendor);
    if (!(error instanceof FirebaseError && TAKEN.includes(error.code)) || !credential) throw error;
    await signInWithCredential(auth, credential); // A second window would be blocked.
    return false;
  }
  return true;
}

function credentialIn(error: unknown, vendor: Vendor): OAuthCredential | null {
  if (!(error instanceof FirebaseError)) return null;
  return (vendor === "google" ? GoogleAuthProvider : OAuthProvider).credentialFromError(error);
}

function providerOf(vendor: Vendor): AuthProvider {
  if (vendor === "google") return new GoogleAuthProvider();
  const apple = new OAuthProvider("apple.com");
  apple.addScope("email");
  apple.addScope("name");
  return apple;
}

/** Returns a credential of one made-up person for each vendor, which the Auth emulator accepts without a window. */
function emulatedCredential(vendor: Vendor): OAuthCredential {
  const sub = `local-${vendor}`;
  const idToken = JSON.stringify({ sub, email: `${vendor}@example.com`, email_verified: true, name: vendor });
  if (vendor === "google") return GoogleAuthProvider.credential(idToken);
  return new OAuthProvider("apple.com").credential({ idToken });
}
