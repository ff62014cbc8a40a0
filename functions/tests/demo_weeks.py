"""The week of a demo is counted from its history. This is a report without a database, for tests that play many days.

`services/operations/test_demo_days.py` compares it with a real report.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, tzinfo

from core.calendar import Week, days, last_full_week, local_date
from domain.credits.user_week import UserWeek, with_request
from domain.generations.generation import Status
from domain.operations.demo_data import PastGeneration, history
from domain.reports.anomalies.analysis import Analysis
from domain.reports.anomalies.review import Past, review
from domain.reports.anomalies.usage import SINGLE_USER_CREDITS
from domain.reports.week_stats import (
    SHORT_LIST,
    BusyUser,
    LedgerSums,
    Tally,
    UserList,
    UserStats,
    WeekStats,
    by_name,
    total_tally,
)


def demo_review(now: datetime, zone: tzinfo = UTC, *, weeks_ago: int = 0) -> Analysis:
    """Return what the first report says of a demo that was seeded at `now`, about the last full week or an
    earlier one.
    """
    past = history(now, zone=zone)
    week = last_full_week(now, zone).shifted(-weeks_ago)
    return review(_counted(past, week, zone), Past(previous=_outlined(past, week.shifted(-1), zone)))[0]


def _counted(past: Sequence[PastGeneration], week: Week, zone: tzinfo) -> WeekStats:
    local_days = days(week.window(zone), zone)
    mine = _of(past, week, zone)
    by_day = {day.date: [each for each in mine if day.start <= each.created_at < day.end] for day in local_days}
    return WeekStats(
        week=week,
        window=week.window(zone),
        days=tuple(by_day),
        requests=total_tally(map(_tally, mine)),
        models=_grouped(mine, lambda each: each.model),
        model_days={
            (model, day): tally
            for day, of_day in by_day.items()
            for model, tally in _grouped(of_day, lambda each: each.model).items()
        },
        groups={
            "style": _grouped(mine, lambda each: each.style),
            "color": _grouped(mine, lambda each: each.color),
            "size": _grouped(mine, lambda each: each.size),
        },
        ledger=_ledger(past, week, zone),
        users=_users(past, week, zone),
    )


def _outlined(past: Sequence[PastGeneration], week: Week, zone: tzinfo) -> WeekStats:
    """Return what a report counts of the week before, if that week has no report of its own."""
    mine = _of(past, week, zone)
    return WeekStats(
        week=week,
        window=week.window(zone),
        requests=total_tally(map(_tally, mine)),
        models=_grouped(mine, lambda each: each.model),
        ledger=_ledger(past, week, zone),
        users=UserStats(active=len({each.user_id for each in mine})),
    )


def _of(past: Iterable[PastGeneration], week: Week, zone: tzinfo) -> list[PastGeneration]:
    window = week.window(zone)
    return [each for each in past if each.created_at in window]


def _grouped(past: Iterable[PastGeneration], name: Callable[[PastGeneration], str]) -> dict[str, Tally]:
    return by_name((name(each), _tally(each)) for each in past)


def _tally(each: PastGeneration) -> Tally:
    failed = each.status is Status.FAILED
    return Tally(total=1, completed=int(not failed), failed=int(failed), credits=each.credits)


def _ledger(past: Iterable[PastGeneration], week: Week, zone: tzinfo) -> LedgerSums:
    window = week.window(zone)
    rows, credits_ = Counter[str](), Counter[str]()
    for each in past:
        moves = [("deduction", each.created_at)]
        moves += [("refund", each.completed_at)] if each.status is Status.FAILED else []
        for kind in (kind for kind, at in moves if at in window):
            rows[kind] += 1
            credits_[kind] += each.credits
    return LedgerSums(rows=rows, credits=credits_)


def _users(past: Iterable[PastGeneration], week: Week, zone: tzinfo) -> UserStats:
    weeks = _user_weeks(past, week, zone)
    busy = [_busy(user_id, of_user) for user_id, of_user in weeks.items()]
    spiking = [user for user in busy if weeks[user.user_id].spike]
    limit = SINGLE_USER_CREDITS.limits.above
    spenders = [user for user in busy if user.best_day_credits > limit]
    newcomers = [user for user in busy if not user.requests_before]
    return UserStats(
        active=len(busy),
        newcomers=len(newcomers),
        newcomers_named=tuple(user.user_id for user in newcomers[:SHORT_LIST]),
        top=_first(busy, key=lambda user: user.requests),
        spenders=UserList(named=_first(spenders, key=lambda user: user.best_day_credits), count=len(spenders)),
        spiking=UserList(named=_first(spiking, key=lambda user: user.requests), count=len(spiking)),
    )


def _user_weeks(past: Iterable[PastGeneration], week: Week, zone: tzinfo) -> dict[str, UserWeek]:
    """Return the weeks of this week's users, without those who asked for nothing in it."""
    weeks: dict[str, dict[str, UserWeek]] = {}
    both = [*_of(past, week.shifted(-1), zone), *_of(past, week, zone)]
    for each in both:
        of_user = weeks.get(each.user_id, {})
        weeks[each.user_id] = with_request(of_user, local_date(each.created_at, zone), each.credits)
    return {user_id: of_user[week.field] for user_id, of_user in weeks.items() if week.field in of_user}


def _busy(user_id: str, week: UserWeek) -> BusyUser:
    return BusyUser(
        user_id=user_id,
        requests=week.requests,
        requests_before=week.before,
        credits=week.credits,
        best_day=week.best_day,
        best_day_credits=week.best_day_credits,
    )


def _first(users: Iterable[BusyUser], key: Callable[[BusyUser], int]) -> tuple[BusyUser, ...]:
    return tuple(sorted(users, key=key, reverse=True)[:SHORT_LIST])
