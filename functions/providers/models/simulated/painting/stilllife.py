"""Draws flowers in a vase, and a table laid in front of an arch."""

import math
from collections.abc import Iterator

from providers.models.simulated.painting.colour import deep, lit, mix
from providers.models.simulated.painting.forms import (
    Form,
    Kind,
    Outline,
    Point,
    bent,
    box,
    disc,
    ellipse,
    leaf,
    ribbon,
    smoothed,
)
from providers.models.simulated.painting.pieces import backcloth, piece
from providers.models.simulated.painting.table import Table


def flowers(table: Table) -> Iterator[Form]:
    yield from backcloth(table)
    rng = table.rng
    x = table.middle[0]
    foot = table.height * 0.5 + table.span * 0.24
    stems: list[Outline] = []
    leaves: list[Outline] = []
    heads: list[tuple[Point, float]] = []
    for k in range(7):
        lean = (k - 3) / 3
        tall = table.span * (0.56 - 0.22 * abs(lean) ** 1.6) * rng.uniform(0.85, 1.1)
        tip = (x + lean * table.span * 0.34, foot - tall)
        stem = bent((x + lean * table.span * 0.02, foot), (x + lean * table.span * 0.06, foot - tall * 0.6), tip)
        stems.append(ribbon(stem, [table.span * 0.009] * len(stem)))
        leaves += _leaves(table, stem, lean)
        heads.append((tip, table.span * rng.uniform(0.055, 0.095)))
    green = deep(table.colour(1), 0.3)
    yield piece(tuple(stems), green)
    yield piece(tuple(leaves[::2]), table.colour(1), green)
    yield piece(tuple(leaves[1::2]), lit(table.colour(1), 0.3), deep(table.colour(1), 0.12))
    for k, (tip, r) in enumerate(heads):
        yield from _bloom(table, tip, r, k)
    yield from _vase(table, x, foot, table.span * 0.15, 2)


def _leaves(table: Table, stem: list[Point], lean: float) -> Iterator[Outline]:
    for k in (7, 11, 15):
        for side in (-1, 1):
            angle = -math.pi / 2 + lean * 0.5 + side * table.rng.uniform(0.6, 1.0)
            length = table.span * table.rng.uniform(0.08, 0.14)
            yield leaf(*stem[k], length, angle, fat=0.34, bend=side * 0.5)


def _bloom(table: Table, tip: Point, r: float, k: int) -> Iterator[Form]:
    own = table.colour(2 + k % 2 * 2) if k % 3 else lit(table.colour(2), 0.45)
    count = 6 + k % 3
    turn = table.rng.uniform(0, 1)
    outer = tuple(leaf(*tip, r * 1.45, turn + n * math.tau / count, fat=0.66) for n in range(count))
    inner = tuple(leaf(*tip, r * 0.9, turn + (n + 0.5) * math.tau / count, fat=0.6) for n in range(count))
    yield piece(outer, lit(own, 0.12), deep(own, 0.1))
    yield piece(inner, lit(own, 0.42), lit(own, 0.1))
    yield piece((disc(*tip, r * 0.3),), mix(table.palette.ink, table.colour(0), 0.35))


def still_life(table: Table) -> Iterator[Form]:
    yield from _arch(table)
    s = table.span
    x, foot = table.middle[0], table.height * 0.5 + s * 0.26
    yield from _vase(table, x - s * 0.17, foot - s * 0.3, s * 0.17, 2)
    yield from _sprig(table, (x - s * 0.17, foot - s * 0.38))
    yield from _cup(table, x + s * 0.2, foot - s * 0.1)
    for dx, dy, r, k in ((-0.01, 0.03, 0.075, 1), (0.1, 0.06, 0.06, 2), (-0.33, 0.04, 0.065, 0)):
        spot = (x + s * dx, foot - s * r + s * dy)
        yield piece((disc(*spot, s * r),), *table.shades(k), solid=True)
        yield piece((leaf(spot[0], spot[1] - s * r * 0.95, s * r * 0.9, -0.7, fat=0.45),), deep(table.colour(1), 0.35))


