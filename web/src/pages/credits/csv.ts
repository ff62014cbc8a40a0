export type Cell = string | number;
export type Separator = "," | ";";

const BYTE_ORDER_MARK = "\uFEFF"; // without it, Excel takes UTF-8 for something else
const LINE_END = "\r\n";
// Some programs run a text that begins like a formula, also after spaces and in the full-width forms of East Asia.
const STARTS_A_FORMULA = /^(?:[\s\u200B]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|[\t\r\n])/;

/**
 * A file for spreadsheets. No text in it is run as a formula; numbers stay numbers.
 * functions/presentation/spreadsheet.py keeps the same rules; functions/tests/nasty_cells.json holds both to them.
 */
export function csv(rows: readonly (readonly Cell[])[], separator: Separator): string {
  const lines = rows.map((row) => row.map((cell) => written(cell)).join(separator));
  return BYTE_ORDER_MARK + lines.map((line) => line + LINE_END).join("");
}

function written(cell: Cell): string {
  if (typeof cell === "number") return String(cell);
  const harmless = STARTS_A_FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",;\t\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
