import { expect, test } from "vitest";
import { severityOf } from "./severity";

test("the severity of a report is read from its summary", () => {
  expect(severityOf({ severity_level: "critical", total_anomalies: 3 })).toEqual({
    level: "critical",
    count: 3,
  });
});

test("an unknown severity counts as normal", () => {
  expect(severityOf({ severity_level: "apocalyptic", total_anomalies: "many" })).toEqual({
    level: "normal",
    count: 0,
  });
});