def _arch(table: Table) -> Iterator[Form]:
    s, x, y = table.span, table.middle[0], table.middle[1]
    for k, (wide, own) in enumerate(
        ((0.43, table.colour(0)), (0.33, lit(table.colour(1), 0.35)), (0.23, lit(table.colour(0), 0.55)))
    ):
        top = y - s * (0.12 - 0.02 * k)
        curve = [
            (x - math.cos(n * math.pi / 40) * s * wide, top - math.sin(n * math.pi / 40) * s * wide) for n in range(41)
        ]
        yield piece(([*curve, (x + s * wide, table.height), (x - s * wide, table.height)],), lit(own, 0.2), own)
    board = deep(mix(table.colour(1), table.palette.land, 0.5), 0.25)
    yield piece((box(-9, y + s * 0.22, table.width + 9, table.height + 9),), lit(board, 0.25), board, kind=Kind.LAND)


def _sprig(table: Table, foot: Point) -> Iterator[Form]:
    s = table.span
    for lean in (-0.5, 0.15, 0.7):
        tip = (foot[0] + lean * s * 0.2, foot[1] - s * 0.32)
        stem = bent(foot, (foot[0], foot[1] - s * 0.2), tip)
        leaves = [
            leaf(*stem[k], s * 0.085, -1.57 + lean * 0.5 + side * 0.8, fat=0.36)
            for k in range(6, 20, 3)
            for side in (-1, 1)
        ]
        own = deep(table.colour(1), 0.15 + 0.1 * lean)
        yield piece((ribbon(stem, [s * 0.007] * len(stem)), *leaves), lit(own, 0.2), deep(own, 0.2))


def _vase(table: Table, x: float, top: float, r: float, index: int) -> Iterator[Form]:
    profile = [
        (0.62, -0.5),
        (0.5, -0.35),
        (0.55, -0.1),
        (0.95, 0.45),
        (1.05, 0.95),
        (0.85, 1.45),
        (0.55, 1.7),
    ]
    smooth = smoothed(profile)
    outline = [(x + dx * r, top + dy * r) for dx, dy in smooth] + [
        (x - dx * r, top + dy * r) for dx, dy in reversed(smooth)
    ]
    yield piece((outline,), *table.shades(index), solid=True)
    stripe = ribbon(
        [(x + (k - 6) / 6 * r * 0.98, top + r * (0.72 + 0.06 * (1 - (k / 6 - 1) ** 2))) for k in range(13)],
        [r * 0.16] * 13,
    )
    yield piece((stripe,), lit(table.colour(0), 0.25), table.colour(0), kind=Kind.SHADE)


def _cup(table: Table, x: float, top: float) -> Iterator[Form]:
    r = table.span * 0.115
    ring = [
        (
            x + r + math.cos(k * math.pi / 12 - math.pi / 2) * r * 0.5,
            top + r * 0.55 + math.sin(k * math.pi / 12 - math.pi / 2) * r * 0.36,
        )
        for k in range(13)
    ]
    yield piece((ribbon(ring, [r * 0.15] * 13),), deep(table.colour(3), 0.1))
    side = smoothed([(1.0, 0.0), (1.0, 0.6), (0.8, 1.15), (0.5, 1.3)])
    body = [(x + dx * r, top + dy * r) for dx, dy in side] + [(x - dx * r, top + dy * r) for dx, dy in reversed(side)]
    yield piece((body,), *table.shades(3), solid=True)
    yield piece((ellipse(x, top, r, r * 0.22),), lit(table.colour(3), 0.55), kind=Kind.SHADE)
    yield piece((ellipse(x, top + r * 0.03, r * 0.85, r * 0.15),), deep(table.palette.land, 0.45), kind=Kind.SHADE)
