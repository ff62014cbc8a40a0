"""Draws trees, alone and in woods."""

from collections.abc import Iterator
from random import Random

from providers.models.simulated.painting.colour import deep
from providers.models.simulated.painting.forms import Form, Kind, Outline, Point, box, ellipse, grounded, rolling
from providers.models.simulated.painting.stage import Stage


def pine(rng: Random, x: float, foot: float, high: float) -> Outline:
    tiers = 6
    wide = high * rng.uniform(0.2, 0.26)
    half: list[Point] = []
    for k in range(tiers):
        reach = wide * ((k + 1) / tiers) ** 0.85 * rng.uniform(0.85, 1.1)
        y = foot - high * (1 - (k + 1) / tiers * 0.93)
        half += [(reach, y), (reach * 0.55, y - high * 0.012)]
    tip = (x, foot - high)
    right = [(x + dx, y) for dx, y in half]
    left = [(x - dx * 0.96, y) for dx, y in reversed(half)]
    return [tip, *right, (x + wide * 0.08, foot), (x - wide * 0.08, foot), *left]


def pines(stage: Stage, foot: float, high: float, *, depth: float, count: int, ground: bool = False) -> Iterator[Form]:
    rng = stage.rng
    lie = rolling(rng, stage.width, foot, stage.height * 0.012)
    trees = []
    for k in range(count):
        x, y = lie[min(60, max(0, round((k + rng.uniform(-0.4, 0.4)) / count * 60)))]
        tall = stage.height * high * rng.uniform(0.5, 1.0)
        trees.append(pine(rng, x + rng.uniform(-0.5, 0.5) * stage.width / count, y + 2, tall))
    parts = (*trees, grounded(lie, stage.height)) if ground else tuple(trees)
    yield Form(parts=parts, kind=Kind.PLANT, tones=stage.tones(depth, 0.85), depth=depth)


def copse(stage: Stage, line: list[Point], depth: float) -> Form:
    rng = stage.rng
    parts: list[Outline] = []
    for _ in range(5):
        x, y = rng.choice(line[4:-4])
        r = stage.unit * (0.012 + 0.022 * depth) * rng.uniform(0.7, 1.3)
        parts += [ellipse(x + dx * r, y - (1.1 + dy) * r, r, r * 0.95, steps=24) for dx, dy in _CROWN]
        parts.append(box(x - r * 0.14, y - r, x + r * 0.14, y + r * 0.3))
    tones = (stage.land(depth + 0.2), deep(stage.land(depth + 0.35), 0.15))
    return Form(parts=tuple(parts), kind=Kind.PLANT, tones=tones, depth=depth)


_CROWN = ((0.0, 0.5), (-0.7, 0.1), (0.7, 0.15), (0.0, 0.0))
