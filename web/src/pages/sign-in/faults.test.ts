import { FirebaseError } from "firebase/app";
import { expect, test } from "vitest";
import { faultIn, faultOf } from "./faults";

const LONG = "correct horse";

test("an address without an @ is a fault before Firebase is asked", () => {
  expect(faultIn("enter", "arda", LONG)?.field).toBe("email");
});

test("a new password has a least length, an old one has none", () => {
  expect(faultIn("create", "arda@example.com", "elevenchars")?.message).toBe("signIn.fault.short");
  expect(faultIn("create", "arda@example.com", "twelve chars")).toBeUndefined();
  expect(faultIn("enter", "arda@example.com", "short")).toBeUndefined();
});

test("a link for a new password needs no password", () => {
  expect(faultIn("reset", "arda@example.com", "")).toBeUndefined();
});

test("a wrong password and an unknown address have the same words", () => {
  const told = ["auth/wrong-password", "auth/user-not-found", "auth/invalid-credential"].map(
    (code) => faultOf(new FirebaseError(code, "…"))?.message,
  );
  expect(new Set(told).size).toBe(1);
});

test("an address that has an account is offered to sign in", () => {
  expect(faultOf(new FirebaseError("auth/email-already-in-use", "…"))?.knowsAccount).toBe(true);
});

test("an unknown error of Firebase has words, and any other error has none", () => {
  expect(faultOf(new FirebaseError("auth/brand-new", "…"))?.message).toBe("signIn.fault.other");
  expect(faultOf(new Error("a bug"))).toBeUndefined();
});
