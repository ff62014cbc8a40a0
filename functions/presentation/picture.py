"""Draws the week as one picture, for a mail and for a chat: headline, key figures, requests a day."""

from textwrap import wrap

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from presentation.canvas import LIGHT, bare_axes, new_figure, png
from presentation.charts import draw_days
from presentation.figures import KeyFigure, Opening
from presentation.series import Days
from presentation.words import shortened

_WIDTH, _HEIGHT = 864, 452.16
_DOTS_PER_INCH = 100
_DOTS_PER_INCH_TWICE = 144
_MARGIN = 0.04
_HEADLINE_LENGTH = 62
_CHANGE_LENGTH = 19


def picture(opening: Opening, days: Days) -> bytes:
    """Return the picture as a PNG of 1200 x 628 pixels, in light colours."""
    figure = new_figure(_WIDTH, _HEIGHT)
    figure.patch.set_facecolor(LIGHT.surface)
    _write(figure, _MARGIN, 0.93, shortened(f"Darkroom · {opening.title}", 90), size=12, colour=LIGHT.muted)
    _write_headline(figure, opening.headline)
    step = (1 - 2 * _MARGIN) / max(1, len(opening.figures))
    for place, key_figure in enumerate(opening.figures):
        _write_key_figure(figure, _MARGIN + place * step, key_figure)
    if days.is_empty:
        _write(figure, 0.5, 0.28, "Nothing to draw: no request in this week.", size=15, colour=LIGHT.muted, ha="center")
    else:
        _draw_days(figure, days)
    return png(figure, dots_per_inch=_DOTS_PER_INCH)


def days_picture(days: Days) -> bytes:
    """Return the chart alone as a PNG of 1100 x 460 pixels, for a mail.

    The mail shows it at half its size, in which its texts are as large as those of the mail.
    """
    figure = new_figure(550, 230)
    figure.patch.set_facecolor(LIGHT.surface)
    draw_days(bare_axes(figure, (0.075, 0.17, 0.92, 0.82)), days, LIGHT, size=13)
    return png(figure, dots_per_inch=_DOTS_PER_INCH_TWICE)


def _write_headline(figure: Figure, headline: str) -> None:
    lines = wrap(headline, _HEADLINE_LENGTH) or [""]
    if len(lines) > 2:  # noqa: PLR2004 - there is room for two lines
        lines = [lines[0], shortened(f"{lines[1]} {lines[2]}", _HEADLINE_LENGTH)]
    for place, line in enumerate(lines):
        _write(figure, _MARGIN, 0.852 - place * 0.056, line, size=20, colour=LIGHT.ink, weight="bold")


def _write_key_figure(figure: Figure, left: float, key_figure: KeyFigure) -> None:
    _write(figure, left, 0.685, key_figure.label, size=11, colour=LIGHT.muted)
    _write(figure, left, 0.62, key_figure.value, size=21, colour=LIGHT.ink, weight="bold")
    change = key_figure.change
    words = f"{change.arrow} {change.words.partition(' than')[0]}" if change.arrow else ""
    _write(figure, left, 0.563, shortened(words, _CHANGE_LENGTH), size=11, colour=LIGHT.muted)


def _draw_days(figure: Figure, days: Days) -> None:
    figure.add_artist(Line2D([_MARGIN, 1 - _MARGIN], [0.525, 0.525], color=LIGHT.line, lw=1))
    _write(figure, _MARGIN, 0.465, f"{days.title}. {days.note}", size=11, colour=LIGHT.muted)
    axes = bare_axes(figure, (0.075, 0.075, 0.885, 0.35))
    draw_days(axes, days, LIGHT, size=12)


def _write(
    figure: Figure,
    left: float,
    base: float,
    text: str,
    *,
    size: float,
    colour: str,
    weight: str = "normal",
    ha: str = "left",
) -> None:
    figure.text(left, base, text, fontsize=size, color=colour, fontweight=weight, ha=ha, va="baseline")
