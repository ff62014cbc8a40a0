export type Cell = string | number;
export type Separator = "," | ";";

// Without this mark, Excel does not read the file as UTF-8.
const BYTE_ORDER_MARK = "\uFEFF";
const LINE_END = "\r\n";
// Some programs run texts that begin like a formula, also after spaces and with the full-width signs of East Asia.
const STARTS_A_FORMULA = /^(?:[\s\u200B]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|[\t\r\n])/;

/**
 * Writes a file for spreadsheets. No text in it is run as a formula, and numbers stay numbers.
 *
 * functions/presentation/spreadsheet.py has the same rules. functions/tests/nasty_cells.json tests both.
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
