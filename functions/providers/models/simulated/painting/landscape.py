"""Composes Model A's pictures, which show places: a sky with its light, land in layers, and what the prompt names."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from providers.models.simulated.painting import growth, landforms, landmarks, skyline, waters
from providers.models.simulated.painting.chance import dice
from providers.models.simulated.painting.colour import Colour, Palette, blend, deep, lightness, lit, mix
from providers.models.simulated.painting.forms import Form, Kind, Picture, disc, ellipse
from providers.models.simulated.painting.scene import Scene
from providers.models.simulated.painting.stage import Stage
from providers.models.simulated.painting.words import Motif, motif

_HORIZON = {
    "sea": 0.54,
    "lake": 0.64,
    "city": 0.74,
    "desert": 0.56,
    "snow": 0.6,
    "forest": 0.66,
    "meadow": 0.58,
}


@dataclass(frozen=True, slots=True)
class _Air:
    sky: tuple[Colour, ...]
    sun: Colour
    glow: Colour
    dim: float  # how much darker the land is than by day


def compose(scene: Scene, palette: Palette) -> Picture:
    rng = dice("A", scene.prompt, scene.seed)
    asked = motif(scene.prompt, scene.seed)
    air = _air(asked.hour, palette)
    stage = _stage(rng, scene, palette, air, asked)
    forms = [*_heavens(stage, air, asked), *_PLACES[asked.place](stage), *landmarks.placed(stage, asked)]
    return Picture(
        width=scene.width,
        height=scene.height,
        palette=palette,
        backdrop=_backdrop(stage.shore / scene.height, air.sky),
        forms=tuple(forms),
        light=stage.light,
        glow=air.glow,
        floor=stage.shore,
    )


def _backdrop(horizon: float, sky: tuple[Colour, ...]) -> tuple[Colour, ...]:
    """Return the colours of the backdrop, which covers the whole picture, so that the sky ends at the horizon."""
    return tuple(blend(sky, k / 11 / horizon) for k in range(12))


def _air(hour: str, palette: Palette) -> _Air:
    sky, sun = palette.sky, palette.sun
    if hour == "night":
        tones: tuple[Colour, ...] = (deep(sky, 0.78), deep(sky, 0.6), mix(deep(sky, 0.3), sun, 0.18))
        return _Air(sky=tones, sun=lit(palette.palest, 0.75), glow=palette.palest, dim=0.42)
    if hour == "sunset":
        # The sun would not be seen if the sky were as white as the sun.
        fire = deep(sun, max(0.0, lightness(sun) - 0.82))
        # Sky and sun often have opposite hues, so they are blended through a light colour, and not through grey.
        tones = (deep(sky, 0.22), sky, lit(mix(sky, sun, 0.5), 0.45), lit(fire, 0.08), lit(fire, 0.35))
        return _Air(sky=tones, sun=lit(sun, 0.72), glow=sun, dim=0.22)
    tones = (sky, lit(sky, 0.3), lit(mix(sky, sun, 0.2), 0.62))
    return _Air(sky=tones, sun=sun, glow=lit(mix(sky, sun, 0.25), 0.75), dim=0.0)


def _stage(rng: Random, scene: Scene, palette: Palette, air: _Air, asked: Motif) -> Stage:
    wide, high = scene.width, scene.height
    shore = high * (_HORIZON[asked.place] + rng.uniform(-0.03, 0.03))
    rise = {"sunset": 0.1, "night": 0.36, "day": 0.3}[asked.hour] + rng.uniform(0, 0.08)
    light = (wide * rng.choice((rng.uniform(0.2, 0.38), rng.uniform(0.62, 0.8))), shore - high * rise)
    land = [*sorted(palette.others, key=lambda c: -sum(c)), palette.land]
    return Stage(
        rng=rng,
        width=wide,
        height=high,
        shore=shore,
        light=light,
        haze=air.sky[-1],
        ramp=tuple(land),
        dim=air.dim,
        palette=palette,
        night=asked.hour == "night",
        water=mix(air.sky[0], air.sky[1], 0.5),
        shine=air.sun,
    )


def _heavens(stage: Stage, air: _Air, asked: Motif) -> Iterator[Form]:
    if stage.night:
        yield _stars(stage)
    yield from _orb(stage, air, asked.hour)
    if asked.hour != "night":
        yield from _clouds(stage, air)


def _stars(stage: Stage) -> Form:
    rng = stage.rng
    spots = []
    for _ in range(170):
        r = stage.unit * (0.0008 + 0.0022 * rng.random() ** 5)
        spots.append(ellipse(rng.uniform(0, stage.width), stage.shore * rng.random() ** 1.4, r, r, steps=8))
    return Form(parts=tuple(spots), kind=Kind.SPARK, tones=(lit(stage.palette.palest, 0.7),), depth=0)


def _orb(stage: Stage, air: _Air, hour: str) -> Iterator[Form]:
    r = stage.unit * (0.105 if hour == "sunset" else 0.08)
    x, y = stage.light
    tones = (air.sun, lit(air.sun, 0.15)) if hour == "night" else (lit(air.sun, 0.12), air.sun)
    yield Form(parts=(disc(x, y, r),), kind=Kind.LIGHT, tones=tones, depth=0)
    if hour == "night":
        seas = ((-0.3, -0.2, 0.26), (0.25, 0.28, 0.2), (0.3, -0.38, 0.13), (-0.2, 0.42, 0.12))
        spots = tuple(disc(x + r * dx, y + r * dy, r * part) for dx, dy, part in seas)
        yield Form(parts=spots, kind=Kind.SHADE, tones=(deep(air.sun, 0.1),), depth=0, opacity=0.6)


def _clouds(stage: Stage, air: _Air) -> Iterator[Form]:
    rng = stage.rng
    for k in range(rng.randint(4, 6)):
        share = rng.uniform(0.08, 0.72)
        size = stage.unit * rng.uniform(0.12, 0.3) * (1.15 - share)
        body = lit(mix(blend(air.sky, share), air.sun, 0.12 * (k % 2)), 0.72 - 0.3 * stage.dim)
        under = lit(mix(blend(air.sky, share), stage.palette.sun, 0.3 * (k % 2)), 0.35 - stage.dim * 0.4)
        place = rng.uniform(-0.05, 1.05) * stage.width, share * stage.shore
        if math.dist(place, stage.light) < size + stage.unit * 0.12:
            continue  # no cloud covers the light
        yield Form(
            parts=landforms.cloud(rng, *place, size),
            kind=Kind.CLOUD,
            tones=(body, under),
            depth=0.1,
            opacity=0.92,
        )


def _lake(stage: Stage) -> Iterator[Form]:
    ranges = [*landforms.range_of_peaks(stage, count=3, top=0.36)]
    yield from ranges
    yield from growth.pines(stage, stage.shore, 0.035, depth=0.62, count=70)
    yield from waters.water(stage, ranges)
    yield from landforms.bank(stage, trees=True)


def _snow(stage: Stage) -> Iterator[Form]:
    yield from landforms.range_of_peaks(stage, count=2, top=0.3, capped=True)
    yield from growth.pines(stage, stage.shore, 0.05, depth=0.55, count=44)
    yield from landforms.hills(stage, count=3, pale=0.72)
    yield from growth.pines(stage, stage.height * 0.97, 0.24, depth=0.95, count=7)
    yield landforms.flakes(stage)


def _sea(stage: Stage) -> Iterator[Form]:
    isles = [*waters.islands(stage)]
    yield from isles
    yield from waters.water(stage, isles)
    yield from waters.waves(stage)
    yield from waters.beach(stage)


def _forest(stage: Stage) -> Iterator[Form]:
    yield from landforms.range_of_peaks(stage, count=1, top=0.26)
    for k, share in enumerate((0.0, 0.22, 0.5, 0.85)):
        foot = stage.shore + (stage.height - stage.shore) * share
        yield from growth.pines(stage, foot, 0.12 + 0.1 * k, depth=0.4 + 0.18 * k, count=30 - 6 * k, ground=True)


def _city(stage: Stage) -> Iterator[Form]:
    towers = [*skyline.skyline(stage)]
    yield from towers
    yield from waters.water(stage, towers[-3:])
    yield from landforms.bank(stage, trees=False)


def _desert(stage: Stage) -> Iterator[Form]:
    yield from landforms.range_of_peaks(stage, count=1, top=0.1)
    yield from landforms.dunes(stage)


def _meadow(stage: Stage) -> Iterator[Form]:
    yield from landforms.range_of_peaks(stage, count=2, top=0.18)
    yield from landforms.hills(stage, count=4, pale=0.0, trees=True)
    yield from landmarks.flowers(stage, many=True)


_PLACES: dict[str, Callable[[Stage], Iterator[Form]]] = {
    "lake": _lake,
    "snow": _snow,
    "sea": _sea,
    "forest": _forest,
    "city": _city,
    "desert": _desert,
    "meadow": _meadow,
}
