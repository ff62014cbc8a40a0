"""Counts a week by aggregations, which cost one read for a thousand index entries, and read no counted document.

Each tally is one query: a count, and four sums of integers that generations carry for this purpose
(`repositories/generations/counters.py`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import product
from math import ceil

from core.calendar import Day, Week, Window, days
from domain.credits.ledger import EntryType
from domain.generations.latency import BUCKETS
from domain.reports import dimensions
from domain.reports.week_stats import FAILURE_CLASSES, LedgerSums, Tallies, Tally, WeekStats, by_name, total_tally
from repositories.reports.user_counts import UserCounts
from repositories.store.documents import Documents, Query, Totals
from repositories.store.paths import GENERATIONS, TRANSACTIONS, USERS
from services.reports.ports import Groups

Condition = tuple[str, str, object]
Span = tuple[datetime, datetime]
# These are tallies by the values of one field.
Counted = Mapping[object, Tally]

_SUMS = ("completed_count", "failed_count", "cancelled_count", "credits_deducted")
_ENTRIES_PER_READ = 1000
# A query over many more entries could take longer than Firestore allows. Then each day is queried by itself.
_ENTRIES_AT_ONCE = 1_000_000
# The operator `in` takes at most so many values.
_VALUES_MAX = 30
_HOURS = range(24)
# The fields of a pair are counted together where that takes fewer reads, and they share an index.
_PAIRS = (("style", "color"), ("size", "hour"))
_FROM_THE_MIDDLE = sorted(BUCKETS, key=lambda bucket: abs(bucket - len(BUCKETS) // 2))
_RARE_TYPES = tuple(sorted(kind.value for kind in EntryType if kind not in (EntryType.DEDUCTION, EntryType.REFUND)))


class WeekCountRepository:
    def __init__(self, documents: Documents, zone: tzinfo) -> None:
        self._documents = documents
        self._zone = zone

    def week(self, week: Week, groups: Groups) -> WeekStats:
        window = week.window(self._zone)
        local_days = days(window, self._zone)
        requests = _Requests(self._documents, window)
        model_days = {
            (model, day.date): requests.within(day.start, day.end, ("model", "==", model))
            for model, day in product(groups.models, local_days)
        }
        models = by_name((model, tally) for (model, _), tally in model_days.items())
        total = total_tally(models.values())
        spans = _spans(window, local_days, total.total)
        counted = requests.by_field(groups.values, total.total)
        users = UserCounts(self._documents, week)
        return WeekStats(
            week=week,
            window=window,
            requests=total,
            models=models,
            model_days={key: tally for key, tally in model_days.items() if tally.total},
            days=tuple(day.date for day in local_days),
            groups={**_of_fields(counted), **_of_models(models, groups)},
            hours={int(str(hour)): tally for hour, tally in counted["hour"].items()},
            latencies={model: requests.latencies(model, tally, spans) for model, tally in models.items()},
            failure_classes={model: requests.failure_classes(model, tally) for model, tally in models.items()},
            ledger=self._ledger(spans),
            users=users.stats(),
            registrations={day.date: self._registered(day.start, day.end) for day in local_days},
            held_credits=self._held(),
        )

    def outline(self, week: Week, groups: Groups) -> WeekStats | None:
        window = week.window(self._zone)
        if not self._any_before(window.end):
            return None
        requests = _Requests(self._documents, window)
        models = by_name(
            (model, requests.within(window.start, window.end, ("model", "==", model))) for model in groups.models
        )
        total = total_tally(models.values())
        users = UserCounts(self._documents, week)
        return WeekStats(
            week=week,
            window=window,
            requests=total,
            models=models,
            ledger=self._ledger(_spans(window, days(window, self._zone), total.total)),
            users=users.outline(),
        )

    def _any_before(self, end: datetime) -> bool:
        query = Query(collection=GENERATIONS, where=(("created_at", "<", end),), limit=1, fields=("created_at",))
        return bool(self._documents.query(query))

    def _ledger(self, spans: Sequence[Span]) -> LedgerSums:
        """Return the sums of the ledger by entry type.

        The rare types are first counted together: mostly there are none.
        """
        often = (EntryType.DEDUCTION.value, EntryType.REFUND.value)
        seldom = _RARE_TYPES if self._entries(spans, ("type", "in", _RARE_TYPES))[0] else ()
        totals = {kind: self._entries(spans, ("type", "==", kind)) for kind in sorted((*often, *seldom))}
        return LedgerSums(
            rows={kind: rows for kind, (rows, _) in totals.items() if rows},
            credits={kind: credits_ for kind, (rows, credits_) in totals.items() if rows},
        )

    def _entries(self, spans: Iterable[Span], condition: Condition) -> tuple[int, int]:
        """Return how many entries there are, and the sum of their credits."""
        rows = credits_ = 0
        for start, end in spans:
            where = (condition, ("timestamp", ">=", start), ("timestamp", "<", end))
            totals = self._documents.totals(Query(collection=TRANSACTIONS, group=True, where=where), ("credits",))
            rows += totals.count
            credits_ += totals.sums["credits"]
        return rows, credits_

    def _registered(self, start: datetime, end: datetime) -> int:
        where = (("created_at", ">=", start), ("created_at", "<", end))
        return self._documents.totals(Query(collection=USERS, where=where)).count

    def _held(self) -> int:
        """Return the credits that are held.

        Only users that hold some are asked, because the others may be very many.
        """
        query = Query(collection=USERS, where=(("held_credits", ">", 0),))
        return self._documents.totals(query, ("held_credits",)).sums["held_credits"]


class _Requests:
    """Counts the generations that were created in a window."""

    def __init__(self, documents: Documents, window: Window) -> None:
        self._documents = documents
        self._window = window

    def within(self, start: datetime, end: datetime, *conditions: Condition) -> Tally:
        totals = self._totals(start, end, conditions, _SUMS)
        completed, failed, cancelled, credits_ = (totals.sums[name] for name in _SUMS)
        return Tally(total=totals.count, completed=completed, failed=failed, cancelled=cancelled, credits=credits_)

    def by_field(self, values: Mapping[str, Sequence[str]], total: int) -> dict[str, Counted]:
        """Return the tallies of the dimensions with these values, and of the hours of the day, by field."""
        names: dict[str, Collection[object]] = {
            **{dimension.field: values[dimension.name] for dimension in dimensions.with_field()},
            "hour": _HOURS,
        }
        found: dict[str, Counted] = {}
        for row, column in _PAIRS:
            found[row], found[column] = self.crossed((row, names.pop(row)), (column, names.pop(column)), total)
        for name, each in names.items():
            found[name] = {value: self._of((name, "==", value)) for value in each} if total else {}
        return found

    def crossed(
        self, rows: tuple[str, Collection[object]], columns: tuple[str, Collection[object]], total: int
    ) -> tuple[Counted, Counted]:
        """Return the tallies of both groups, by row value and by column value. `total` is the number of generations.

        Either each pair of a row value and a column value is counted once for both groups, or each group is counted by
        itself, if that takes fewer reads. A group that is counted by itself still names all values of the other group,
        so that the same index serves both.
        """
        (row, row_names), (column, column_names) = rows, columns
        if not (total and row_names and column_names):
            return {}, {}
        if _cells_are_cheaper(total, len(row_names), len(column_names)):
            cells = {
                pair: self._of((row, "==", pair[0]), (column, "==", pair[1]))
                for pair in product(row_names, column_names)
            }
            return (
                {name: total_tally(cells[name, other] for other in column_names) for name in row_names},
                {name: total_tally(cells[other, name] for other in row_names) for name in column_names},
            )
        return (
            {name: self._of((row, "==", name), (column, "in", list(column_names))) for name in row_names},
            {name: self._of((column, "==", name), (row, "in", list(row_names))) for name in column_names},
        )

    def latencies(self, model: str, tally: Tally, spans: Sequence[Span]) -> dict[int, int]:
        """Return how many completed in each latency bucket, in which a model's generations are counted.

        The buckets are queried from the middle outwards, until all completed generations are found.
        """
        found: dict[int, int] = {}
        for bucket in _FROM_THE_MIDDLE:
            if sum(found.values()) >= tally.completed:
                break
            conditions = (("model", "==", model), ("latency_bucket", "==", bucket))
            count = sum(self._totals(start, end, conditions, ()).count for start, end in spans)
            if count:
                found[bucket] = count
        return dict(sorted(found.items()))

    def failure_classes(self, model: str, tally: Tally) -> dict[str, int]:
        """Return how many failed in each class of failures.

        They are summed, not counted, because a generation that waits for its next attempt has the error code of the
        last one, and has not failed.
        """
        found = dict.fromkeys([*FAILURE_CLASSES, "other"], 0)
        left = tally.failed
        for name, codes in FAILURE_CLASSES.items():
            if left > 0:
                conditions = (("model", "==", model), ("error_code", "in", list(codes)))
                totals = self._totals(self._window.start, self._window.end, conditions, ("failed_count",))
                found[name] = totals.sums["failed_count"]
                left -= found[name]
        return found | {"other": left}

    def _of(self, *conditions: Condition) -> Tally:
        return self.within(self._window.start, self._window.end, *conditions)

    def _totals(self, start: datetime, end: datetime, conditions: Iterable[Condition], sums: Sequence[str]) -> Totals:
        period = (("created_at", ">=", start), ("created_at", "<", end))
        return self._documents.totals(Query(collection=GENERATIONS, where=(*conditions, *period)), sums)


def _spans(window: Window, local_days: Iterable[Day], total: int) -> list[Span]:
    if total <= _ENTRIES_AT_ONCE:
        return [(window.start, window.end)]
    return [(day.start, day.end) for day in local_days]


def _cells_are_cheaper(total: int, rows: int, columns: int) -> bool:
    if max(rows, columns) > _VALUES_MAX:
        return True
    return _reads(total, rows * columns) <= _reads(total, rows) + _reads(total, columns)


def _reads(total: int, queries: int) -> int:
    """Return about how many reads the queries cost, if the total is spread evenly over them."""
    return queries * ceil(total / queries / _ENTRIES_PER_READ)


def _of_fields(counted: Mapping[str, Counted]) -> dict[str, Tallies]:
    return {
        dimension.name: by_name((str(value), tally) for value, tally in counted[dimension.field].items())
        for dimension in dimensions.with_field()
    }


def _of_models(models: Tallies, groups: Groups) -> dict[str, Tallies]:
    """Return the tallies of the dimensions that follow from the model."""
    return {
        dimension.name: by_name((dimension.of_model(groups.models[model]), tally) for model, tally in models.items())
        for dimension in dimensions.DIMENSIONS
        if dimension.of_model
    }
