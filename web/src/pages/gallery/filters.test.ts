import { describe, expect, it } from "vitest";
import { addressOf, countOf, filtersOf, isBackwards, isDay, parametersOf, withFilter } from "./filters";

describe("filters in the address", () => {
  it("are read as they were written", () => {
    const filters = {
      status: "failed",
      model: "Model A",
      credits: "3",
      from: "2026-11-01",
      to: "2026-11-20",
    };
    const query = Object.fromEntries(new URLSearchParams(addressOf(filters)));
    expect(filtersOf(query)).toEqual(filters);
  });

  it("leave the address alone if none is in use", () => {
    expect(addressOf({})).toBe("");
  });

  it("leave out values that cannot be filters", () => {
    const query = {
      status: "lost",
      style: "",
      model: "m".repeat(51),
      credits: "-1",
      from: "yesterday",
      to: "0002-11-20",
      id: "7",
    };
    expect(filtersOf(query)).toEqual({});
  });

  it("tell a day from a half-typed one", () => {
    expect(["2026-11-20", "0202-11-20", "2026-13-01", ""].map(isDay)).toEqual([true, false, false, false]);
  });

  it("are set, replaced and removed one by one", () => {
    const one = withFilter({}, "style", "anime");
    const two = withFilter(one, "status", "failed");
    expect([countOf(two), withFilter(two, "style", "sketch").style, withFilter(two, "style", "")]).toEqual([
      2,
      "sketch",
      { status: "failed" },
    ]);
  });
});

describe("the parameters for the API", () => {
  it("have days in the time zone of the reader, and include the last one", () => {
    const { from, to } = parametersOf({ from: "2026-02-28", to: "2026-02-28" });
    expect(from).toBe(new Date(2026, 1, 28).toISOString());
    expect(to).toBe(new Date(2026, 2, 1).toISOString());
  });

  it("have the price as a number, and nothing that was not chosen", () => {
    expect(parametersOf({ credits: "3", style: "anime" })).toEqual({ credits: 3, style: "anime" });
  });
});

describe("two days", () => {
  it("may be the same, but not in the wrong order", () => {
    const from = "2026-11-20";
    expect(["2026-11-19", "2026-11-20", "2026-11-21"].map((to) => isBackwards({ from, to }))).toEqual([
      true,
      false,
      false,
    ]);
    expect(isBackwards({ from })).toBe(false);
  });
});
