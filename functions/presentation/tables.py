"""Makes rows of a report, for the tables of the page and for the CSV files."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from domain.reports import dimensions
from domain.reports.dimensions import MODEL, Dimension
from presentation.figures import key_figures_of
from presentation.findings import days_of, driver_words, severity_of
from presentation.reading import Document, named_parts, number, part, parts, text
from presentation.words import Kind
from services.reports.ports import Table

Cell = str | float | None


@dataclass(frozen=True, slots=True)
class Column:
    heading: str
    kind: Kind = Kind.NUMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Holds a table. Each row has a cell for each column, which is None if the report does not say."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


_Field = tuple[Column, str]

_COUNTS: tuple[_Field, ...] = (
    (Column("Requests"), "total_requests"),
    (Column("Completed"), "completed"),
    (Column("Failed"), "failed"),
    (Column("Cancelled"), "cancelled"),
    (Column("Pending"), "pending"),
    (Column("Credits"), "credits"),
)
_FAILURE_RATE: _Field = (Column("Failure rate, %", Kind.PERCENT), "failure_rate_of_finished")
_PERFORMANCE: tuple[_Field, ...] = (
    *_COUNTS,
    (Column("Completed, %", Kind.PERCENT), "success_rate"),
    (Column("Failed of all, %", Kind.PERCENT), "failure_rate"),
    _FAILURE_RATE,
)
_LATENCY: tuple[_Field, ...] = (
    (Column("Measured"), "count"),
    *((Column(f"{percent}% within", Kind.SECONDS), f"p{percent}") for percent in (50, 90, 95, 99)),
)
_FAILURES: tuple[_Field, ...] = (
    (Column("Rejected"), "rejected"),
    (Column("Timed out"), "timeout"),
    (Column("Gave up"), "gave_up"),
    (Column("Other"), "other"),
)


def table_of(report: Document, table: str) -> Rows:
    """Return the table of this name. Raises ValueError if there is no such table."""
    for dimension in dimensions.with_table():
        if dimension.table == table:
            return _by_dimension(report, dimension)
    return _MAKERS[Table(table)](report)


def tables_of(report: Document, wanted: Iterable[str]) -> list[Rows]:
    """Return those of the wanted tables that have rows."""
    return [rows for rows in (table_of(report, table) for table in wanted) if rows.rows]


def _summary(report: Document) -> Rows:
    return Rows(
        name=Table.SUMMARY,
        title="Key figures",
        columns=(_text("Figure"), Column("This week"), Column("Week before")),
        rows=tuple((figure.label, figure.now, figure.before) for figure in key_figures_of(report)),
    )


def _daily(report: Document) -> Rows:
    fields = (*_COUNTS, _FAILURE_RATE, (Column("Registrations"), "registrations"))
    ranges = tuple(Column(f"Expected, {edge}") for edge in ("low", "middle", "high"))
    return Rows(
        name=Table.DAILY,
        title="Days",
        columns=(_text("Day"), *_columns(fields), *ranges),
        rows=tuple(
            (text(day, "date"), *_cells(day, fields), *_range(part(day, "expected", "requests")))
            for day in parts(report, "daily")
        ),
    )


def _by_dimension(report: Document, dimension: Dimension) -> Rows:
    groups = _busiest(named_parts(report, dimension.performance))
    rows = _grouped(dimension.table, dimension.title, dimension.heading, groups, _PERFORMANCE)
    unnamed = number(part(report, "omitted"), dimension.table)
    return replace(rows, note=f"The report does not name {unnamed:,.0f} more.") if unnamed else rows


def _latency(report: Document) -> Rows:
    groups = {name: part(model, "latency") for name, model in _busiest(_models(report)).items()}
    measured = {name: latency for name, latency in groups.items() if latency}
    return _grouped(Table.LATENCY, "Seconds from start to result", "Model", measured, _LATENCY)


def _failures(report: Document) -> Rows:
    groups = {name: part(model, "failure_classes") for name, model in _busiest(_models(report)).items()}
    told = {name: classes for name, classes in groups.items() if classes}
    return _grouped(Table.FAILURES, "Why requests failed", "Model", told, _FAILURES)


def _hours(report: Document) -> Rows:
    hours = part(report, "generation_stats", "hour_breakdown")
    known = sorted((hour for hour in hours if hour.isdecimal()), key=int)
    return Rows(
        name=Table.HOURS,
        title="Hours of the day",
        columns=(_text("Hour, UTC"), Column("Requests")),
        rows=tuple((f"{int(hour):02d}:00", number(hours, hour)) for hour in known),
    )


def _funnel(report: Document) -> Rows:
    stages = [(text(stage, "stage"), number(stage, "count")) for stage in parts(report, "funnel")]
    losses = [(text(loss, "loss"), number(loss, "count")) for loss in parts(report, "funnel_losses")]
    return Rows(
        name=Table.FUNNEL,
        title="From request to result",
        columns=(_text("Stage"), Column("Requests")),
        rows=(*stages, *losses),
    )


def _top_users(report: Document) -> Rows:
    fields = (
        (Column("Requests"), "requests"),
        (Column("Week before"), "requests_before"),
        (Column("Credits"), "credits"),
    )
    rows = [(text(user, "user_id"), *_cells(user, fields)) for user in parts(part(report, "user_stats"), "top_users")]
    if not rows:  # an older report only has their requests
        asked = part(report, "user_stats", "user_request_breakdown")
        rows = [(user_id, number(asked, user_id), None, None) for user_id in list(asked)[:10]]
    return Rows(
        name=Table.TOP_USERS,
        title="Busiest users",
        columns=(_text("User"), *_columns(fields)),
        rows=tuple(rows),
    )


def _ledger(report: Document) -> Rows:
    stats = part(report, "credit_stats")
    entries, credit_sums = part(stats, "transactions_by_type"), part(stats, "credits_by_type")
    rows = [(kind, number(entries, kind), number(credit_sums, kind)) for kind in sorted({*entries, *credit_sums})]
    if not rows and stats:
        rows = [
            ("deduction", number(stats, "deduction_transactions"), number(stats, "total_credits_deducted")),
            ("refund", number(stats, "refund_transactions"), number(stats, "total_credits_refunded")),
        ]
    return Rows(
        name=Table.LEDGER,
        title="Ledger by type of entry",
        columns=(_text("Entry"), Column("Entries"), Column("Credits")),
        rows=tuple(rows),
    )


def _findings(report: Document) -> Rows:
    texts_of = ("Severity", "Type", "Description", "Unit")
    return Rows(
        name=Table.FINDINGS,
        title="Findings",
        columns=(
            *map(_text, texts_of),
            *map(Column, ("Observed", "Expected, low", "Expected, middle", "Expected, high")),
            *map(_text, ("Days", "Driven by", "Next step")),
        ),
        rows=tuple(_finding(anomaly) for anomaly in parts(part(report, "anomaly_analysis"), "detected_anomalies")),
    )


def _finding(anomaly: Document) -> tuple[Cell, ...]:
    return (
        *(severity_of(anomaly), text(anomaly, "type"), text(anomaly, "description"), text(anomaly, "unit")),
        *(number(anomaly, "observed"), *_range(part(anomaly, "expected"))),
        *(" ".join(days_of(anomaly)), "; ".join(driver_words(anomaly)), text(anomaly, "next_step")),
    )


def _reconciliation(report: Document) -> Rows:
    fields = ((Column("Expected"), "expected"), (Column("Found"), "actual"))
    return Rows(
        name=Table.RECONCILIATION,
        title="Do the books agree",
        columns=(_text("Check"), *_columns(fields), _text("Verdict")),
        rows=tuple(
            (text(check, "name"), *_cells(check, fields), _verdict(check))
            for check in parts(part(report, "reconciliation"), "checks")
        ),
        note=_audit(part(report, "reconciliation", "audit")),
    )


def _verdict(check: Document) -> str:
    return "agrees" if check.get("expected") == check.get("actual") else "differs"


def _audit(audit: Document) -> str:
    if not audit:
        return ""
    users, different = number(audit, "users_checked") or 0, number(audit, "different") or 0
    verdict = "the books of all agree" if audit.get("is_exact") is True else f"{different:,.0f} differ"
    reach = "" if audit.get("is_complete", True) is True else " It is not complete: the next one goes on."
    return f"Last audit of the ledger, {text(audit, 'at')}: {users:,.0f} users checked, {verdict}.{reach}"


def _grouped(table: str, title: str, heading: str, groups: dict[str, Document], fields: tuple[_Field, ...]) -> Rows:
    return Rows(
        name=table,
        title=title,
        columns=(_text(heading), *_columns(fields)),
        rows=tuple((name, *_cells(group, fields)) for name, group in groups.items()),
    )


def _models(report: Document) -> dict[str, Document]:
    return named_parts(report, MODEL.performance)


def _busiest(groups: dict[str, Document]) -> dict[str, Document]:
    return dict(sorted(groups.items(), key=lambda item: (-(number(item[1], "total_requests") or 0), item[0])))


def _text(heading: str) -> Column:
    return Column(heading, Kind.TEXT)


def _columns(fields: tuple[_Field, ...]) -> tuple[Column, ...]:
    return tuple(column for column, _ in fields)


def _cells(document: Document, fields: tuple[_Field, ...]) -> tuple[Cell, ...]:
    return tuple(number(document, key) for _, key in fields)


def _range(expected: Document) -> tuple[Cell, ...]:
    return tuple(number(expected, key) for key in ("low", "mid", "high"))


_MAKERS: dict[Table, Callable[[Document], Rows]] = {
    Table.SUMMARY: _summary,
    Table.DAILY: _daily,
    Table.LATENCY: _latency,
    Table.FAILURES: _failures,
    Table.HOURS: _hours,
    Table.FUNNEL: _funnel,
    Table.TOP_USERS: _top_users,
    Table.LEDGER: _ledger,
    Table.FINDINGS: _findings,
    Table.RECONCILIATION: _reconciliation,
}
