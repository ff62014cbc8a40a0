const FIRST_STRONG = "\u2068";
const END = "\u2069";
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const CHARACTERS = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Characters as the API counts them, which are code points: an emoji is one, a family of four is seven. */
export function lengthOf(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Whole words, as many as fit into `most` characters as people see them; an endless word is cut between two of them. */
export function shortened(text: string, most: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  const seen = [...CHARACTERS.segment(line)].map(({ segment }) => segment);
  if (seen.length <= most) return line;
  const cut = seen.slice(0, most).join("");
  const end = cut.lastIndexOf(" ");
  return `${(end > 0 ? cut.slice(0, end) : cut).replace(/[\s,.;:–-]+$/, "")}…`;
}

/** Text that people typed, for use inside a sentence of ours: its direction ends where it ends. */
export function isolated<Value>(value: Value): Value | string {
  const turns = typeof value === "string" && RIGHT_TO_LEFT.test(value);
  return turns ? `${FIRST_STRONG}${value}${END}` : value;
}
