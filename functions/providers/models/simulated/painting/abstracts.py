"""Draws Model B's abstract subjects: orbs and orbits, ribbons, layered paper, a cut stone."""

import math
from collections.abc import Iterator
from itertools import pairwise

from providers.models.simulated.painting.colour import Colour, deep, lit, mix
from providers.models.simulated.painting.forms import Form, Kind, Outline, Point, blob, disc, ellipse, ribbon
from providers.models.simulated.painting.table import Table


def orbs(table: Table) -> Iterator[Form]:
    yield _dust(table)
    x, y = table.middle
    r = table.span * table.rng.uniform(0.25, 0.29)
    tilt = table.rng.uniform(-0.45, 0.45)
    yield from _orbits(table, (x, y), r)
    yield _ring(table, (x, y), r, tilt, math.pi)
    yield Form(parts=(disc(x, y, r),), kind=Kind.OBJECT, tones=table.shades(0), round=True)
    yield from _bands(table, (x, y), r, tilt)
    yield _ring(table, (x, y), r, tilt, 0)
    yield from _moons(table, (x, y), r)


def _ring(table: Table, middle: Point, r: float, tilt: float, start: float) -> Form:
    c, s = math.cos(tilt), math.sin(tilt)
    spine = []
    for k in range(49):
        angle = start + k * math.pi / 48
        dx, dy = math.cos(angle) * r * 1.65, math.sin(angle) * r * 0.42
        spine.append((middle[0] + c * dx - s * dy, middle[1] + s * dx + c * dy))
    widths = [r * (0.06 + 0.1 * math.sin(k * math.pi / 48)) for k in range(49)]
    tones = (lit(table.colour(1), 0.25), table.colour(1))
    return Form(parts=(ribbon(spine, widths),), kind=Kind.OBJECT, tones=tones)


def _dust(table: Table) -> Form:
    rng = table.rng
    spots = []
    for _ in range(150):
        r = table.unit * (0.0009 + 0.004 * rng.random() ** 5)
        spots.append(ellipse(rng.uniform(0, table.width), rng.uniform(0, table.height), r, r, steps=10))
    return Form(parts=tuple(spots), kind=Kind.SPARK, tones=(lit(table.palette.palest, 0.6),))


def _orbits(table: Table, middle: Point, r: float) -> Iterator[Form]:
    for k in range(4):
        far = r * (1.5 + 0.55 * k)
        spine = ellipse(*middle, far, far, steps=120)
        line = ribbon([*spine, spine[0]], [table.unit * 0.0028] * 121)
        yield Form(parts=(line,), kind=Kind.SPARK, tones=(table.colour(k),), opacity=0.75)


def _bands(table: Table, middle: Point, r: float, tilt: float) -> Iterator[Form]:
    c, s = math.cos(tilt), math.sin(tilt)
    for k, level in enumerate((-0.62, -0.2, 0.3, 0.66)):
        half = math.sqrt(1 - level * level) * 0.985
        spots = [(half * (n - 12) / 12, level + 0.1 * (1 - (n / 12 - 1) ** 2)) for n in range(25)]
        spine = [(middle[0] + r * (c * dx - s * dy), middle[1] + r * (s * dx + c * dy)) for dx, dy in spots]
        fat = [r * (0.09 + 0.05 * (k % 2)) * math.sqrt(max(0.0, 1 - (n / 12 - 1) ** 2)) for n in range(25)]
        tone = mix(table.colour(k % 2), table.colour(2), 0.6)
        yield Form(parts=(ribbon(spine, fat),), kind=Kind.SHADE, tones=(tone,), opacity=0.7)


def _moons(table: Table, middle: Point, r: float) -> Iterator[Form]:
    rng = table.rng
    start = rng.uniform(0, math.tau)
    for k in range(6):
        far = r * (1.5 + 0.55 * (k % 4))
        angle = start + k * 2.4
        spot = (middle[0] + math.cos(angle) * far, middle[1] + math.sin(angle) * far)
        size = r * rng.choice((0.1, 0.16, 0.24))
        yield Form(parts=(disc(*spot, size),), kind=Kind.OBJECT, tones=table.shades(k + 1), round=True)


def ribbons(table: Table) -> Iterator[Form]:
    """Yield bands that follow one flowing field, the far ones first."""
    rng = table.rng
    sun = table.span * 0.19
    spot = (table.width * rng.uniform(0.3, 0.7), table.height * 0.27)
    yield Form(
        parts=(disc(*spot, sun),),
        kind=Kind.LIGHT,
        tones=(lit(table.palette.sun, 0.3), table.palette.sun),
        round=True,
    )
    field = [(rng.uniform(0.6, 1.6) * n, rng.uniform(0, math.tau), 0.16 / n) for n in (1, 2, 3)]
    count = 13
    for k in range(count):
        level = 0.3 + 0.78 * k / count
        own = table.colour(k) if k % 4 else lit(table.colour(k), 0.45)
        tones = (lit(own, 0.18), own, deep(own, 0.12 + 0.1 * (k % 2)))
        parts = (_flow(table, field, level, k),)
        yield Form(parts=parts, kind=Kind.OBJECT, tones=tones, depth=k / count)


