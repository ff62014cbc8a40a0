"""Draws what land and sky are made of."""

from collections.abc import Iterator
from itertools import pairwise
from random import Random

from providers.models.simulated.painting import growth
from providers.models.simulated.painting.colour import Colour, deep, lit, mix
from providers.models.simulated.painting.forms import (
    Form,
    Kind,
    Outline,
    Point,
    bent,
    ellipse,
    grounded,
    jagged,
    rolling,
)
from providers.models.simulated.painting.stage import Stage


def cloud(rng: Random, x: float, y: float, size: float) -> tuple[Outline, ...]:
    puffs = []
    for k in range(9):
        along = (k - 4) / 4
        r = size * (0.14 + 0.2 * (1 - along * along)) * rng.uniform(0.7, 1.1)
        puffs.append(ellipse(x + along * size * 0.85, y - r * 0.55, r * 1.25, r * 0.8, steps=32))
    foot = [(x + (k - 10) / 10 * size * 1.1, y + size * 0.03 * (1 - abs(k - 10) / 10)) for k in range(21)]
    return (*puffs, [*foot, (x + size * 0.9, y - size * 0.08), (x - size * 0.9, y - size * 0.08)])


def range_of_peaks(stage: Stage, *, count: int, top: float, capped: bool = False) -> Iterator[Form]:
    for k in range(count):
        depth = 0.12 + 0.4 * k / max(1, count - 1) if count > 1 else 0.25
        high = top * stage.height * (1 - 0.26 * k)
        yield from _massif(stage, depth, high, capped=capped)


def _massif(stage: Stage, depth: float, high: float, *, capped: bool) -> Iterator[Form]:
    rng = stage.rng
    summits = _summits(stage, high)
    line: list[Point] = []
    sides: list[Outline] = []
    caps: list[Outline] = []
    for valley, peak, after in summits:
        up = jagged(rng, valley, peak, 0.14, rounds=5)
        down = jagged(rng, peak, after, 0.14, rounds=5)
        sides.append(_shaded_side(rng, peak, down, stage))
        caps.append(_cap(rng, up, down, peak, high))
        line += up + down[:-1]
    line.append(summits[-1][2])
    tones = stage.tones(depth, 0.75)
    yield Form(parts=(grounded(line, stage.shore + 2),), kind=Kind.LAND, tones=tones, depth=depth)
    shade = tuple(mix(deep(tone, 0.16), stage.palette.land, 0.12) for tone in tones)
    yield Form(parts=tuple(sides), kind=Kind.SHADE, tones=shade, depth=depth, opacity=0.8)
    if capped:
        snow = lit(mix(stage.haze, stage.palette.palest, 0.4), 0.75 - stage.dim)
        yield Form(parts=tuple(caps), kind=Kind.LAND, tones=(snow,), depth=depth, opacity=0.9)


def _summits(stage: Stage, high: float) -> list[tuple[Point, Point, Point]]:
    rng = stage.rng
    number = max(2, round(stage.width / stage.height * 3) + rng.randint(0, 2))
    stride = stage.width * 1.3 / number
    start = -stage.width * 0.15 - rng.uniform(0, stride / 2)
    feet = [(start + k * stride, stage.shore - high * rng.uniform(0.1, 0.4)) for k in range(number + 2)]
    peaks = []
    for before, after in pairwise(feet):
        x = before[0] + stride * rng.uniform(0.38, 0.62)
        peaks.append((before, (x, stage.shore - high * rng.uniform(0.62, 1.0)), after))
    return peaks


def _shaded_side(rng: Random, peak: Point, down: list[Point], stage: Stage) -> Outline:
    # The ridge between light and shade runs down from the summit, away from the light.
    away = 1 if stage.light[0] < peak[0] else -1
    foot = (peak[0] + away * (stage.shore - peak[1]) * -0.12, stage.shore)
    edge = jagged(rng, peak, foot, 0.22, rounds=4)
    if away > 0:
        return [*down, (down[-1][0], stage.shore), *reversed(edge)]
    reach = (peak[0] - (down[-1][0] - peak[0]) * 0.95, stage.shore)
    return [*jagged(rng, peak, reach, 0.02, rounds=2), *reversed(edge)]


