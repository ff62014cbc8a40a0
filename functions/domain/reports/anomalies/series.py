"""These numbers are watched day by day.

They are requests, credits, registrations, and failure rates in all and by model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import sqrt

from domain.reports.anomalies.baselines import Expectation, Habit, expectation, habit
from domain.reports.anomalies.days import FINISHED_MIN, DayFacts
from domain.reports.anomalies.findings import Band

REQUESTS_FLOOR = 20
CREDITS_FLOOR = 50
REGISTRATIONS_FLOOR = 5
# These are percentage points.
FAILURE_FLOOR = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """`finished` and `failed` are given where the values are failure rates, in percent."""

    metric: str
    unit: str
    floor: float
    days: Mapping[date, float]
    habit: Habit = field(default_factory=Habit)
    model: str = ""
    finished: Mapping[date, int] = field(default_factory=dict)
    failed: Mapping[date, int] = field(default_factory=dict)

    @property
    def is_rate(self) -> bool:
        return self.unit == "percent"

    def expectation(self, day: date) -> Expectation | None:
        """Return what the day should have been like, or None if too little is known.

        It is also known for a day without a value, unless the values are rates: their noise depends on what finished
        that day.
        """
        if not self.is_rate:
            return expectation(self.days, day, floor=self.floor, of_habit=self.habit)
        if day not in self.days:
            return None
        finished = self.finished[day]
        return expectation(self.days, day, floor=self.floor, noise=lambda mid: _rate_noise(mid, finished))

    def band(self, day: date) -> Band | None:
        found = self.expectation(day)
        return found.band(100.0) if found and self.is_rate else found.band() if found else None


def requests(facts: Mapping[date, DayFacts], before: date) -> Series:
    """Return the requests by day. In all these functions, `before` is the first day of the week that is judged."""
    values = {day: float(of_day.total_requests) for day, of_day in facts.items()}
    return _counts("requests", "requests", REQUESTS_FLOOR, values, before)


def credits_deducted(facts: Mapping[date, DayFacts], before: date) -> Series:
    values = {day: float(of_day.credits) for day, of_day in facts.items()}
    return _counts("credits", "credits", CREDITS_FLOOR, values, before)


def registrations(facts: Mapping[date, DayFacts], before: date) -> Series:
    values = {day: float(of_day.registrations) for day, of_day in facts.items()}
    return _counts("registrations", "users", REGISTRATIONS_FLOOR, values, before)


def failure_rate(facts: Mapping[date, DayFacts]) -> Series:
    return _rates({day: (of_day.finished, of_day.failed) for day, of_day in facts.items()})


def model_failure_rate(facts: Mapping[date, DayFacts], model: str) -> Series:
    days = {day: of_day.models[model] for day, of_day in facts.items() if model in of_day.models}
    return _rates({day: (of_day.finished, of_day.failed) for day, of_day in days.items()}, model)


def model_requests(facts: Mapping[date, DayFacts], model: str) -> dict[date, float]:
    models = {day: of_day.models.get(model) for day, of_day in facts.items()}
    return {day: float(of_day.total_requests) if of_day else 0.0 for day, of_day in models.items()}


def watched(facts: Mapping[date, DayFacts], before: date) -> list[Series]:
    models = sorted({model for of_day in facts.values() for model in of_day.models})
    return [
        requests(facts, before),
        credits_deducted(facts, before),
        registrations(facts, before),
        failure_rate(facts),
        *(model_failure_rate(facts, model) for model in models),
    ]


def _counts(metric: str, unit: str, floor: float, values: Mapping[date, float], before: date) -> Series:
    return Series(metric=metric, unit=unit, floor=floor, days=values, habit=habit(values, before))


def _rates(counts: Mapping[date, tuple[int, int]], model: str = "") -> Series:
    enough = {day: pair for day, pair in counts.items() if pair[0] >= FINISHED_MIN}
    return Series(
        metric="model_failure_rate" if model else "failure_rate",
        unit="percent",
        floor=FAILURE_FLOOR,
        days={day: 100 * failed / finished for day, (finished, failed) in enough.items()},
        model=model,
        finished={day: finished for day, (finished, _) in enough.items()},
        failed={day: failed for day, (_, failed) in enough.items()},
    )


def _rate_noise(mid: float, finished: int) -> float:
    """Return the noise of a binomial share.

    One failure and one success are added to what was seen, because many small days have no failure at all.
    """
    share = (mid / 100 * finished + 1) / (finished + 2)
    return 100 * sqrt(share * (1 - share) / finished)
