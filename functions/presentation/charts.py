"""Draws the charts. Each function takes the data and a palette, and knows neither the report nor the page."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from presentation.canvas import Palette, bare_axes, new_figure
from presentation.series import FAILURE_LIMIT_PERCENT, Days, ModelFailures, ModelLatency, formatter
from presentation.words import Kind, shortened, shown

# A chart is about so wide on a phone, so that a text of size 12 is shown there at about size 12.
WIDTH = 330

_HEIGHT = 216
_ROW = 46
_NAME_LENGTH = 24
_FASTEST_DRAWN_SECONDS = 0.5
# The scale of failures goes up to at least so many percent, so that one failure in fifty does not fill the picture.
_LEAST_FAILURE_SCALE = 20.0


def days_chart(days: Days, palette: Palette) -> Figure:
    figure = new_figure(WIDTH, _HEIGHT)
    axes = bare_axes(figure, (0.11, 0.17, 0.88, 0.8))
    draw_days(axes, days, palette, size=12)
    return figure


def draw_days(axes: Axes, days: Days, palette: Palette, *, size: float) -> None:
    """Draw a bar for each day, the expected band behind it, and a triangle if a finding names the day."""
    top = max((bar.top for bar in days.bars), default=0) or 1
    written = formatter(days.kind)
    for place, bar in enumerate(days.bars):
        colour = palette.alert if bar.is_marked else palette.bar
        if bar.low is not None and bar.high is not None:
            axes.bar(place, bar.high - bar.low, 0.94, bottom=bar.low, color=palette.band, zorder=1)
        axes.bar(place, bar.value, 0.5, color=colour, gid=f"hint-{place}", zorder=2)
        if bar.middle is not None:
            axes.plot(
                [place - 0.47, place + 0.47], [bar.middle] * 2, color=palette.muted, lw=1, ls=(0, (3, 2)), zorder=3
            )
        axes.text(
            place,
            bar.top + top * 0.02,
            bar.mark + written(bar.value),
            ha="center",
            va="bottom",
            fontsize=size,
            fontweight="bold" if bar.is_marked else "normal",
            color=colour if bar.is_marked else palette.ink,
            zorder=4,
        )
    _scale_days(axes, days, palette, top=top, size=size)


def _scale_days(axes: Axes, days: Days, palette: Palette, *, top: float, size: float) -> None:
    written = formatter(days.kind)
    axes.set_xlim(-0.55, len(days.bars) - 0.45)
    axes.set_ylim(0, top * 1.14)
    axes.set_xticks(range(len(days.bars)), [bar.label for bar in days.bars], fontsize=size, color=palette.muted)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=days.kind is not Kind.PERCENT))
    ticks = [tick for tick in axes.get_yticks() if 0 < tick <= top * 1.14]
    axes.set_yticks(ticks, [written(tick) for tick in ticks], fontsize=size, color=palette.muted)
    axes.grid(axis="y", color=palette.line, lw=1)
    axes.set_axisbelow(True)


def failures_chart(models: Sequence[ModelFailures], palette: Palette) -> Figure:
    figure, axes = _rows(len(models), foot=4)
    scale = max(_LEAST_FAILURE_SCALE, *(model.rate for model in models))
    axes.set_xlim(0, scale)
    for place, model in enumerate(models):
        mark = "▲ " if model.is_marked else ""
        _row_head(axes, place, model.name, mark + shown(model.rate, Kind.PERCENT), palette)
        colour = palette.alert if model.is_marked else palette.bar
        axes.barh(place + 0.2, scale, 0.24, color=palette.band, zorder=1)
        axes.barh(place + 0.2, model.rate, 0.24, color=colour, gid=f"hint-{place}", zorder=2)
        axes.plot([FAILURE_LIMIT_PERCENT] * 2, [place + 0.03, place + 0.37], color=palette.ink, lw=1.5, zorder=3)
    return figure


def latency_chart(models: Sequence[ModelLatency], palette: Palette) -> Figure:
    """Return the chart of latencies on a logarithmic scale.

    Each model has a line from 50 to 99 percent of its requests: a dot at 50, strokes at 90 and 95, a diamond at 99.
    """
    figure, axes = _rows(len(models), foot=24)
    axes.set_xscale("log")
    axes.set_xlim(_FASTEST_DRAWN_SECONDS * 0.92, 180)
    for place, model in enumerate(models):
        _row_head(axes, place, model.name, f"{shown(model.p50)} s · {shown(model.p99)} s", palette)
        _latency_row(axes, place, model, palette)
    ticks = (1, 2, 5, 10, 20, 40, 80, 160)
    axes.set_xticks(ticks, [f"{tick}" for tick in ticks], fontsize=12, color=palette.muted)
    axes.set_xticks([], minor=True)
    axes.grid(axis="x", color=palette.line, lw=1)
    axes.set_axisbelow(True)
    return figure


def _latency_row(axes: Axes, place: int, model: ModelLatency, palette: Palette) -> None:
    half, ninety, near_all, last = (
        max(_FASTEST_DRAWN_SECONDS, seconds) for seconds in (model.p50, model.p90, model.p95, model.p99)
    )
    height = place + 0.2
    axes.plot(
        [half, last], [height] * 2, color=palette.bar, lw=3, solid_capstyle="round", gid=f"hint-{place}", zorder=2
    )
    axes.plot([half], [height], "o", ms=9, color=palette.bar, zorder=3)
    axes.plot([ninety, near_all], [height] * 2, "|", ms=13, mew=2, color=palette.ink, zorder=4)
    axes.plot([last], [height], "D", ms=7, mfc=palette.surface, mec=palette.bar, mew=2, zorder=3)


def hours_chart(counts: Sequence[int], palette: Palette) -> Figure:
    figure = new_figure(WIDTH, _HEIGHT)
    axes = bare_axes(figure, (0.11, 0.11, 0.88, 0.86))
    top = max(counts) or 1
    for hour, count in enumerate(counts):
        axes.bar(hour, count, 0.72, color=palette.bar, gid=f"hint-{hour}", zorder=2)
    axes.set_xlim(-0.6, 23.6)
    axes.set_ylim(0, top * 1.08)
    axes.set_xticks(range(0, 24, 4), [f"{hour:02d}:00" for hour in range(0, 24, 4)], color=palette.muted)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    ticks = [tick for tick in axes.get_yticks() if 0 < tick <= top * 1.08]
    written = formatter(Kind.NUMBER)
    axes.set_yticks(ticks, [written(tick) for tick in ticks], fontsize=12, color=palette.muted)
    axes.grid(axis="y", color=palette.line, lw=1)
    axes.set_axisbelow(True)
    return figure


def _rows(count: int, *, foot: int) -> tuple[Figure, Axes]:
    """Return a figure with a row for each model, the first at the top. Its name is above its bar, as it may be long."""
    height = _ROW * count + foot
    figure = new_figure(WIDTH, height)
    axes = bare_axes(figure, (0.015, foot / height, 0.97, 1 - foot / height))
    axes.set_ylim(count - 0.5, -0.5)
    axes.set_xticks([])
    axes.set_yticks([])
    return figure, axes


def _row_head(axes: Axes, place: int, name: str, value: str, palette: Palette) -> None:
    across = axes.get_yaxis_transform()
    axes.text(
        0, place - 0.06, shortened(name, _NAME_LENGTH), transform=across, ha="left", va="bottom", color=palette.ink
    )
    axes.text(1, place - 0.06, value, transform=across, ha="right", va="bottom", color=palette.ink, fontweight="bold")
