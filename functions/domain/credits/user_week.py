"""A user's document counts, week by week, what the user asked for.

The counts are stored beside the balance. So the report can find the users who stand out by a query, and reads no
others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from core.calendar import Week, week_of

# These are the running week, the week that a report is made of, and the week before that.
WEEKS_KEPT = 3

# A spike is more requests than the first number, and more than the second number times those of the week before. This
# is feraset-imagen's rule.
SPIKE_REQUESTS = 10
SPIKE_RATIO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class UserWeek:
    """`days` has the credits that were deducted on each day, Monday first.

    `before` counts the requests of the week before. All seven days are kept, not only the last one, because instances
    whose clocks differ may be in two days at once.
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
        """Return the day on which the most credits were deducted, or the first of several such days."""
        return self.week.monday + timedelta(days=self.days.index(self.best_day_credits))

    @property
    def best_day_credits(self) -> int:
        return max(self.days)

    @property
    def spike(self) -> int:
        """Return the number of requests if it is a spike, and 0 if it is not."""
        is_spike = self.requests > SPIKE_REQUESTS and self.requests > SPIKE_RATIO * self.before
        return self.requests if is_spike else 0

    @property
    def newcomer(self) -> int:
        """Return 1 for a user who asked for nothing in the week before, and 0 for any other."""
        return int(self.before == 0)


def with_request(weeks: Mapping[str, UserWeek], day: date, price: int) -> dict[str, UserWeek]:
    """Return the weeks, by `Week.field`, with one more request on a local day. Weeks that are long over are dropped.

    By the clock of another instance, the next week may have begun already. Then its `before` grows too.
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
