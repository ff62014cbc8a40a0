"""The robust detector compares each day of a week with the same weekday of up to 8 earlier weeks.

Medians are not moved much by weeks that were unusual themselves. docs/reports.md has the rule, and what it finds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from domain.reports.anomalies import drivers, series
from domain.reports.anomalies.baselines import Expectation
from domain.reports.anomalies.days import DayFacts, Latencies, OptionFact, by_day
from domain.reports.anomalies.findings import Band, Driver, Finding, Severity
from domain.reports.anomalies.latency import slower_models
from domain.reports.anomalies.series import Series
from domain.reports.anomalies.surprises import SURPRISES
from domain.reports.week_stats import BusyUser

SEVERE_SCORE = 8.0
SEVERE_FAILURE_RATE = 30.0

_NAMES = {
    "requests": "Requests",
    "credits": "Credits deducted",
    "registrations": "Registrations",
    "failure_rate": "The failure rate",
}


@dataclass(frozen=True, slots=True)
class _Day:
    day: date
    observed: float
    expected: Expectation
    is_above: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    facts: Mapping[date, DayFacts]
    users: Sequence[BusyUser] = ()
    options: Sequence[OptionFact] = field(default_factory=tuple)


def detect(
    week: Sequence[DayFacts],
    history: Sequence[Sequence[DayFacts]],
    users: Sequence[BusyUser] = (),
    *,
    options: Sequence[OptionFact] = (),
    latencies: Latencies | None = None,
) -> list[Finding]:
    """Return what is unusual about the days of the week.

    `history` is up to 8 earlier weeks in any order. A series with too few known days is left out. `users` are the
    busiest of the week, and `options` say how models, styles and sizes grew; both only explain what is found.
    """
    context = _Context(facts=by_day([*history, week]), users=users, options=options)
    days = sorted(facts.day for facts in week)
    found = [
        _finding(watched, run, context)
        for watched in series.watched(context.facts, _first(week))
        for run in _runs(_outliers(watched, days))
    ]
    return found + (slower_models(latencies) if latencies else [])


def expected(week: Sequence[DayFacts], history: Sequence[Sequence[DayFacts]]) -> dict[date, dict[str, Band | None]]:
    """Return the expected band for each day of the week, for requests, credits and failure_rate.

    A day outside of its band is a finding.
    """
    facts = by_day([*history, week])
    first = _first(week)
    charted = {
        "requests": series.requests(facts, first),
        "credits": series.credits_deducted(facts, first),
        "failure_rate": series.failure_rate(facts),
    }
    return {day.day: {name: values.band(day.day) for name, values in charted.items()} for day in week}


def _first(week: Sequence[DayFacts]) -> date:
    return min((facts.day for facts in week), default=date.max)


def _outliers(watched: Series, days: Sequence[date]) -> Iterator[_Day]:
    for day in days:
        expectation = watched.expectation(day) if day in watched.days else None
        if expectation is None:
            continue
        observed = watched.days[day]
        if expectation.is_above(observed):
            yield _Day(day, observed, expectation, is_above=True)
        # Fewer failures are no trouble. A model that never fails at all has a rule of its own.
        elif expectation.is_below(observed) and not watched.is_rate:
            yield _Day(day, observed, expectation, is_above=False)


def _runs(outliers: Iterable[_Day]) -> list[list[_Day]]:
    """Group days that follow each other, on the same side of what was expected."""
    numbered = enumerate(outliers)
    runs = groupby(numbered, key=lambda pair: (pair[1].is_above, pair[1].day - timedelta(days=pair[0])))
    return [[outlier for _, outlier in run] for _, run in runs]


def _finding(watched: Series, run: Sequence[_Day], context: _Context) -> Finding:
    days = tuple(outlier.day for outlier in run)
    observed, band = _observed(watched, run), _band(watched, run)
    score = max(outlier.expected.score(outlier.observed) for outlier in run)
    side = "above" if run[0].is_above else "below"
    kind = f"{watched.metric}_{side}_expected"
    return Finding(
        type=kind,
        severity=_severity(watched, score, observed, is_above=run[0].is_above),
        description=_description(watched, days, observed, band),
        details={
            **({"model": watched.model} if watched.model else {}),
            "metric": watched.metric,
            "score": round(score, 2),
            "baseline": run[0].expected.basis,
        },
        excess=round(score),
        expected=band,
        observed=observed,
        unit=watched.unit,
        days=days,
        drivers=drivers.strongest(_drivers(watched, days, observed, band, context)),
        next_step=SURPRISES[kind].next_step,
    )


def _observed(watched: Series, run: Sequence[_Day]) -> float:
    if not watched.is_rate:
        return sum(outlier.observed for outlier in run)
    finished = sum(watched.finished[outlier.day] for outlier in run)
    return 100 * sum(watched.failed[outlier.day] for outlier in run) / finished


def _band(watched: Series, run: Sequence[_Day]) -> Band:
    bands = [outlier.expected.band(100.0) if watched.is_rate else outlier.expected.band() for outlier in run]
    parts = len(bands) if watched.is_rate else 1
    return Band(
        low=sum(band.low for band in bands) / parts,
        mid=sum(band.mid for band in bands) / parts,
        high=sum(band.high for band in bands) / parts,
    )


def _severity(watched: Series, score: float, observed: float, *, is_above: bool) -> Severity:
    is_severe = score >= SEVERE_SCORE or (watched.is_rate and observed > SEVERE_FAILURE_RATE)
    if is_above:
        return Severity.HIGH if is_severe else Severity.MEDIUM
    return Severity.MEDIUM if is_severe else Severity.LOW


def _drivers(watched: Series, days: Sequence[date], observed: float, band: Band, context: _Context) -> Iterator[Driver]:
    difference = observed - band.mid
    grown = context.users if difference > 0 else ()
    match watched.metric:
        case "requests":
            yield from drivers.users_by_requests(grown, difference, days)
            yield from drivers.models_by_requests(context.facts, days, difference)
            others = [option for option in context.options if option.kind != "model"]
            yield from drivers.options_by_requests(others, difference)
        case "credits":
            yield from drivers.users_by_credits(grown, difference, days)
            yield from drivers.options_by_credits(context.options, difference)
        case "failure_rate":
            finished = sum(watched.finished[day] for day in days)
            yield from drivers.models_by_failures(context.facts, days, finished * difference / 100)
        case "model_failure_rate":
            yield Driver(kind="model", name=watched.model, value=observed, usual=band.mid)


def _description(watched: Series, days: Sequence[date], observed: float, band: Band) -> str:
    name = f"The failure rate of {watched.model}" if watched.model else _NAMES[watched.metric]
    verb = "was" if watched.is_rate else "were"
    low, mid, high, value = (
        f"{number:.1f} %" if watched.is_rate else f"{number:,.0f}"
        for number in (band.low, band.mid, band.high, observed)
    )
    return f"{name} {verb} {value} {_when(days)}; expected {low} to {high}, usually {mid}."


def _when(days: Sequence[date]) -> str:
    first, last = (f"{day:%A} {day.day} {day:%B}" for day in (days[0], days[-1]))
    return f"on {first}" if len(days) == 1 else f"from {first} to {last}"
