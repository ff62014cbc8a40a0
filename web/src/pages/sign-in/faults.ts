import type { Message } from "../../i18n/catalogue";
import { codeOf, PASSWORD_MIN } from "../../session/sign-in";

export type Mode = "enter" | "create" | "reset";
type Field = "email" | "password";

/** What to say about a failure, and at which field. Without a field, it is about the sign-in as a whole. */
export interface Fault {
  field?: Field;
  message: Message;
  /** True if the address has an account already, so the visitor can sign in instead. */
  knowsAccount?: boolean;
}

const WRONG: Fault = { message: "signIn.fault.wrong" };
const WEAK: Fault = { field: "password", message: "signIn.fault.short" };
const TAKEN: Fault = { message: "signIn.fault.taken", knowsAccount: true };
const NO_ADDRESS: Fault = { field: "email", message: "signIn.fault.email" };

const FAULTS: Record<string, Fault> = {
  "auth/invalid-credential": WRONG,
  "auth/invalid-login-credentials": WRONG,
  "auth/wrong-password": WRONG,
  "auth/user-not-found": WRONG,
  "auth/invalid-email": NO_ADDRESS,
  "auth/missing-email": NO_ADDRESS,
  "auth/missing-password": { field: "password", message: "signIn.fault.password" },
  "auth/weak-password": WEAK,
  "auth/password-does-not-meet-requirements": { field: "password", message: "signIn.fault.weak" },
  "auth/email-already-in-use": TAKEN,
  "auth/credential-already-in-use": TAKEN,
  "auth/user-disabled": { message: "signIn.fault.disabled" },
  "auth/too-many-requests": { message: "signIn.fault.often" },
  "auth/network-request-failed": { message: "common.error.offline" },
  "auth/popup-blocked": { message: "signIn.fault.window" },
  "auth/popup-closed-by-user": { message: "signIn.fault.window" },
  "auth/cancelled-popup-request": { message: "signIn.fault.window" },
  "auth/account-exists-with-different-credential": { message: "signIn.fault.otherWay" },
  "auth/operation-not-allowed": { message: "signIn.fault.notOffered" },
  "auth/admin-restricted-operation": { message: "signIn.fault.notOffered" },
};

/** Returns words for an error of Firebase that say what to do, or undefined for any other error. */
export function faultOf(error: unknown): Fault | undefined {
  const code = codeOf(error);
  return FAULTS[code] ?? (code.startsWith("auth/") ? { message: "signIn.fault.other" } : undefined);
}

/** Returns the fault that can be seen before Firebase is asked. */
export function faultIn(mode: Mode, email: string, password: string): Fault | undefined {
  if (!/^\S+@\S+$/.test(email)) return NO_ADDRESS;
  if (mode === "reset") return undefined;
  if (!password) return { field: "password", message: "signIn.fault.password" };
  if (mode === "create" && password.length < PASSWORD_MIN) return WEAK;
  return undefined;
}
