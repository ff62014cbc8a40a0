import { FirebaseError } from "firebase/app";
import { expect, test } from "vitest";
import { faultIn, faultOf } from "./faults";

const LONG = "correct horse";

test("an address without an @ is seen before anybody is asked", () => {
  expect(faultIn("enter", "arda", LONG)?.field).toBe("email");
});

test("a new password has a least length, an old one is what it is", () => {
  expect(faultIn("create", "arda@example.com", "elevenchars")?.message).toBe("signIn.fault.short");
  expect(faultIn("create", "arda@example.com", "twelve chars")).toBeUndefined();
  expect(faultIn("enter", "arda@example.com", "short")).toBeUndefined();
});

test("a link for a new password needs no password", () => {
  expect(faultIn("reset", "arda@example.com", "")).toBeUndefined();
});

test("a wrong password and an unknown address are told in the same words", () => {
  const told = ["auth/wrong-password", "auth/user-not-found", "auth/invalid-credential"].map(
    (code) => faultOf(new FirebaseError(code, "…"))?.message,
  );
  expect(new Set(told).size).toBe(1);
});

test("an address that has an account leads to signing in", () => {
  expect(faultOf(new FirebaseError("auth/email-already-in-use", "…"))?.knowsAccount).toBe(true);
});

test("what Firebase may say tomorrow has words too, and what is not Firebase's is left to others", () => {
  expect(faultOf(new FirebaseError("auth/brand-new", "…"))?.message).toBe("signIn.fault.other");
  expect(faultOf(new Error("a bug"))).toBeUndefined();
});
