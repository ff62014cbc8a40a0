"""The report as a page of its own: nothing is fetched, nothing runs."""

from presentation.figures import opening, side_figures
from presentation.findings import found_things
from presentation.gallery import charts_of
from presentation.reading import Document, number, part, texts
from presentation.tables import Rows, tables_of
from presentation.templating import rendered, steps
from services.reports.ports import Table

FINDINGS_SHOWN_MAX = 30
ROWS_SHOWN_MAX = 40

_SHOWN = (
    *(Table.MODELS, Table.LATENCY, Table.FAILURES, Table.STYLES, Table.COLORS, Table.SIZES),
    *(Table.TOP_USERS, Table.LEDGER, Table.RECONCILIATION, Table.DAILY),
)

_BARRED = (Table.MODELS, Table.STYLES, Table.COLORS, Table.SIZES, Table.TOP_USERS, Table.DAILY)
"""Their first number is one to compare down the column."""


def page(report: Document) -> str:
    """`report` is cleaned."""
    found = found_things(report)
    analysis = part(report, "anomaly_analysis")
    return rendered(
        "report.html",
        opening=opening(report),
        side_figures=side_figures(report),
        charts=list(charts_of(report)),
        findings=found[:FINDINGS_SHOWN_MAX],
        findings_left_out=max(0, len(found) - FINDINGS_SHOWN_MAX) + int(number(analysis, "omitted_anomalies") or 0),
        is_first=analysis.get("has_baseline") is False,
        weeks_known=number(part(report, "baseline"), "weeks"),
        steps=steps(report),
        unpriced=texts(part(report, "economics"), "models_without_price"),
        tables=tables_of(report, _SHOWN),
        rows_max=ROWS_SHOWN_MAX,
        barred=_BARRED,
        longest=longest,
    )


def longest(table: Rows, row: int) -> float:
    """The part of the table's greatest first number that a row has, 0-100: the length of its bar."""
    firsts = [cells[1] if isinstance(cells[1], int | float) else 0 for cells in table.rows]
    most = max(firsts)
    return round(100 * max(0, firsts[row]) / most, 1) if most > 0 else 0
