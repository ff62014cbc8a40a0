import { expect, test } from "vitest";
import { destination } from "./destination";

test.each([
  ["/app/keys", "/app/keys"],
  ["/app/gallery?status=failed#top", "/app/gallery?status=failed#top"],
  ["/app/keys/../credits", "/app/credits"],
  ["/app/sign-in?to=%2Fapp%2Fkeys", "/app/keys"],
])("%s is a page of the console", (to, expected) => {
  expect(destination(to)).toBe(expected);
});

test.each([
  undefined,
  "",
  "https://example.com/app/keys",
  "//example.com/app/keys",
  "/\\example.com/app/keys",
  "javascript:alert(1)",
  "/app/../docs",
  "/docs",
  "/app/sign-in",
  "/app/sign-in?to=//example.com",
  "http://[",
])("%s leads to the studio instead", (to) => {
  expect(destination(to)).toBe("/app/studio");
});
