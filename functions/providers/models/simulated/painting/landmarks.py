"""Draws small things into a landscape that a prompt may name."""

from collections.abc import Callable, Iterator

from providers.models.simulated.painting.colour import deep, lit
from providers.models.simulated.painting.forms import Form, Kind, Outline, box, ellipse, leaf, ribbon
from providers.models.simulated.painting.stage import Stage
from providers.models.simulated.painting.words import Motif


def placed(stage: Stage, asked: Motif) -> Iterator[Form]:
    things = set(asked.things)
    if asked.place == "sea" and not things:
        things |= {"boat", "birds"}
    if not things:
        things = {stage.rng.choice(("birds", "balloon", "birds"))}
    for name in sorted(things):
        yield from _LANDMARKS[name](stage)


def _boat(stage: Stage) -> Iterator[Form]:
    u = stage.unit * 0.07
    x, y = stage.width - stage.light[0] + stage.unit * 0.03, stage.shore + (stage.height - stage.shore) * 0.26
    hull = [(x - u, y), (x + u, y), (x + u * 0.62, y + u * 0.32), (x - u * 0.7, y + u * 0.32)]
    mast = box(x - u * 0.02, y - u * 1.9, x + u * 0.02, y)
    main = [
        (x + u * 0.06, y - u * 1.85),
        (x + u * 0.45, y - u * 0.8),
        (x + u * 0.92, y - u * 0.14),
        (x + u * 0.06, y - u * 0.12),
    ]
    jib = [(x - u * 0.06, y - u * 1.7), (x - u * 0.06, y - u * 0.12), (x - u * 0.75, y - u * 0.14)]
    sail = lit(stage.palette.sun, 0.5)
    yield Form(
        parts=(ellipse(x, y + u * 0.36, u * 0.9, u * 0.05),),
        kind=Kind.ECHO,
        tones=(deep(stage.water, 0.4),),
        opacity=0.6,
    )
    yield Form(parts=(main, jib), kind=Kind.OBJECT, tones=(sail, stage.palette.sun), depth=0.8)
    yield Form(parts=(hull, mast), kind=Kind.OBJECT, tones=(deep(stage.palette.land, 0.35),), depth=0.85)


def _birds(stage: Stage) -> Iterator[Form]:
    rng = stage.rng
    x, y = stage.width * rng.uniform(0.3, 0.6), stage.shore * rng.uniform(0.3, 0.5)
    wings: list[Outline] = []
    for _ in range(rng.randint(5, 8)):
        cx, cy = x + rng.gauss(0, 0.1) * stage.unit, y + rng.gauss(0, 0.045) * stage.unit
        u = stage.unit * rng.uniform(0.009, 0.02)
        span = [
            (-1.0, -0.15),
            (-0.55, -0.45),
            (-0.2, -0.2),
            (0.0, 0.1),
            (0.2, -0.2),
            (0.55, -0.5),
            (1.0, -0.2),
        ]
        widths = [0.02, 0.16, 0.2, 0.24, 0.2, 0.16, 0.02]
        wings.append(ribbon([(cx + dx * u, cy + dy * u) for dx, dy in span], [w * u for w in widths]))
    yield Form(parts=tuple(wings), kind=Kind.OBJECT, tones=(stage.palette.ink,), depth=0.8)


def _balloon(stage: Stage) -> Iterator[Form]:
    rng = stage.rng
    for k in range(3):
        r = stage.unit * (0.085, 0.045, 0.03)[k]
        x = stage.width - stage.light[0] + stage.unit * (0.0, 0.2, -0.17)[k]
        y = stage.shore * (0.36, 0.6, 0.2)[k] + rng.uniform(-0.02, 0.02) * stage.unit
        colour = stage.palette.nth(k)
        yield from _aloft(x, y, r, stage, colour)


def _aloft(x: float, y: float, r: float, stage: Stage, colour: tuple[int, int, int]) -> Iterator[Form]:
    skirt = [
        (x - r * 0.82, y + r * 0.55),
        (x + r * 0.82, y + r * 0.55),
        (x + r * 0.16, y + r * 1.35),
        (x - r * 0.16, y + r * 1.35),
    ]
    ropes = [
        (x - r * 0.16, y + r * 1.35),
        (x + r * 0.16, y + r * 1.35),
        (x + r * 0.12, y + r * 1.6),
        (x - r * 0.12, y + r * 1.6),
    ]
    body = (ellipse(x, y, r, r), skirt)
    own = deep(colour, stage.dim / 2)
    yield Form(parts=body, kind=Kind.OBJECT, tones=(lit(own, 0.25), own, deep(own, 0.25)), depth=0.6, round=True)
    stripes = tuple(ellipse(x, y + r * 0.02, r * part, r * 0.99) for part in (0.62,))
    yield Form(parts=stripes, kind=Kind.SHADE, tones=(lit(own, 0.55), lit(own, 0.3)), depth=0.6, opacity=0.8)
    yield Form(parts=(ellipse(x, y, r * 0.24, r * 0.99),), kind=Kind.SHADE, tones=(own, deep(own, 0.2)), depth=0.6)
    basket = box(x - r * 0.13, y + r * 1.55, x + r * 0.13, y + r * 1.78)
    yield Form(parts=(ropes, basket), kind=Kind.SHADE, tones=(deep(stage.palette.land, 0.4),), depth=0.6)


