"""What each user asked for, week by week. It rides in the user's document with the balance, so that the report finds by
a query who stands out, and reads nobody else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from core.calendar import Week, week_of

WEEKS_KEPT = 3
"""The running one, the one that a report is made of, and the one before."""

SPIKE_REQUESTS = 10
SPIKE_RATIO = 2
"""More than so many requests, and more than so many times as many as in the week before: feraset-imagen's rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserWeek:
    """`days` are the credits deducted on each, Monday first; `before` is how many requests the week before had.

    All seven, and not the last one only: instances whose clocks differ may find themselves in two days at once.
    """

    week: Week
    requests: int = 0
    before: int = 0
    days: tuple[int, ...] = (0,) * 7

    @property
    def credits(self) -> int:
        return sum(self.days)

    @property
    def best_day(self) -> date:
        """The dearest one; the first of several."""
        return self.week.monday + timedelta(days=self.days.index(self.best_day_credits))

    @property
    def best_day_credits(self) -> int:
        return max(self.days)

    @property
    def spike(self) -> int:
        """The requests, where they are a spike; else 0."""
        is_spike = self.requests > SPIKE_REQUESTS and self.requests > SPIKE_RATIO * self.before
        return self.requests if is_spike else 0

    @property
    def newcomer(self) -> int:
        """1 for a user who asked for nothing in the week before; else 0."""
        return int(self.before == 0)


def with_request(weeks: Mapping[str, UserWeek], day: date, price: int) -> dict[str, UserWeek]:
    """The weeks, by `Week.field`, with one more request on a local day; those that are long over are forgotten.

    The week after it may have begun already, by another instance's clock: then that one's `before` grows too.
    """
    week = week_of(day)
    known = weeks.get(week.field) or UserWeek(week=week, before=_requests(weeks, week.shifted(-1)))
    counted = {**weeks, week.field: _one_more(known, day, price)}
    following = counted.get(week.shifted(1).field)
    if following is not None:
        counted[following.week.field] = replace(following, before=_requests(counted, week))
    oldest = max(each.week for each in counted.values()).shifted(1 - WEEKS_KEPT)
    return {name: each for name, each in counted.items() if each.week >= oldest}


def _requests(weeks: Mapping[str, UserWeek], week: Week) -> int:
    known = weeks.get(week.field)
    return 0 if known is None else known.requests


def _one_more(known: UserWeek, day: date, price: int) -> UserWeek:
    days = tuple(credits_ + price if place == day.weekday() else credits_ for place, credits_ in enumerate(known.days))
    return replace(known, requests=known.requests + 1, days=days)
