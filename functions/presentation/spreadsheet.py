"""Writes CSV so that a spreadsheet reads texts as texts, and numbers as numbers.

web/src/pages/credits/csv.ts follows the same rules; tests/nasty_cells.json has cells that both must write alike.
"""

import re

from presentation.tables import Cell, Rows

_LINE_END = "\r\n"

# Without this, Excel reads UTF-8 as another encoding.
_BYTE_ORDER_MARK = "\ufeff"

# Some programs run a text that begins like a formula, even after spaces or in the full-width forms of East Asia.
_STARTS_A_FORMULA = re.compile("[\\s\u200b\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")

# A semicolon separates cells where a comma separates decimals.
_NEEDS_QUOTES = re.compile('[",;\t\r\n]')


def spreadsheet(rows: Rows) -> str:
    """Return the rows under their headings, in the form of RFC 4180.

    Lines end with CR LF. A text with a separator, a quote or a line break is put in quotes.
    """
    lines = [[column.heading for column in rows.columns], *rows.rows]
    return _BYTE_ORDER_MARK + "".join(",".join(map(written, line)) + _LINE_END for line in lines)


def written(cell: Cell) -> str:
    """Return the text of the cell in the file, which is empty for None."""
    if not isinstance(cell, str):
        return "" if cell is None else str(cell)
    harmless = f"'{cell}" if _STARTS_A_FORMULA.match(cell) else cell
    return '"{}"'.format(harmless.replace('"', '""')) if _NEEDS_QUOTES.search(harmless) else harmless