def _cap(rng: Random, up: list[Point], down: list[Point], peak: Point, high: float) -> Outline:
    level = peak[1] + high * rng.uniform(0.2, 0.3)
    left = [point for point in up if point[1] < level]
    right = [point for point in down if point[1] < level]
    ends = (right or [peak])[-1], (left or [peak])[0]
    return [*left, *right, *jagged(rng, *ends, 0.35, rounds=4)]


def hills(stage: Stage, *, count: int, pale: float, trees: bool = False) -> Iterator[Form]:
    rng = stage.rng
    room = stage.height - stage.shore
    for k in range(count):
        depth = 0.45 + 0.5 * k / count
        foot = stage.shore + room * (k / count) ** 1.15
        line = rolling(rng, stage.width, foot, stage.height * 0.03, waves=0.8)
        own, faded = (lit(tone, pale * (1 - 0.3 * depth)) for tone in stage.tones(depth, 0.9))
        shaded = mix(deep(own, 0.2), stage.palette.sky, pale * 0.5)
        tones = (lit(faded, 0.35 * (1 - stage.dim)), own, shaded, deep(shaded, 0.2))
        yield Form(parts=(grounded(line, stage.height + 2),), kind=Kind.LAND, tones=tones, depth=depth)
        if trees and k < count - 1:
            yield growth.copse(stage, line, depth)


def bank(stage: Stage, *, trees: bool) -> Iterator[Form]:
    line = rolling(stage.rng, stage.width, stage.height * 0.95, stage.height * 0.02, waves=1)
    if trees:
        yield from growth.pines(stage, stage.height * 0.96, 0.2, depth=0.97, count=9)
    parts = (grounded(line, stage.height + 2),)
    yield Form(parts=parts, kind=Kind.LAND, tones=stage.tones(1.0), depth=1)


def dunes(stage: Stage) -> Iterator[Form]:
    rng = stage.rng
    room = stage.height - stage.shore
    away = 1 if stage.light[0] < stage.width / 2 else -1
    for k in range(5):
        depth = 0.25 + 0.15 * k
        foot = stage.shore + room * (k / 5) ** 1.15
        line = rolling(rng, stage.width, foot, stage.height * (0.016 + 0.008 * k), waves=0.55)
        own, faded = stage.tones(depth, 0.6)
        parts = (grounded(line, stage.height + 2),)
        tones = (lit(faded, 0.3 - stage.dim / 2), own)
        yield Form(parts=parts, kind=Kind.LAND, tones=tones, depth=depth)
        yield _lee(line, away * stage.height * (0.05 + 0.05 * k), (deep(own, 0.24), own), depth)


def _lee(line: list[Point], sweep: float, tones: tuple[Colour, Colour], depth: float) -> Form:
    """Return the dark side of a dune, which is turned away from the light, below a winding crest."""
    walk = line if sweep > 0 else line[::-1]
    parts = [_slope(walk, k, sweep) for k in range(1, 60) if walk[k - 1][1] >= walk[k][1] < walk[k + 1][1]]
    return Form(parts=tuple(parts) or (line[:3],), kind=Kind.SHADE, tones=tones, depth=depth, opacity=0.75)


def _slope(walk: list[Point], top: int, sweep: float) -> Outline:
    low = top
    while low < len(walk) - 1 and walk[low + 1][1] >= walk[low][1]:
        low += 1
    (x, y), (end, valley) = walk[top], walk[low]
    foot = (x - (end - x) * 0.12, valley + abs(sweep) * 1.4)
    crest = bent((x, y), (x + (end - x) * 0.34, y + (foot[1] - y) * 0.45), foot)
    hem = bent((end, valley), (x + (end - x) * 0.5, valley + abs(sweep) * 0.1), foot)
    return [*walk[top : low + 1], *hem, *reversed(crest)]


def flakes(stage: Stage) -> Form:
    rng = stage.rng
    spots = []
    for _ in range(150):
        r = stage.unit * (0.0012 + 0.004 * rng.random() ** 4)
        spots.append(ellipse(rng.uniform(0, stage.width), rng.uniform(0, stage.height), r, r, steps=10))
    return Form(parts=tuple(spots), kind=Kind.SPARK, tones=((255, 255, 255),), depth=1, opacity=0.85)
