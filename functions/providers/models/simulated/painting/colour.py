"""Mixes colours in OKLab, where a blend of two hues stays clean. In RGB it would turn to mud."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

type Colour = tuple[int, int, int]
type Lab = tuple[float, float, float]

_MID = 0.7  # the lightness of a sky by day
_FEWEST = 3  # sky, light and land each want their own colour


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB


def _channel(light: float) -> int:
    light = min(1.0, max(0.0, light))
    share = light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055  # noqa: PLR2004 - sRGB
    return round(share * 255)


@lru_cache(maxsize=4096)
def lab(colour: Colour) -> Lab:
    r, g, b = (_linear(channel) for channel in colour)
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    medium = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _rgb(light: float, a: float, b: float) -> Colour:
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _channel(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _channel(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _channel(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )


@lru_cache(maxsize=16384)
def mix(one: Colour, other: Colour, share: float) -> Colour:
    a, b = lab(one), lab(other)
    return _rgb(*(x + (y - x) * share for x, y in zip(a, b, strict=True)))


def lit(colour: Colour, amount: float) -> Colour:
    light, a, b = lab(colour)
    fade = 1 - amount * 0.7
    return _rgb(light + (0.985 - light) * amount, a * fade, b * fade)


def deep(colour: Colour, amount: float) -> Colour:
    light, a, b = lab(colour)
    fade = 1 - amount * 0.45
    return _rgb(light * (1 - amount), a * fade, b * fade)


def vivid(colour: Colour, strength: float) -> Colour:
    light, a, b = lab(colour)
    return _rgb(light, a * strength, b * strength)


def lightness(colour: Colour) -> float:
    return lab(colour)[0]


def blend(colours: tuple[Colour, ...], share: float) -> Colour:
    """Return the colour at `share` (0 to 1) of the way through the colours, however many there are."""
    place = min(1.0, max(0.0, share)) * (len(colours) - 1)
    index = min(int(place), len(colours) - 2) if len(colours) > 1 else 0
    after = colours[min(index + 1, len(colours) - 1)]
    return mix(colours[index], after, round(place - index, 3))


def _parsed(text: str) -> Colour:
    value = int(text.lstrip("#"), 16)
    return value >> 16 & 255, value >> 8 & 255, value & 255


def _filled(colours: list[Colour]) -> list[Colour]:
    first, last = colours[0], colours[-1]
    spare = [lit(first, 0.5), deep(last, 0.4), lit(last, 0.8)]
    return colours + spare[: max(0, _FEWEST - len(colours))]


def _sky_score(colour: Colour) -> float:
    light, a, b = lab(colour)
    return -b - 0.4 * a - 0.35 * abs(light - _MID)


def _sun_score(colour: Colour, sky: Colour) -> float:
    light, a, b = lab(colour)
    return math.dist(lab(colour), lab(sky)) + 0.8 * light + a + 0.6 * b


@dataclass(frozen=True, slots=True)
class Palette:
    colours: tuple[Colour, ...]
    sky: Colour
    sun: Colour
    land: Colour
    others: tuple[Colour, ...]

    @classmethod
    def of(cls, texts: tuple[str, ...]) -> Self:
        colours = _filled(list(dict.fromkeys(_parsed(text) for text in texts)))
        sky = max(colours, key=_sky_score)
        rest = [colour for colour in colours if colour != sky] or [sky]
        sun = max(rest, key=lambda colour: _sun_score(colour, sky))
        rest = [colour for colour in rest if colour != sun] or [sun]
        land = min(rest, key=lightness)
        others = tuple(colour for colour in rest if colour != land)
        return cls(colours=tuple(colours), sky=sky, sun=sun, land=land, others=others)

    @property
    def darkest(self) -> Colour:
        return min(self.colours, key=lightness)

    @property
    def palest(self) -> Colour:
        return max(self.colours, key=lightness)

    @property
    def ink(self) -> Colour:
        darkest = self.darkest
        return deep(darkest, max(0.0, 1 - 0.24 / max(0.24, lightness(darkest))))

    @property
    def paper(self) -> Colour:
        return lit(self.palest, 0.82)

    def nth(self, index: int) -> Colour:
        return self.colours[index % len(self.colours)]
