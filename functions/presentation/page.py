"""Makes a report a page that is complete in itself: it fetches nothing, and runs no script."""

from domain.reports import dimensions
from presentation.figures import opening, side_figures
from presentation.findings import finding_views
from presentation.gallery import charts_of
from presentation.reading import Document, number, part, texts
from presentation.tables import Rows, tables_of
from presentation.templating import rendered, steps
from services.reports.ports import Table

FINDINGS_SHOWN_MAX = 30
ROWS_SHOWN_MAX = 40

_AFTER_MODELS = (Table.LATENCY, Table.FAILURES)
_LAST = (Table.TOP_USERS, Table.LEDGER, Table.RECONCILIATION, Table.DAILY)

# These tables get bars, and so do those of the dimensions, because their first numbers can be compared down the column.
_WITH_BARS = (Table.TOP_USERS, Table.DAILY)


def page(report: Document) -> str:
    """Return the page. `report` must be cleaned."""
    found = finding_views(report)
    analysis = part(report, "anomaly_analysis")
    models, *others = (dimension.table for dimension in dimensions.with_table())
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
        tables=tables_of(report, (models, *_AFTER_MODELS, *others, *_LAST)),
        rows_max=ROWS_SHOWN_MAX,
        barred=(models, *others, *_WITH_BARS),
        longest=longest,
    )


def longest(table: Rows, row: int) -> float:
    """Return the length of a row's bar, 0-100: its first number in percent of the table's greatest first number."""
    firsts = [cells[1] if isinstance(cells[1], int | float) else 0 for cells in table.rows]
    most = max(firsts)
    return round(100 * max(0, firsts[row]) / most, 1) if most > 0 else 0
