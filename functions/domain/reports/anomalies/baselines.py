"""A baseline says what a day should have been like.

It is the median of comparable days, and the distance from it that is still usual.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from math import exp, inf, log, sqrt
from statistics import median

from domain.reports.anomalies.findings import Band

SAME_WEEKDAYS_MAX = 8
SAME_WEEKDAYS_MIN = 4
NEAR_DAYS = 14
NEAR_DAYS_MIN = 7

SCORE_MIN = 3.5
RELATIVE_MIN = 0.30
# This factor turns the median absolute deviation of normally distributed noise into its standard deviation.
MAD_TO_SIGMA = 1.4826
# Eight equal days have no spread, but the ninth may differ all the same. So the scale is at least this part of the
# median.
RELATIVE_SCALE_MIN = 0.10
# This is the most growth in a week that counts as usual. Faster growth is worth a finding.
GROWTH_MAX = 1.10

WEEK = timedelta(days=7)
# This function gives the standard deviation that chance alone gives to a value around this median.
Noise = Callable[[float], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    mid: float
    scale: float
    # From `mid ± margin` on, a value is unusual by every measure: score, percentage and absolute floor.
    margin: float
    basis: str

    def score(self, observed: float) -> float:
        return abs(observed - self.mid) / self.scale

    def is_above(self, observed: float) -> bool:
        return observed - self.mid >= self.margin

    def is_below(self, observed: float) -> bool:
        return self.mid - observed >= self.margin

    def band(self, ceiling: float = inf) -> Band:
        return Band(low=max(0.0, self.mid - self.margin), mid=self.mid, high=min(ceiling, self.mid + self.margin))


@dataclass(frozen=True, slots=True)
class Habit:
    """All days of the earlier weeks together say more than eight equal weekdays do.

    These two numbers are taken from all of them.
    """

    # Growth is the factor from one week to the next.
    growth: float = 1.0
    # This is the standard deviation of a day around the median of its weekday, as a part of that median.
    spread: float = 0.0


def habit(values: Mapping[date, float], before: date) -> Habit:
    days = {day: value for day, value in values.items() if before - SAME_WEEKDAYS_MAX * WEEK <= day < before}
    growth = _growth(days, before)
    level = {day: value * growth ** _weeks(day, before) for day, value in days.items()}
    medians = {
        weekday: median(value for day, value in level.items() if day.weekday() == weekday)
        for weekday in {day.weekday() for day in days}
    }
    deviations = [abs(value / medians[day.weekday()] - 1) for day, value in level.items() if medians[day.weekday()] > 0]
    return Habit(growth, MAD_TO_SIGMA * median(deviations) if deviations else 0.0)


def _growth(days: Mapping[date, float], before: date) -> float:
    """Return the median slope between any two weeks (Theil-Sen), as a factor.

    The slope is that of the logarithms. A single unusual week does not move it.
    """
    weeks: dict[int, list[float]] = defaultdict(list)
    for day, value in days.items():
        weeks[_weeks(day, before)].append(value)
    levels = {ago: log(median(of_week)) for ago, of_week in weeks.items() if median(of_week) > 0}
    if len(levels) < SAME_WEEKDAYS_MIN:
        return 1.0
    slopes = [(levels[late] - levels[early]) / (early - late) for late, early in combinations(sorted(levels), 2)]
    return min(max(exp(median(slopes)), 1 / GROWTH_MAX), GROWTH_MAX)


def _weeks(day: date, before: date) -> int:
    """Return how many weeks before `before` the day lies, counted from 1."""
    return (before - day - timedelta(days=1)) // WEEK + 1


def counting_noise(mid: float) -> float:
    """Return the noise of a Poisson count. One is added, because a usual count of zero would have no noise at all."""
    return sqrt(mid + 1)


def expectation(
    values: Mapping[date, float],
    day: date,
    *,
    floor: float,
    noise: Noise = counting_noise,
    of_habit: Habit | None = None,
) -> Expectation | None:
    """Return what `day` should have been like, or None if too few days are known.

    The value of `day` itself is not used.
    """
    usual = of_habit or Habit()
    known = same_weekdays(values, day, usual.growth)
    if known:
        basis = f"{len(known)} earlier {day:%A}s"
        return from_known(known, floor=floor, noise=lambda mid: max(noise(mid), usual.spread * mid), basis=basis)
    known = last_days(values, day)
    if known:
        basis = f"{len(known)} days before"
        return from_known(known, floor=floor, noise=lambda mid: max(noise(mid), _reach(known, mid)), basis=basis)
    return None


def from_known(known: Sequence[float], *, floor: float, noise: Noise, basis: str) -> Expectation:
    mid = median(known)
    spread = MAD_TO_SIGMA * median(abs(value - mid) for value in known)
    scale = max(spread, RELATIVE_SCALE_MIN * mid, noise(mid)) or 1.0
    margin = max(SCORE_MIN * scale, RELATIVE_MIN * mid, floor)
    return Expectation(mid=mid, scale=scale, margin=margin, basis=basis)


def same_weekdays(values: Mapping[date, float], day: date, growth: float = 1.0) -> list[float]:
    """Return the values of earlier weeks on this weekday, grown up to `day`, or an empty list if too few are known."""
    earlier = ((weeks, day - weeks * WEEK) for weeks in range(1, SAME_WEEKDAYS_MAX + 1))
    known = [values[weekday] * growth**weeks for weeks, weekday in earlier if weekday in values]
    return known if len(known) >= SAME_WEEKDAYS_MIN else []


def last_days(values: Mapping[date, float], day: date) -> list[float]:
    earlier = (day - timedelta(days=days) for days in range(1, NEAR_DAYS + 1))
    known = [values[each] for each in earlier if each in values]
    return known if len(known) >= NEAR_DAYS_MIN else []


def typical(values: Mapping[date, float], day: date) -> float | None:
    known = same_weekdays(values, day) or last_days(values, day)
    return median(known) if known else None


def _reach(known: Sequence[float], mid: float) -> float:
    """Return half the greatest distance from the median.

    These are days of all kinds, and weekends differ from other days. A median of deviations would not show that.
    """
    return max(abs(value - mid) for value in known) / 2
