import { expect, test } from "vitest";
import { severityOf } from "./severity";

test("a report says how grave its week was", () => {
  expect(severityOf({ severity_level: "critical", total_anomalies: 3 })).toEqual({
    level: "critical",
    count: 3,
  });
});

test("a word of a later version is not shown as it is", () => {
  expect(severityOf({ severity_level: "apocalyptic", total_anomalies: "many" })).toEqual({
    level: "normal",
    count: 0,
  });
});
