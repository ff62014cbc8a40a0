import { expect, test } from "vitest";
import { readable, tablesOf } from "./tables";

const TODAY =
  "summary daily models latency failures styles colors sizes hours funnel top_users ledger findings";

test("a report offers today's tables in their order", () => {
  const report = { omitted: { colors: 0, models: 0, sizes: 0, styles: 0 } };
  expect(tablesOf(report)).toEqual([...TODAY.split(" "), "reconciliation"]);
});

test("a dimension that the server learned later is offered after the others, under a readable name", () => {
  const tables = tablesOf({ omitted: { frame_rates: 0, models: 0, sizes: 0 } });
  expect(tables.slice(4, 10)).toEqual(["failures", "styles", "colors", "sizes", "frame_rates", "hours"]);
  expect(readable("frame_rates")).toBe("Frame rates");
});

test("a report of feraset-imagen offers today's tables", () => {
  expect(tablesOf({})).toEqual([...TODAY.split(" "), "reconciliation"]);
});
