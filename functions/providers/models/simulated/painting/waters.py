"""Draws still water with its reflections, and the sea with its waves."""

import math
from collections.abc import Iterator, Sequence

from providers.models.simulated.painting.colour import Colour, blend, deep, lit, mix
from providers.models.simulated.painting.forms import (
    Form,
    Kind,
    box,
    ellipse,
    grounded,
    jagged,
    mirrored,
    ribbon,
    rolling,
)
from providers.models.simulated.painting.stage import Stage


def water(stage: Stage, above: Sequence[Form]) -> Iterator[Form]:
    top = stage.shore
    tones = (
        lit(stage.haze, 0.15),
        lit(stage.water, 0.35 - stage.dim / 2),
        stage.water,
        deep(stage.water, 0.3),
    )
    parts = (box(-2, top, stage.width + 2, stage.height + 2),)
    yield Form(parts=parts, kind=Kind.WATER, tones=tones, depth=0.6)
    for form in above:
        echoes = tuple(mirrored(part, top) for part in form.parts)
        faded = tuple(mix(tone, stage.water, 0.3) for tone in reversed(form.tones))
        yield Form(parts=echoes, kind=Kind.ECHO, tones=faded, depth=form.depth, opacity=0.5)
    yield _ripples(stage, stage.width / 2, stage.width * 0.6, lit(stage.water, 0.35), 46)
    yield _ripples(stage, stage.light[0], stage.unit * 0.09, lit(stage.shine, 0.25), 60)


def _ripples(stage: Stage, x: float, spread: float, colour: Colour, count: int) -> Form:
    rng = stage.rng
    deepness = stage.height - stage.shore
    streaks = []
    for k in range(count):
        share = (k + rng.random()) / count
        y = stage.shore + deepness * (share**1.4 * 0.96 + 0.012)
        long = stage.unit * (0.012 + 0.05 * share) * rng.uniform(0.5, 1.4)
        middle = x + rng.gauss(0, 0.5) * spread * (0.6 + share)
        streaks.append(ellipse(middle, y, long, stage.unit * (0.0009 + 0.0022 * share), steps=12))
    return Form(parts=tuple(streaks), kind=Kind.SPARK, tones=(colour,), depth=0.6, opacity=0.7)


def islands(stage: Stage) -> Iterator[Form]:
    rng = stage.rng
    for depth in (0.2, 0.4):
        left = rng.uniform(-0.2, 0.6) * stage.width
        wide = stage.width * rng.uniform(0.3, 0.6)
        peak = (left + wide * rng.uniform(0.3, 0.7), stage.shore - stage.height * rng.uniform(0.05, 0.13))
        up = jagged(rng, (left, stage.shore), peak, 0.16, rounds=5)
        down = jagged(rng, peak, (left + wide, stage.shore), 0.16, rounds=5)
        land = [point for point in up + down if point[1] <= stage.shore]
        parts = ([*land, (left + wide, stage.shore), (left, stage.shore)],)
        yield Form(parts=parts, kind=Kind.LAND, tones=stage.tones(depth, 0.5), depth=depth)


def waves(stage: Stage) -> Iterator[Form]:
    rng = stage.rng
    for k in range(1, 5):
        share = (k / 5) ** 1.3
        y = stage.shore + (stage.height - stage.shore) * share * 0.86
        line = rolling(rng, stage.width, y, stage.unit * 0.008 * (1 + k), waves=2.4)
        tone = mix(stage.water, blend(stage.ramp, share), 0.25 + 0.3 * share)
        tones = (lit(tone, 0.22), tone, deep(tone, 0.16 + stage.dim / 2))
        yield Form(parts=(grounded(line, stage.height + 2),), kind=Kind.WATER, tones=tones, depth=share, opacity=0.72)
        widths = [stage.unit * 0.0028 * k * math.sin(n * 0.31 + k * 2) ** 2 for n in range(len(line))]
        foam = lit(tone, 0.8 - stage.dim)
        yield Form(parts=(ribbon(line, widths),), kind=Kind.SPARK, tones=(foam,), depth=share, opacity=0.85)


def beach(stage: Stage) -> Iterator[Form]:
    line = rolling(stage.rng, stage.width, stage.height * 0.93, stage.height * 0.02, waves=0.7)
    sand = deep(lit(stage.palette.sun, 0.35), stage.dim)
    foam = [(x, y - stage.unit * 0.012) for x, y in line]
    edge = ribbon(foam, [stage.unit * 0.02 * stage.rng.uniform(0.4, 1) for _ in foam])
    yield Form(parts=(edge,), kind=Kind.SPARK, tones=(lit(stage.haze, 0.7),), depth=0.9, opacity=0.8)
    parts = (grounded(line, stage.height + 2),)
    yield Form(parts=parts, kind=Kind.LAND, tones=(sand, deep(sand, 0.2)), depth=0.95)
