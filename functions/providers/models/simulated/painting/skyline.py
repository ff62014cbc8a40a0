"""Draws a city across the water."""

from collections.abc import Iterator, Sequence

from providers.models.simulated.painting.colour import lit
from providers.models.simulated.painting.forms import Form, Kind, Outline, box
from providers.models.simulated.painting.stage import Stage


def skyline(stage: Stage) -> Iterator[Form]:
    for k, depth in enumerate((0.15, 0.45, 0.8)):
        tops = [*_towers(stage, 0.5 - 0.1 * k, 0.05 + 0.012 * k)]
        yield Form(parts=tuple(tops), kind=Kind.LAND, tones=stage.tones(depth, 0.8), depth=depth)
        if k:
            yield _windows(stage, tops, depth)


def _towers(stage: Stage, high: float, wide: float) -> Iterator[Outline]:
    rng = stage.rng
    x = -stage.unit * 0.02
    while x < stage.width:
        across = stage.unit * wide * rng.uniform(0.7, 1.6)
        top = stage.shore - stage.height * high * rng.uniform(0.22, 1) ** 1.5
        yield box(x, top, x + across, stage.shore + 2)
        x += across * rng.uniform(0.85, 1.25)


def _windows(stage: Stage, towers: Sequence[Outline], depth: float) -> Form:
    rng = stage.rng
    panes: list[Outline] = []
    side = stage.unit * 0.0068
    for tower in towers:
        (left, top), (right, foot) = tower[0], tower[2]
        columns, rows = int((right - left) / side / 2), int((foot - top) / side / 2.4)
        for spot in range(columns * rows):
            if rng.random() < (0.5 if stage.night or stage.dim else 0.3):
                x, y = left + side * (0.6 + spot % columns * 2), top + side * (1 + spot // columns * 2.4)
                panes.append(box(x, y, x + side, y + side * 1.3))
    tone = lit(stage.palette.sun, 0.45)
    return Form(parts=tuple(panes) or ([(0, 0)] * 3,), kind=Kind.SPARK, tones=(tone,), depth=depth, opacity=0.85)
