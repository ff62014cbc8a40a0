"""Draws an animal and a person, with as few pieces as possible."""

from collections.abc import Iterator

from providers.models.simulated.painting.colour import Colour, deep, lit
from providers.models.simulated.painting.forms import Form, Kind, bent, blob, box, disc, ellipse, leaf, ribbon, smoothed
from providers.models.simulated.painting.pieces import backcloth, piece
from providers.models.simulated.painting.table import Table


def creature(table: Table) -> Iterator[Form]:
    yield from backcloth(table)
    s, x = table.span, table.middle[0]
    y = table.height * 0.5
    own, second = table.colour(2), table.colour(1)
    foot = table.height * 1.02
    spread = s * 0.2 + (foot - y - s * 0.12) * 0.34
    chest = [(x - s * 0.2, y + s * 0.12), (x + s * 0.2, y + s * 0.12), (x + spread, foot), (x - spread, foot)]
    yield piece((chest,), own, deep(own, 0.35))
    yield piece(
        ([(x - s * 0.12, y + s * 0.2), (x + s * 0.12, y + s * 0.2), (x, y + s * 0.52)],),
        lit(second, 0.6),
        lit(second, 0.3),
    )
    for side in (-1, 1):
        ear = [
            (x + side * s * 0.06, y - s * 0.17),
            (x + side * s * 0.25, y - s * 0.4),
            (x + side * s * 0.27, y - s * 0.04),
        ]
        inner = [
            (x + side * s * 0.12, y - s * 0.18),
            (x + side * s * 0.23, y - s * 0.32),
            (x + side * s * 0.235, y - s * 0.1),
        ]
        yield piece((ear,), deep(own, 0.1), own)
        yield piece((inner,), lit(second, 0.3), second)
    yield from _muzzle(table, x, y)


def _muzzle(table: Table, x: float, y: float) -> Iterator[Form]:
    s, own = table.span, table.colour(2)
    half = smoothed([(0.0, -0.2), (0.2, -0.17), (0.29, -0.02), (0.27, 0.09), (0.1, 0.25), (0.0, 0.28)])
    for side, tone in ((-1, lit(own, 0.2)), (1, deep(own, 0.06))):
        yield piece(([(x + side * dx * s, y + dy * s) for dx, dy in half],), tone, deep(tone, 0.12))
        cheek = [(0.0, 0.0), (0.06, 0.08), (0.26, 0.09), (0.1, 0.25), (0.0, 0.28)]
        yield piece(([(x + side * dx * s, y + dy * s) for dx, dy in cheek],), lit(tone, 0.65), lit(tone, 0.5))
        yield from _eye(table, x + side * s * 0.13, y + s * 0.0, side)
    nose = [(x - s * 0.035, y + s * 0.135), (x + s * 0.035, y + s * 0.135), (x, y + s * 0.18)]
    yield piece((nose,), table.palette.ink)
    whiskers = tuple(
        ribbon(
            [
                (x + side * s * 0.06, y + s * (0.17 + 0.012 * k)),
                (x + side * s * 0.33, y + s * (0.1 + 0.05 * k)),
            ],
            [s * 0.004, s * 0.001],
        )
        for side in (-1, 1)
        for k in range(3)
    )
    yield piece(whiskers, deep(table.palette.ink, 0.1), kind=Kind.SPARK)


def _eye(table: Table, x: float, y: float, side: int) -> Iterator[Form]:
    s = table.span
    yield piece((ellipse(x, y, s * 0.062, s * 0.04, turn=-side * 0.3),), table.palette.ink)
    yield piece(
        (ellipse(x, y, s * 0.052, s * 0.033, turn=-side * 0.3),),
        lit(table.colour(0), 0.4),
        table.colour(0),
        kind=Kind.SHADE,
    )
    yield piece((ellipse(x, y, s * 0.014, s * 0.034),), table.palette.ink, kind=Kind.SHADE)
    yield piece((disc(x - s * 0.012, y - s * 0.012, s * 0.009),), (255, 255, 255), kind=Kind.SPARK)


def bust(table: Table) -> Iterator[Form]:
    yield from backcloth(table)
    s, x, y = table.span, table.middle[0], table.height * 0.5
    rng = table.rng
    skin, hair, cloth = lit(table.colour(1), 0.45), deep(table.colour(2), 0.35), table.colour(2)
    back = blob(rng, x, y - s * 0.07, s * 0.27, wobble=0.12)
    yield piece((back, box(x - s * 0.25, y - s * 0.08, x + s * 0.25, y + s * 0.24)), lit(hair, 0.1), hair)
    body = smoothed([(0.0, 0.26), (0.16, 0.3), (0.38, 0.4), (0.46, 0.7), (0.46, 1.2), (0.0, 1.2)])
    outline = [(x + dx * s, y + dy * s) for dx, dy in body] + [(x - dx * s, y + dy * s) for dx, dy in reversed(body)]
    yield piece((outline,), cloth, deep(cloth, 0.3))
    yield piece(
        (
            box(x - s * 0.075, y + s * 0.1, x + s * 0.075, y + s * 0.33),
            ellipse(x, y + s * 0.33, s * 0.1, s * 0.06),
        ),
        deep(skin, 0.14),
    )
    face = smoothed([(0.0, -0.24), (0.12, -0.23), (0.19, -0.12), (0.185, 0.04), (0.11, 0.17), (0.0, 0.22)])
    for side, tone in ((-1, skin), (1, deep(skin, 0.09))):
        yield piece(([(x + side * dx * s, y + dy * s) for dx, dy in face],), lit(tone, 0.15), tone)
    yield from _features(table, x, y, skin)
    fringe = [
        (-0.21, 0.02),
        (-0.23, -0.2),
        (-0.08, -0.32),
        (0.12, -0.31),
        (0.23, -0.2),
        (0.21, 0.02),
        (0.15, -0.14),
        (-0.02, -0.2),
        (-0.16, -0.12),
    ]
    yield piece(([(x + dx * s, y + dy * s) for dx, dy in smoothed(fringe)],), lit(hair, 0.18), hair)


def _features(table: Table, x: float, y: float, skin: Colour) -> Iterator[Form]:
    s, ink = table.span, table.palette.ink
    for side in (-1, 1):
        spot = x + side * s * 0.085
        brow = ribbon(
            bent((spot - s * 0.04, y - s * 0.068), (spot, y - s * 0.095), (spot + s * 0.04, y - s * 0.068)),
            [s * 0.012] * 21,
        )
        yield piece((brow,), ink, kind=Kind.SHADE)
        yield piece((ellipse(spot, y - s * 0.03, s * 0.036, s * 0.019),), (255, 255, 255), kind=Kind.SHADE)
        yield piece((disc(spot, y - s * 0.03, s * 0.018),), ink, kind=Kind.SHADE)
        yield piece(
            (ellipse(x + side * s * 0.11, y + s * 0.05, s * 0.035, s * 0.022),),
            table.palette.sun,
            kind=Kind.SHADE,
        )
    nose = [(x, y - s * 0.04), (x + s * 0.03, y + s * 0.06), (x - s * 0.004, y + s * 0.066)]
    yield piece((nose,), deep(skin, 0.2), kind=Kind.SHADE)
    yield piece(
        (leaf(x - s * 0.055, y + s * 0.115, s * 0.11, 0.0, fat=0.3),),
        deep(table.palette.sun, 0.25),
        kind=Kind.SHADE,
    )