def _flow(table: Table, field: list[tuple[float, float, float]], level: float, k: int) -> Outline:
    spine, widths = [], []
    for n in range(61):
        share = n / 60 * 1.1 - 0.05
        bend = sum(math.sin(share * math.tau * f + p + k * 0.16) * size for f, p, size in field)
        spine.append((share * table.width, (level + bend * (0.45 + 0.06 * k)) * table.height))
        widths.append(table.height * (0.05 + 0.045 * math.sin(share * 5 + k * 1.7) ** 2))
    return ribbon(spine, widths)


def strata(table: Table) -> Iterator[Form]:
    """Yield a light, and sheets of paper over it, each with a larger hole than the one below."""
    rng = table.rng
    x, y = table.middle
    count = 8
    glow = table.palette.sun
    yield Form(parts=(disc(x, y, table.unit * 0.35),), kind=Kind.LIGHT, tones=(lit(glow, 0.5), lit(glow, 0.15)))
    for k in range(count):
        share = (k + 1) / count
        hole = blob(rng, x, y, table.span * (0.1 + 0.46 * share), wobble=0.2 + 0.16 * share, steps=120)
        own = table.colour(k)
        tones = (lit(own, 0.3 * (1 - share)), deep(own, 0.42 * share))
        yield Form(parts=(_around(table, hole),), kind=Kind.OBJECT, tones=tones, depth=share, edges=(hole,))


def _around(table: Table, hole: Outline) -> Outline:
    # The outline has a slit: it runs around the sheet, in to the hole, around that, and out again.
    far = table.unit * 1.5
    x, y = table.middle
    start = hole[0]
    frame = [
        (x + far, y),
        (x + far, y + far),
        (x - far, y + far),
        (x - far, y - far),
        (x + far, y - far),
        (x + far, y),
    ]
    return [*frame, start, *reversed(hole), start, (x + far, y)]


def gem(table: Table) -> Iterator[Form]:
    yield from _shards(table)
    x, y = table.middle
    r = table.span * 0.36
    rings = [_corners(table, (x, y), r * size, 9, turn) for size, turn in ((1.0, 0.0), (0.66, 0.35), (0.3, 0.1))]
    facets = [*_between(rings[0], rings[1]), *_between(rings[1], rings[2])]
    facets += [[(x, y), a, b] for a, b in zip(rings[2], rings[2][1:] + rings[2][:1], strict=True)]
    for facet in facets:
        yield Form(parts=(facet,), kind=Kind.OBJECT, tones=(_facet_tone(table, facet, (x, y), r),))


def _corners(table: Table, middle: Point, r: float, count: int, turn: float) -> list[Point]:
    rng = table.rng
    corners = []
    for k in range(count):
        angle = turn + (k + rng.uniform(-0.18, 0.18)) * math.tau / count
        far = r * rng.uniform(0.88, 1.08)
        corners.append((middle[0] + math.cos(angle) * far, middle[1] + math.sin(angle) * far * 1.22))
    return corners


def _between(outer: list[Point], inner: list[Point]) -> Iterator[Outline]:
    for k in range(len(outer)):
        after = (k + 1) % len(outer)
        yield [outer[k], outer[after], inner[k]]
        yield [inner[k], inner[after], outer[after]]


def _facet_tone(table: Table, facet: Outline, middle: Point, r: float) -> Colour:
    x = sum(point[0] for point in facet) / len(facet) - middle[0]
    y = sum(point[1] for point in facet) / len(facet) - middle[1]
    facing = (-0.6 * x - 0.8 * y) / r + table.rng.uniform(-0.28, 0.28)
    ramp = (table.colour(0), table.colour(1), table.colour(2))
    own = ramp[min(2, max(0, round(1 + x / r * 1.3 + table.rng.uniform(-0.7, 0.7))))]
    return lit(own, min(0.75, facing)) if facing > 0 else deep(own, min(0.55, -facing * 0.7))


def _shards(table: Table) -> Iterator[Form]:
    """Yield a low-poly ground: a grid whose crossings are moved at random, with each cell cut in two."""
    rng = table.rng
    across = 6
    down = max(3, round(across * table.height / table.width))
    sx, sy = table.width / across, table.height / down
    grid = [
        [((c + rng.uniform(-0.36, 0.36)) * sx, (r + rng.uniform(-0.36, 0.36)) * sy) for c in range(-1, across + 2)]
        for r in range(-1, down + 2)
    ]
    for upper, lower in pairwise(grid):
        for k in range(len(upper) - 1):
            yield _shard(table, [upper[k], upper[k + 1], lower[k]])
            yield _shard(table, [upper[k + 1], lower[k + 1], lower[k]])


def _shard(table: Table, corners: Outline) -> Form:
    middle = sum(y for _, y in corners) / 3 / table.height
    own = mix(table.colour(-1), table.colour(0), 0.15 + 0.2 * middle)
    drift = table.rng.uniform(-0.1, 0.1)
    tone = deep(own, 0.62 + drift - 0.2 * middle) if table.dark else lit(own, max(0.0, 0.5 - 0.45 * middle + drift))
    return Form(parts=(corners,), kind=Kind.LAND, tones=(tone,), depth=0.1)
