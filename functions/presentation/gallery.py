"""Makes the charts of one report, as SVG with their captions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from presentation import canvas, charts, series
from presentation.canvas import NAMED_COLOURS
from presentation.reading import Document
from presentation.series import DailyMeasure, Days, ModelFailures, ModelLatency
from presentation.words import Kind, shown

_DAILY: tuple[DailyMeasure, ...] = ("requests", "credits", "failure_rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    title: str
    note: str
    svg: str


def charts_of(report: Document) -> Iterator[Chart]:
    """Yield the charts that have something to show."""
    for measure in _DAILY:
        days = series.days(report, measure)
        if not days.is_empty:
            yield _days(measure, days)
    if failures := series.model_failures(report):
        title = "Failure rate by model"
        limit = shown(series.FAILURE_LIMIT_PERCENT, Kind.PERCENT)
        note = f"Of the requests that finished. The stroke is the limit, {limit}; ▲ is above."
        yield _by_model("failures", title, note, charts.failures_chart(failures, NAMED_COLOURS), failures)
    if latencies := series.model_latencies(report):
        title = "Seconds from start to result"
        note = "Dot: half are done. Strokes: 90% and 95%. Diamond: 99%. In numbers: half and 99%."
        yield _by_model("latency", title, note, charts.latency_chart(latencies, NAMED_COLOURS), latencies)
    hours = series.hours(report)
    if any(hours):
        yield _hours(hours)


def _days(measure: DailyMeasure, days: Days) -> Chart:
    figure = charts.days_chart(days, NAMED_COLOURS)
    return _chart(measure, days.title, days.note, days.label, figure, [bar.words for bar in days.bars])


def _by_model(
    name: str, title: str, note: str, figure: Figure, models: list[ModelFailures] | list[ModelLatency]
) -> Chart:
    return _chart(name, title, note, series.label_of(title, models), figure, [model.words for model in models])


def _hours(counts: list[int]) -> Chart:
    hints = [f"{hour:02d}:00: {count:,}" for hour, count in enumerate(counts)]
    figure = charts.hours_chart(counts, NAMED_COLOURS)
    return _chart("hours", "Requests by hour, UTC", "", series.hours_label(counts), figure, hints)


def _chart(name: str, title: str, note: str, label: str, figure: Figure, hints: Sequence[str]) -> Chart:
    by_place = {f"hint-{place}": hint for place, hint in enumerate(hints)}
    return Chart(title=title, note=note, svg=canvas.svg(figure, name=name, label=label, hints=by_place))
