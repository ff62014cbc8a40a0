import { describe, expect, it } from "vitest";
import { ApiError } from "../../api/problem";
import { type Draft, draftOf, faultsIn, isShownAtFields, NEW_DRAFT, orderOf, refusedFault } from "./draft";
import { exampleOf } from "./example";
import type { IssuedKey, Key } from "./key";

const NOW = new Date(2026, 10, 20, 12, 0);
const draft = (part: Partial<Draft>): Draft => ({ ...NEW_DRAFT, name: "Shop", ...part });

describe("a draft", () => {
  it("needs nothing but a name", () => {
    expect(faultsIn(draft({}), NOW)).toEqual({});
  });

  it.each<[Partial<Draft>, object]>([
    [{ name: "  " }, { name: "name" }],
    [{ name: "x".repeat(101) }, { name: "nameLong" }],
    [{ scopes: [] }, { scopes: "scopes" }],
    [{ expiry: "date", lastDay: "" }, { expiry: "lastDay" }],
    [{ expiry: "date", lastDay: "2026-11-19" }, { expiry: "lastDay" }],
    [
      { perDay: "1.5", perMonth: "-1" },
      { perDay: "credits", perMonth: "credits" },
    ],
    [{ perMonth: "2147483648" }, { perMonth: "credits" }],
  ])("%j is wrong in %j", (part, faults) => {
    expect(faultsIn(draft(part), NOW)).toEqual(faults);
  });

  it("may end today, and then works until midnight", () => {
    const today = draft({ expiry: "date", lastDay: "2026-11-20" });
    expect(faultsIn(today, NOW)).toEqual({});
    expect(orderOf(today, NOW).expires_at).toBe(new Date(2026, 10, 21).toISOString());
  });

  it("asks for no budget and no end if nothing is filled in", () => {
    expect(orderOf(draft({ name: " Shop " }), NOW)).toMatchObject({
      name: "Shop",
      expires_at: null,
      budget: { per_day: null, per_month: null },
    });
  });

  it("tells a budget of 0 from no budget", () => {
    expect(orderOf(draft({ perDay: "0" }), NOW).budget).toEqual({ per_day: 0, per_month: null });
    expect(draftOf({ ...KEY, budget: { per_day: 0, per_month: null } })).toMatchObject({
      perDay: "0",
      perMonth: "",
    });
  });
});

describe("a refusal of the API", () => {
  const refused = (...pointers: string[]) =>
    new ApiError({
      code: "invalid_request",
      errors: pointers.map((pointer) => ({ pointer, detail: `wrong: ${pointer}`, allowed: [] })),
    });

  it("is shown at its field", () => {
    expect(refusedFault(refused("/budget/per_day"), "perDay")).toBe("wrong: /budget/per_day");
    expect(refusedFault(refused("/budget/per_day"), "perMonth")).toBeUndefined();
  });

  it("is shown by itself if it has no field", () => {
    expect(isShownAtFields(refused("/name"))).toBe(true);
    expect(isShownAtFields(refused("/name", "/colour"))).toBe(false);
    expect(isShownAtFields(new ApiError({ code: "offline" }))).toBe(false);
  });
});

describe("the line to try a key with", () => {
  const issued = (...scopes: string[]): IssuedKey => ({ ...KEY, scopes, key: "dk_a_b" });

  it.each([
    [["generations:write", "balance:read"], "/v1/balance"],
    [["generations:read"], "/v1/generations"],
    [["admin:read"], "/v1/admin/queue"],
  ])("of %j asks %s", (scopes, path) => {
    expect(exampleOf(issued(...scopes), "https://host")).toBe(
      `curl -H "Authorization: Bearer dk_a_b" https://host${path}`,
    );
  });

  it("only asks for the price, and orders nothing", () => {
    expect(exampleOf(issued("generations:write"), "https://host")).toContain('"validate_only":true');
  });

  it("is not there for a key that may only change things", () => {
    expect(exampleOf(issued("admin:write"), "https://host")).toBeUndefined();
  });
});

const KEY: Key = {
  id: "a",
  name: "Shop",
  scopes: [],
  is_active: true,
  created_at: "2026-11-20T10:00:00Z",
  expires_at: null,
  revoked_at: null,
  rotated_at: null,
  previous_secret_until: null,
  last_used_at: null,
  budget: { per_day: null, per_month: null },
  spent: { today: 0, today_remaining: null, this_month: 0, this_month_remaining: null },
  in_flight: 0,
  made_by: null,
  external_prefix: null,
};
