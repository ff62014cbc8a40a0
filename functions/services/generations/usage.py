"""What a user used, month by month."""

from collections.abc import Collection
from datetime import timedelta

from core.cache import RecentlyUsed
from core.calendar import Month, month_of
from core.clock import Clock
from domain.generations.usage import MonthUsage
from services.generations.ports import UsageCounts

_MONTHS_REMEMBERED = 4096

_CLOSED_AFTER = timedelta(hours=1)
"""Not by its last moment: what was asked for just before is still being written down, by clocks that differ."""


class UsageService:
    """A month that is closed, and all of whose generations have ended, is counted once by each instance."""

    def __init__(self, counts: UsageCounts, clock: Clock) -> None:
        self._counts = counts
        self._clock = clock
        self._closed: RecentlyUsed[tuple[frozenset[str], Month], MonthUsage] = RecentlyUsed(_MONTHS_REMEMBERED)

    def months(self, owners: Collection[str], count: int) -> list[MonthUsage]:
        """So many, the newest first, with the one that is running. Raises Unavailable."""
        now, who = self._clock(), frozenset(owners)
        months = [month_of(now).shifted(-ago) for ago in range(count)]
        known = {month: found for month in months if (found := self._closed.get((who, month))) is not None}
        for found in self._counts.months(who, [month for month in months if month not in known]):
            known[found.month] = found
            if found.month.window.end + _CLOSED_AFTER <= now and found.total.is_settled:
                self._closed.put((who, found.month), found)
        return [known[month] for month in months]
