import { expect, it } from "vitest";
import { type Grant, isForLater, standingGrants } from "./grants";

const NOW = Date.parse("2026-03-04T12:00:00Z");
const GRANT: Grant = {
  source: "operator",
  amount: 10,
  remaining: 4,
  held: 0,
  priority: 100,
  effective_at: "2026-03-01T12:00:00Z",
  expires_at: "2026-05-01T12:00:00Z",
};

it("the soonest to expire comes first, and what never expires comes last", () => {
  const grants = [
    { ...GRANT, source: "never", expires_at: null },
    { ...GRANT, source: "may" },
    { ...GRANT, source: "april", expires_at: "2026-04-01T12:00:00Z" },
  ];
  expect(standingGrants(grants, NOW).map(({ source }) => source)).toEqual(["april", "may", "never"]);
});

it("a grant that is used up is left out, but not one whose credits are set aside or come later", () => {
  const later = { ...GRANT, source: "later", remaining: 0, effective_at: "2026-04-01T12:00:00Z" };
  const grants = [
    { ...GRANT, source: "used up", remaining: 0 },
    { ...GRANT, source: "held", remaining: 0, held: 2 },
    later,
  ];
  expect(standingGrants(grants, NOW).map(({ source }) => source)).toEqual(["held", "later"]);
  expect([GRANT, later].map((grant) => isForLater(grant, NOW))).toEqual([false, true]);
});
