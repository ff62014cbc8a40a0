"""What users used, as it is counted."""

from collections.abc import Collection
from typing import Protocol

from domain.calendar import Month
from domain.usage import MonthUsage


class UsageCounts(Protocol):
    def months(self, owners: Collection[str], months: Collection[Month]) -> list[MonthUsage]:
        """Of these users together, in the order of `months`: sums that the database makes, for each model.

        What is of none of the models that are known comes under the name `other`. Raises Unavailable.
        """
        ...
