export interface Change {
  name: string;
  before: string;
  after: string;
}

type Values = Record<string, unknown>;

/**
 * Returns the values that differ between `before` and `after`, or undefined for other details.
 *
 * `before` may be null.
 */
export function changesOf(details: Readonly<Values>): Change[] | undefined {
  const { before, after } = details;
  if (!isValues(after)) return undefined;
  const old = isValues(before) ? before : {};
  return Object.keys(after)
    .filter((name) => written(old[name]) !== written(after[name]))
    .map((name) => ({ name, before: written(old[name]), after: written(after[name]) }));
}

export function written(value: unknown): string {
  if (value === undefined || value === null) return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function isValues(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
