"""Runs each detector on a week, and returns the families of its findings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date

from core.calendar import week_of
from domain.reports.anomalies.days import DayFacts
from domain.reports.anomalies.findings import Finding
from domain.reports.anomalies.merging import family_of, merged
from domain.reports.anomalies.review import Past, review
from domain.reports.anomalies.robust import detect
from domain.reports.week_stats import BusyUser, LedgerSums, Tally, UserList, UserStats, WeekStats, total_tally
from tools.detection import predecessor
from tools.detection.products import HISTORY_WEEKS, PRICES, Week

_PEOPLE = {
    "user_activity_spike",
    "new_user_spike",
    "new_user_registrations",
    "registrations_above_expected",
}

_SPENT_IN_A_DAY = 50
_ASKED_IN_A_WEEK = 10
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Said:
    """The findings of one detector in one week. A finding that was merged from several can have several families."""

    findings: tuple[frozenset[str], ...]

    @property
    def families(self) -> frozenset[str]:
        return frozenset().union(*self.findings)


def by_predecessor(weeks: Sequence[Week], number: int) -> Said:
    types = predecessor.found(weeks[number], weeks[number - 1])
    return Said(tuple(_families([kind]) for kind in types))


def by_robust_detector(weeks: Sequence[Week], number: int) -> Said:
    findings, _ = merged(detect(weeks[number].days, _history(weeks, number)))
    return _said(findings)


def by_all(weeks: Sequence[Week], number: int) -> Said:
    """Find what a report would find, by the rules and the robust detector together."""
    current, previous = (stats_of(weeks[each], weeks[max(0, each - 1)]) for each in (number, number - 1))
    analysis, _ = review(current, Past(previous=previous, weeks=_history(weeks, number)))
    return _said(analysis.findings)


def stats_of(week: Week, before: Week) -> WeekStats:
    monday = week.days[0].day
    of_week = week_of(monday)
    models = {name: tally for name, tally in _models(week).items() if tally.total}
    sizes = {
        size: Tally(total=count, completed=count, credits=count * PRICES[size]) for size, count in week.sizes.items()
    }
    return WeekStats(
        week=of_week,
        window=of_week.window(UTC),
        requests=total_tally(models.values()),
        models=models,
        model_days=_model_days(week),
        groups={"size": sizes},
        days=tuple(day.day for day in week.days),
        ledger=LedgerSums(credits={"deduction": week.credits, "refund": week.refunded}),
        users=_users(week, before),
        registrations={day.day: day.registrations for day in week.days},
    )


def _users(week: Week, before: Week) -> UserStats:
    busiest = [
        BusyUser(
            user_id=user,
            requests=count,
            requests_before=before.users[user],
            best_day=week.best_days[user][1],
            best_day_credits=week.best_days[user][0],
        )
        for user, count in week.users.most_common()
    ]
    spenders = [user for user in busiest if user.best_day_credits > _SPENT_IN_A_DAY]
    spiking = [user for user in busiest if user.requests > max(_ASKED_IN_A_WEEK, 2 * user.requests_before)]
    return UserStats(
        active=len(busiest),
        newcomers=len(week.users.keys() - before.users.keys()),
        top=tuple(busiest[:10]),
        spenders=_listed(sorted(spenders, key=lambda user: -user.best_day_credits)),
        spiking=_listed(spiking),
    )


def _listed(users: Sequence[BusyUser]) -> UserList:
    return UserList(named=tuple(users[:_NAMED]), count=len(users))


def _models(week: Week) -> dict[str, Tally]:
    return {
        name: Tally(total=total, completed=total - failed, failed=failed)
        for name, (total, failed) in week.models().items()
    }


def _model_days(week: Week) -> dict[tuple[str, date], Tally]:
    """Count requests by model and day. Credits are known only by the day, so all are counted for its first model."""
    found = {}
    for facts in week.days:
        for place, (name, model) in enumerate(facts.models.items()):
            spent = 0 if place else facts.credits
            found[name, facts.day] = Tally(
                total=model.total_requests, completed=model.completed, failed=model.failed, credits=spent
            )
    return found


def _history(weeks: Sequence[Week], number: int) -> list[list[DayFacts]]:
    return [week.days for week in weeks[max(0, number - HISTORY_WEEKS) : number]]


def _said(findings: Sequence[Finding]) -> Said:
    return Said(tuple(_families([one.type, *one.also]) for one in findings))


def _families(types: Iterable[str]) -> frozenset[str]:
    return frozenset("people rose" if kind in _PEOPLE else (family_of(kind) or "none") for kind in types)
