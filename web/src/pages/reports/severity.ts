export const LEVELS = ["normal", "low", "medium", "high", "critical"] as const;
export type Level = (typeof LEVELS)[number];

export interface Severity {
  level: Level;
  count: number;
}

/** Reads the severity from a report's `anomaly_summary`, which old reports have, too. An unknown one is `normal`. */
export function severityOf(summary: Readonly<Record<string, unknown>>): Severity {
  const { severity_level: level, total_anomalies: count } = summary;
  return {
    level: LEVELS.find((known) => known === level) ?? "normal",
    count: typeof count === "number" ? count : 0,
  };
}
