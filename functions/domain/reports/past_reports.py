"""Earlier reports are read back, to compare a later week with them."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from core.calendar import Week
from domain.reports import dimensions
from domain.reports.dimensions import MODEL
from domain.reports.week_stats import LedgerSums, Tallies, Tally, UserStats, WeekStats


def stats_from(report: Mapping[str, Any], zone: tzinfo) -> WeekStats:
    """Read the numbers of a week from a report of schema 2.

    A report names no users for this, so only their number is known. It lacks the dimensions that were added later.
    """
    week = week_named(report["week"])
    generations, ledger = report["generation_stats"], report["credit_stats"]
    return WeekStats(
        week=week,
        window=week.window(zone),
        requests=Tally(
            total=generations["total_requests"],
            completed=generations["completed_requests"],
            failed=generations["failed_requests"],
            cancelled=generations["cancelled_requests"],
        ),
        models=_tallies(report[MODEL.performance]),
        groups={
            each.name: _tallies(report.get(each.performance, {})) for each in dimensions.with_table() if each != MODEL
        },
        ledger=LedgerSums(rows=ledger["transactions_by_type"], credits=ledger["credits_by_type"]),
        users=UserStats(active=report["user_stats"]["active_users_count"]),
    )


def week_named(key: str) -> Week:
    """Return the week of a key such as `2026-W46`."""
    year, _, number = key.partition("-W")
    return Week(int(year), int(number))


def _tallies(performance: Mapping[str, Mapping[str, int]]) -> Tallies:
    return {
        name: Tally(
            total=row["total_requests"],
            completed=row["completed"],
            failed=row["failed"],
            cancelled=row["cancelled"],
            credits=row["credits"],
        )
        for name, row in performance.items()
    }
