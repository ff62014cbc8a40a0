const FIRST_STRONG = "\u2068";
const END = "\u2069";
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const CHARACTERS = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Counts characters as the API does, in code points: an emoji is one, a family of four is seven. */
export function lengthOf(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/**
 * Returns the beginning of a text, in whole words and in at most `most` characters as people see them.
 *
 * A first word that is too long is cut between two characters.
 */
export function shortened(text: string, most: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  const seen = [...CHARACTERS.segment(line)].map(({ segment }) => segment);
  if (seen.length <= most) return line;
  const cut = seen.slice(0, most).join("");
  const end = cut.lastIndexOf(" ");
  return `${(end > 0 ? cut.slice(0, end) : cut).replace(/[\s,.;:–-]+$/, "")}…`;
}

/** Marks typed text that runs from right to left, so that the rest of our sentence keeps its direction. */
export function isolated<Value>(value: Value): Value | string {
  const turns = typeof value === "string" && RIGHT_TO_LEFT.test(value);
  return turns ? `${FIRST_STRONG}${value}${END}` : value;
}
