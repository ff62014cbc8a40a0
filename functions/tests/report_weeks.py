"""Weeks for the tests of the anomaly rules are built from the numbers that a rule looks at."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date
from typing import Any

from core.calendar import Week
from domain.reports.anomalies.analysis import analyse
from domain.reports.anomalies.findings import Finding
from domain.reports.week_stats import SHORT_LIST, BusyUser, LedgerSums, Tally, UserList, UserStats, WeekStats

# This is the week from the 4th to the 10th of August.
WEEK = Week(2025, 32)
TUESDAY = date(2025, 8, 5)
WEDNESDAY = date(2025, 8, 6)


def a_week(
    *,
    requests: int = 0,
    failed: int = 0,
    models: Mapping[str, tuple[int, int]] | None = None,
    users: Mapping[str, int | tuple[int, int]] | None = None,
    deducted: int = 0,
    refunded: int = 0,
    spent: Mapping[tuple[str, date], int] | None = None,
) -> WeekStats:
    """Return a week. `models` are (finished, failed), `users` are requests, or (requests, in the week before).

    Every user is on the lists of remarkable users. The rule itself has to decide whether a user is remarkable.
    """
    return stats(
        requests=finished(requests, failed),
        models={name: finished(*counts) for name, counts in (models or {}).items()},
        users=_users(users or {}, spent or {}),
        ledger=LedgerSums(credits={"deduction": deducted, "refund": refunded}),
    )


def stats(**numbers: Any) -> WeekStats:
    return WeekStats(week=WEEK, window=WEEK.window(UTC), **numbers)


def finished(total: int, failed: int) -> Tally:
    return Tally(total=total, completed=total - failed, failed=failed)


def people(count: int, prefix: str = "user", before: int = 0) -> dict[str, int | tuple[int, int]]:
    return {f"{prefix}{number:02d}": (1, before) for number in range(count)}


def _users(users: Mapping[str, int | tuple[int, int]], spent: Mapping[tuple[str, date], int]) -> UserStats:
    pairs = {name: counts if isinstance(counts, tuple) else (counts, 0) for name, counts in users.items()}
    busy = [BusyUser(user_id=name, requests=now, requests_before=before) for name, (now, before) in pairs.items()]
    newcomers = sorted((user for user in busy if not user.requests_before), key=lambda user: -user.requests)
    spenders = tuple(_dearest(spent))
    return UserStats(
        active=len(busy),
        newcomers=len(newcomers),
        newcomers_named=tuple(user.user_id for user in newcomers[:SHORT_LIST]),
        spenders=UserList(named=spenders, count=len(spenders)),
        spiking=UserList(named=tuple(busy), count=len(busy)),
    )


def _dearest(spent: Mapping[tuple[str, date], int]) -> Iterator[BusyUser]:
    for name in {user_id for user_id, _ in spent}:
        day = max((day for user_id, day in spent if user_id == name), key=lambda day: spent[name, day])
        yield BusyUser(user_id=name, requests=1, best_day=day, best_day_credits=spent[name, day])


SILENT = a_week()


def found(
    kind: str,
    current: WeekStats,
    previous: WeekStats | None = SILENT,
    *,
    registrations: Mapping[date, int] | None = None,
) -> list[Finding]:
    analysis = analyse(current, previous, registrations=registrations)
    return [finding for finding in analysis.findings if finding.type == kind]


def types(current: WeekStats, previous: WeekStats | None) -> set[str]:
    return {finding.type for finding in analyse(current, previous).findings}
