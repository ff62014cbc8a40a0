"""Weeks for the tests of the anomaly rules, built from the numbers that a rule looks at."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from domain.anomalies.analysis import analyse
from domain.anomalies.findings import Finding, Thresholds
from domain.week_stats import LedgerSums, Tally, WeekStats, Window

MONDAY = datetime(2025, 8, 4, tzinfo=UTC)
WEEK = Window(start=MONDAY, end=MONDAY + timedelta(days=7))
TUESDAY = date(2025, 8, 5)
WEDNESDAY = date(2025, 8, 6)


def a_week(
    *,
    requests: int = 0,
    failed: int = 0,
    models: Mapping[str, tuple[int, int]] | None = None,
    users: Mapping[str, int] | None = None,
    deducted: int = 0,
    refunded: int = 0,
    spent: Mapping[tuple[str, date], int] | None = None,
) -> WeekStats:
    """`models` are (finished, failed)."""
    return WeekStats(
        window=WEEK,
        requests=finished(requests, failed),
        models={name: finished(*counts) for name, counts in (models or {}).items()},
        requests_by_user=users or {},
        ledger=LedgerSums(credits={"deduction": deducted, "refund": refunded}),
        spent_by_user_and_day=spent or {},
    )


def finished(total: int, failed: int) -> Tally:
    return Tally(total=total, completed=total - failed, failed=failed)


def people(count: int, prefix: str = "user") -> dict[str, int]:
    return {f"{prefix}{number:02d}": 1 for number in range(count)}


SILENT = a_week()


def found(
    kind: str,
    current: WeekStats,
    previous: WeekStats | None = SILENT,
    *,
    registrations: Mapping[date, int] | None = None,
    limits: Thresholds | None = None,
) -> list[Finding]:
    analysis = analyse(current, previous, registrations=registrations, limits=limits)
    return [finding for finding in analysis.findings if finding.type == kind]


def types(current: WeekStats, previous: WeekStats | None) -> set[str]:
    return {finding.type for finding in analyse(current, previous).findings}
