"""The robust detector works on these facts: the days of a week, and how the options grew."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from domain.reports import dimensions
from domain.reports.dimensions import MODEL
from domain.reports.week_stats import Tallies, Tally, WeekStats, total_tally

# With fewer finished requests, a failure rate or a percentile says nothing.
FINISHED_MIN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDay:
    total_requests: int = 0
    completed: int = 0
    failed: int = 0

    @property
    def finished(self) -> int:
        return self.completed + self.failed


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFacts:
    """This is one entry of a report's `daily`."""

    day: date
    total_requests: int = 0
    completed: int = 0
    failed: int = 0
    credits: int = 0
    registrations: int = 0
    models: Mapping[str, ModelDay] = field(default_factory=dict)

    @property
    def finished(self) -> int:
        return self.completed + self.failed


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionFact:
    """This compares a value of a dimension, such as a model or a size, in this week with the week before."""

    kind: str
    name: str
    requests: int = 0
    requests_before: int = 0
    credits: int = 0
    credits_before: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    """These are the 95th percentiles in seconds, by model: for this week, and for each week before it."""

    current: Mapping[str, float]
    earlier: tuple[Mapping[str, float], ...] = ()


def day_facts(entry: Mapping[str, Any]) -> DayFacts:
    """Read an entry of `daily` in a report's document."""
    return DayFacts(
        day=date.fromisoformat(entry["date"]),
        total_requests=entry["total_requests"],
        completed=entry["completed"],
        failed=entry["failed"],
        credits=entry["credits"],
        registrations=entry["registrations"],
        models={
            name: ModelDay(total_requests=day["total_requests"], completed=day["completed"], failed=day["failed"])
            for name, day in entry["models"].items()
        },
    )


def facts_of(stats: WeekStats) -> list[DayFacts]:
    """Return the days of the week that is being counted."""
    return [_day_of(stats, day) for day in stats.days]


def option_facts(current: WeekStats, previous: WeekStats | None) -> list[OptionFact]:
    """Return how the values grew of the dimensions that explain growth.

    If a dimension was not counted in the week before, its growth is not known, and it is left out. Models always are.
    """
    return [
        fact
        for dimension in dimensions.DIMENSIONS
        if dimension.explains_growth and (dimension == MODEL or (previous and previous.by(dimension)))
        for fact in _options(dimension.name, current.by(dimension), previous.by(dimension) if previous else {})
    ]


def p95s(model_performance: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """Return the 95th percentiles by model from `model_performance` in a report's document.

    An older report has no latencies, and the result is empty.
    """
    latencies = {name: model.get("latency") or {} for name, model in model_performance.items()}
    return {
        name: latency["p95"]
        for name, latency in latencies.items()
        if latency.get("p95") is not None and latency["count"] >= FINISHED_MIN
    }


def by_day(weeks: Iterable[Iterable[DayFacts]]) -> dict[date, DayFacts]:
    return {facts.day: facts for week in weeks for facts in week}


def _day_of(stats: WeekStats, day: date) -> DayFacts:
    models = stats.of_day(day)
    tally = total_tally(models.values())
    return DayFacts(
        day=day,
        total_requests=tally.total,
        completed=tally.completed,
        failed=tally.failed,
        credits=tally.credits,
        registrations=stats.registrations.get(day, 0),
        models={
            name: ModelDay(total_requests=of_model.total, completed=of_model.completed, failed=of_model.failed)
            for name, of_model in models.items()
        },
    )


def _options(kind: str, current: Tallies, before: Tallies) -> list[OptionFact]:
    return [
        OptionFact(
            kind=kind,
            name=name,
            requests=tally.total,
            requests_before=before.get(name, Tally()).total,
            credits=tally.credits,
            credits_before=before.get(name, Tally()).credits,
            failed=tally.failed,
        )
        for name, tally in current.items()
    ]