def _house(stage: Stage) -> Iterator[Form]:
    u = stage.unit * 0.06
    x, y = stage.width - stage.light[0], stage.height * 0.9
    wall = box(x - u, y - u, x + u, y + u * 0.25)
    roof = [
        (x - u * 1.2, y - u * 0.95),
        (x - u * 0.7, y - u * 1.75),
        (x + u * 0.7, y - u * 1.75),
        (x + u * 1.2, y - u * 0.95),
    ]
    chimney = box(x + u * 0.35, y - u * 2.0, x + u * 0.6, y - u * 1.5)
    panes = (
        box(x - u * 0.7, y - u * 0.7, x - u * 0.25, y - u * 0.25),
        box(x + u * 0.25, y - u * 0.7, x + u * 0.7, y - u * 0.25),
    )
    wood = deep(lit(stage.palette.land, 0.3), stage.dim)
    tile = deep(stage.palette.sun, 0.15 + stage.dim / 2)
    yield Form(parts=(wall, chimney), kind=Kind.OBJECT, tones=(wood, deep(wood, 0.3)), depth=0.9)
    yield Form(parts=(roof,), kind=Kind.OBJECT, tones=(tile, deep(tile, 0.2)), depth=0.9)
    yield Form(parts=panes, kind=Kind.SPARK, tones=(lit(stage.palette.sun, 0.6),), depth=0.9)


def _castle(stage: Stage) -> Iterator[Form]:
    u = stage.unit * 0.05
    x, y = stage.width - stage.light[0], stage.shore + stage.unit * 0.01
    towers: list[Outline] = []
    roofs: list[Outline] = []
    for dx, wide, high in ((-1.6, 0.5, 2.2), (-0.6, 0.7, 3.2), (0.5, 0.5, 4.3), (1.5, 0.6, 2.6)):
        left, right, top = x + (dx - wide / 2) * u, x + (dx + wide / 2) * u, y - high * u
        towers.append(box(left, top, right, y))
        roofs.append([(left - u * 0.1, top), ((left + right) / 2, top - u * 1.3), (right + u * 0.1, top)])
    stone = stage.land(0.75)
    walls = (*towers, box(x - u * 1.9, y - u * 1.4, x + u * 1.8, y))
    yield Form(parts=walls, kind=Kind.OBJECT, tones=(lit(stone, 0.25), stone), depth=0.7)
    yield Form(
        parts=tuple(roofs),
        kind=Kind.OBJECT,
        tones=(stage.palette.sun, deep(stage.palette.sun, 0.3)),
        depth=0.7,
    )


def flowers(stage: Stage, *, many: bool = False) -> Iterator[Form]:
    rng = stage.rng
    stalks: list[Outline] = []
    heads: list[list[Outline]] = [[], [], []]
    for k in range(60 if many else 36):
        x, y = rng.uniform(0, stage.width), stage.height * 1.01
        tall = stage.unit * rng.uniform(0.04, 0.15)
        r = stage.unit * rng.uniform(0.006, 0.014)
        tip = (x + rng.gauss(0, 0.01) * stage.unit, y - tall)
        stalks.append(ribbon([(x, y), ((x + tip[0]) / 2, y - tall * 0.6), tip], [r * 0.35, r * 0.3, r * 0.2]))
        stalks.append(leaf(x, y, tall * 0.7, rng.uniform(-2.2, -0.9), fat=0.09))
        heads[k % 3] += [leaf(*tip, r * 1.7, n * 1.2566 + k, fat=0.62) for n in range(5)]
    yield Form(parts=tuple(stalks), kind=Kind.PLANT, tones=(stage.land(0.85), stage.land(1.0)), depth=0.98)
    for k, petals in enumerate(heads):
        colour = deep(stage.palette.nth(k), stage.dim / 2)
        yield Form(parts=tuple(petals), kind=Kind.OBJECT, tones=(lit(colour, 0.25), colour), depth=1)


def _flowers(stage: Stage) -> Iterator[Form]:
    yield from flowers(stage)


_LANDMARKS: dict[str, Callable[[Stage], Iterator[Form]]] = {
    "boat": _boat,
    "birds": _birds,
    "balloon": _balloon,
    "house": _house,
    "castle": _castle,
    "flowers": _flowers,
}
