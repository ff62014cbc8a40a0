"""A user's usage is counted month by month."""

from collections.abc import Collection
from datetime import timedelta

from core.cache import RecentlyUsed
from core.calendar import Month, month_of
from core.clock import Clock
from domain.generations.usage import MonthUsage
from services.generations.ports import UsageCounts

_MONTHS_REMEMBERED = 4096

# A month is closed only this long after its end. Requests from just before the end are still being written, by clocks
# that differ.
_CLOSED_AFTER = timedelta(hours=1)


class UsageService:
    """Each instance counts a month only once, if it is closed and all of its generations have ended."""

    def __init__(self, counts: UsageCounts, clock: Clock) -> None:
        self._counts = counts
        self._clock = clock
        self._closed: RecentlyUsed[tuple[frozenset[str], Month], MonthUsage] = RecentlyUsed(_MONTHS_REMEMBERED)

    def months(self, owners: Collection[str], count: int) -> list[MonthUsage]:
        """Return this many months, the newest first, which is the running one. Raise Unavailable."""
        now, who = self._clock(), frozenset(owners)
        months = [month_of(now).shifted(-ago) for ago in range(count)]
        known = {month: found for month in months if (found := self._closed.get((who, month))) is not None}
        for found in self._counts.months(who, [month for month in months if month not in known]):
            known[found.month] = found
            if found.month.window.end + _CLOSED_AFTER <= now and found.total.is_settled:
                self._closed.put((who, found.month), found)
        return [known[month] for month in months]
