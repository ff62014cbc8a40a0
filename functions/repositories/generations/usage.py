"""Counts what a user used per month by aggregations. No generation is read, however many there are.

A query takes at most four sums, so each group takes two queries: how its requests ended, and what they cost.
"""

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor

from core.calendar import Month
from domain.generations.usage import MonthUsage, Usage, total_usage
from repositories.store.documents import Documents, Query
from repositories.store.paths import GENERATIONS

# This is shown as the model of generations whose model is not known.
OTHER = "other"

_MONTHS_AT_ONCE = 6

_ENDS = {
    "completed": "completed_count",
    "failed": "failed_count",
    "cancelled": "cancelled_count",
    "images": "image_count",
}
_COSTS = {"charged": "credits_charged", "refunded": "credits_refunded", "held": "credits_held"}

Conditions = tuple[tuple[str, str, object], ...]


class UsageRepository:
    def __init__(self, documents: Documents, models: Callable[[], Iterable[str]]) -> None:
        """`models` returns the names of all models that may have been used."""
        self._documents = documents
        self._models = models

    def months(self, owners: Collection[str], months: Collection[Month]) -> list[MonthUsage]:
        """Return the usage of each month.

        Months are counted in parallel, because each takes several queries in a row.
        """
        with ThreadPoolExecutor(_MONTHS_AT_ONCE) as pool:
            return list(pool.map(lambda month: self._month(owners, month), months))

    def _month(self, owners: Collection[str], month: Month) -> MonthUsage:
        """Count all generations of the month, and then model by model until all of them are found."""
        within: Conditions = (
            ("user_id", "in", sorted(owners)),
            ("created_at", ">=", month.window.start),
            ("created_at", "<", month.window.end),
        )
        left = self._count(within)
        models: dict[str, Usage] = {}
        for model in self._models():
            if left <= 0:
                break
            found = self._usage((("model", "==", model), *within))
            models |= {model: found} if found.requests else {}
            left -= found.requests
        if left > 0:
            models[OTHER] = self._usage(within).without(total_usage(models.values()))
        return MonthUsage(month=month, models=models)

    def _count(self, where: Conditions) -> int:
        return self._documents.totals(Query(collection=GENERATIONS, where=where), [*_ENDS.values()]).count

    def _usage(self, where: Conditions) -> Usage:
        query = Query(collection=GENERATIONS, where=where)
        ends = self._documents.totals(query, [*_ENDS.values()])
        if not ends.count:
            return Usage()
        costs = self._documents.totals(query, [*_COSTS.values()])
        return Usage(
            requests=ends.count,
            **{name: ends.sums[field] for name, field in _ENDS.items()},
            **{name: costs.sums[field] for name, field in _COSTS.items()},
        )
