"""CSV that a spreadsheet opens as what it is: text stays text, and a number a number.

web/src/pages/credits/csv.ts keeps the same rules; tests/nasty_cells.json has the cells that both must write alike.
"""

import re

from presentation.tables import Cell, Rows

_LINE_END = "\r\n"

# Without it, Excel takes UTF-8 for something else.
_BYTE_ORDER_MARK = "\ufeff"

# Some programs run a text that begins like a formula, also after spaces and in the full-width forms of East Asia.
_STARTS_A_FORMULA = re.compile("[\\s\u200b\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")

# A semicolon parts cells, too, where the comma parts decimals.
_NEEDS_QUOTES = re.compile('[",;\t\r\n]')


def spreadsheet(rows: Rows) -> str:
    """Return the rows under their headings as RFC 4180 has it: lines end with CR LF, and a text with a separator, a
    quote or a line break stands in quotes.
    """
    lines = [[column.heading for column in rows.columns], *rows.rows]
    return _BYTE_ORDER_MARK + "".join(",".join(map(written, line)) + _LINE_END for line in lines)


def written(cell: Cell) -> str:
    """Return the cell as it stands in the file; where there is none, nothing."""
    if not isinstance(cell, str):
        return "" if cell is None else str(cell)
    harmless = f"'{cell}" if _STARTS_A_FORMULA.match(cell) else cell
    return '"{}"'.format(harmless.replace('"', '""')) if _NEEDS_QUOTES.search(harmless) else harmless
