import { describe, expect, it } from "vitest";
import { addressOf, countOf, filtersOf, isBackwards, isDay, parametersOf, withFilter } from "./filters";

describe("filters in the address", () => {
  it("come back as they went", () => {
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

  it("are not there when none is in use", () => {
    expect(addressOf({})).toBe("");
  });

  it("leave out what cannot be one", () => {
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

  it("know a day from what is typed on the way to one", () => {
    expect(["2026-11-20", "0202-11-20", "2026-13-01", ""].map(isDay)).toEqual([true, false, false, false]);
  });

  it("are set, replaced and taken away one by one", () => {
    const one = withFilter({}, "style", "anime");
    const two = withFilter(one, "status", "failed");
    expect([countOf(two), withFilter(two, "style", "sketch").style, withFilter(two, "style", "")]).toEqual([
      2,
      "sketch",
      { status: "failed" },
    ]);
  });
});

describe("what is asked of the API", () => {
  it("counts days where the reader is, the last one included", () => {
    const { from, to } = parametersOf({ from: "2026-02-28", to: "2026-02-28" });
    expect(from).toBe(new Date(2026, 1, 28).toISOString());
    expect(to).toBe(new Date(2026, 2, 1).toISOString());
  });

  it("has the price as a number, and nothing that was not chosen", () => {
    expect(parametersOf({ credits: "3", style: "anime" })).toEqual({ credits: 3, style: "anime" });
  });
});

describe("two days", () => {
  it("may be the same, and may not be the wrong way round", () => {
    const from = "2026-11-20";
    expect(["2026-11-19", "2026-11-20", "2026-11-21"].map((to) => isBackwards({ from, to }))).toEqual([
      true,
      false,
      false,
    ]);
    expect(isBackwards({ from })).toBe(false);
  });
});
