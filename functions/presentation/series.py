"""Takes from a report what the charts draw, with a sentence that says the same to people who cannot see them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from domain.reports.anomalies.failures import CRITICAL_SHARE
from domain.reports.dimensions import MODEL
from presentation.reading import Document, named_parts, number, part, parts, text, texts
from presentation.words import Kind, day, short, short_day, shown

MODELS_DRAWN_MAX = 8
FAILURE_LIMIT_PERCENT = float(100 * CRITICAL_SHARE)

_BAND = "Behind each bar: the range that was expected, with its middle."
_MARK = "▲ or ▼: a day that a finding names, above or below."

DailyMeasure = Literal["requests", "credits", "failure_rate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBar:
    """Holds a day's bar. `low`, `middle` and `high` are None if nothing is expected yet."""

    label: str
    value: float
    low: float | None
    middle: float | None
    high: float | None
    is_marked: bool
    words: str

    @property
    def mark(self) -> str:
        """Return a sign for a marked day, so that colour is not the only mark."""
        if not self.is_marked:
            return ""
        return "▼ " if self.middle is not None and self.value < self.middle else "▲ "

    @property
    def top(self) -> float:
        return max(self.value, self.high or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    title: str
    bars: tuple[DayBar, ...]
    kind: Kind
    label: str

    @property
    def is_empty(self) -> bool:
        return not any(bar.top for bar in self.bars)

    @property
    def has_band(self) -> bool:
        return any(bar.high is not None for bar in self.bars)

    @property
    def has_marks(self) -> bool:
        return any(bar.is_marked for bar in self.bars)

    @property
    def note(self) -> str:
        """Return what the band and the marks mean, as far as there are any."""
        return " ".join(filter(None, (_BAND if self.has_band else "", _MARK if self.has_marks else "")))


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFailures:
    """Holds a model's failures. `rate` is in percent of the finished requests."""

    name: str
    rate: float
    words: str

    @property
    def is_marked(self) -> bool:
        return self.rate > FAILURE_LIMIT_PERCENT


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLatency:
    """Holds a model's latencies in seconds."""

    name: str
    p50: float
    p90: float
    p95: float
    p99: float
    words: str


# Each measure has its title, key and kind, and the unit of the findings whose days it marks.
_DAILY: dict[DailyMeasure, tuple[str, str, Kind, str]] = {
    "requests": ("Requests a day", "total_requests", Kind.NUMBER, "requests"),
    "credits": ("Credits a day", "credits", Kind.NUMBER, "credits"),
    "failure_rate": ("Failure rate a day", "failure_rate_of_finished", Kind.PERCENT, "percent"),
}


def days(report: Document, measure: DailyMeasure) -> Days:
    title, key, kind, unit = _DAILY[measure]
    marked = _marked_days(report, unit)
    bars = tuple(_day_bar(one, key, measure, kind, marked) for one in parts(report, "daily"))
    return Days(title=title, bars=bars, kind=kind, label=_label(title, [bar.words for bar in bars]))


def model_failures(report: Document) -> list[ModelFailures]:
    return [_failures(name, model) for name, model in _busiest_models(report) if number(model, "total_requests")]


def model_latencies(report: Document) -> list[ModelLatency]:
    found = (_latency(name, part(model, "latency")) for name, model in _busiest_models(report))
    return [latency for latency in found if latency]


def hours(report: Document) -> list[int]:
    """Return the requests of each of the 24 hours, or an empty list if the report does not say."""
    breakdown = part(report, "generation_stats", "hour_breakdown")
    return [int(number(breakdown, str(hour)) or 0) for hour in range(24)] if breakdown else []


def hours_label(counts: list[int]) -> str:
    busiest = max(range(24), key=lambda hour: counts[hour])
    return f"Requests by hour of the day, UTC: the busiest hour is {busiest:02d}:00, with {shown(counts[busiest])}."


def label_of(title: str, things: list[ModelFailures] | list[ModelLatency]) -> str:
    return _label(title, [thing.words for thing in things])


def _day_bar(one: Document, key: str, measure: str, kind: Kind, marked: set[str]) -> DayBar:
    expected, value, iso = part(one, "expected", measure), number(one, key) or 0, text(one, "date")
    low, middle, high = (number(expected, edge) for edge in ("low", "mid", "high"))
    is_known = low is not None and high is not None
    words = f"{day(iso)}: {shown(value, kind)}"
    if is_known:
        words += f", expected {shown(low)} to {shown(high, kind)}"
    return DayBar(
        label=short_day(iso),
        value=max(0, value),
        low=low if is_known else None,
        middle=middle if is_known else None,
        high=high if is_known else None,
        is_marked=iso in marked,
        words=words + (", named in a finding" if iso in marked else ""),
    )


def _marked_days(report: Document, unit: str) -> set[str]:
    anomalies = parts(part(report, "anomaly_analysis"), "detected_anomalies")
    return {iso for anomaly in anomalies if text(anomaly, "unit") == unit for iso in texts(anomaly, "days")}


def _busiest_models(report: Document) -> list[tuple[str, Document]]:
    models = named_parts(report, MODEL.performance).items()
    return sorted(models, key=lambda item: (-(number(item[1], "total_requests") or 0), item[0]))[:MODELS_DRAWN_MAX]


def _failures(name: str, model: Document) -> ModelFailures:
    rate, failed = number(model, "failure_rate_of_finished"), number(model, "failed") or 0
    if rate is None:
        rate = number(model, "failure_rate") or 0
    return ModelFailures(name=name, rate=rate, words=f"{name}: {shown(rate, Kind.PERCENT)}, {shown(failed)} failed")


def _latency(name: str, latency: Document) -> ModelLatency | None:
    found = [number(latency, f"p{percent}") for percent in (50, 90, 95, 99)]
    p50, p90, p95, p99 = found
    if p50 is None or p90 is None or p95 is None or p99 is None:
        return None
    words = f"{name}: half within {shown(p50)} s, 90% within {shown(p90)} s, 95% within {shown(p95)} s"
    return ModelLatency(name=name, p50=p50, p90=p90, p95=p95, p99=p99, words=f"{words}, 99% within {shown(p99)} s")


def _label(title: str, words: list[str]) -> str:
    return f"{title}. {'; '.join(words)}."


Formatter = Callable[[float], str]


def formatter(kind: Kind) -> Formatter:
    return (lambda value: f"{short(value)}%") if kind is Kind.PERCENT else short
