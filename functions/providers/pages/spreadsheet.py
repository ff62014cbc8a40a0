"""CSV that a spreadsheet opens as what it is: text stays text, and a number a number."""

import csv
import io

from providers.pages.tables import Cell, Rows

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def spreadsheet(rows: Rows) -> str:
    """RFC 4180: lines end with CR LF, a cell with a comma, a quote or a line break stands in quotes."""
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet)
    writer.writerow([column.heading for column in rows.columns])
    writer.writerows([_harmless(cell) for cell in row] for row in rows.rows)
    return sheet.getvalue()


def _harmless(cell: Cell) -> Cell:
    """Some programs run a text that begins like a formula, spaces or not."""
    if isinstance(cell, str) and cell.lstrip().startswith(_STARTS_A_FORMULA):
        return f"'{cell}"
    return cell
