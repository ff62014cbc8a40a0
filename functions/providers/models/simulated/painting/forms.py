"""Defines the forms that both models compose pictures of: outlines in pixels, with colours and a place in depth."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from random import Random

from providers.models.simulated.painting.colour import Colour, Palette

type Point = tuple[float, float]
type Outline = Sequence[Point]


class Kind(Enum):
    LIGHT = auto()  # sun, moon, lamps
    CLOUD = auto()
    LAND = auto()
    SHADE = auto()  # the unlit side of a thing that is painted already
    WATER = auto()
    ECHO = auto()  # a reflection in water
    PLANT = auto()
    OBJECT = auto()
    SPARK = auto()  # stars, windows, glitter


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    parts: tuple[Outline, ...]
    kind: Kind
    tones: tuple[Colour, ...]  # colours from the top of the form to its foot
    depth: float = 0.5  # 0 is far away, 1 is right in front of the viewer
    opacity: float = 1.0
    round: bool = False  # if so, it is shaded as a body, and not as a flat piece
    edges: tuple[Outline, ...] = ()  # lines are drawn around these instead of the parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    width: int
    height: int
    palette: Palette
    backdrop: tuple[Colour, ...]
    forms: tuple[Form, ...]
    light: Point  # where the light comes from
    glow: Colour
    floor: float  # the ground, table or water begins at this height
    cut: bool = False  # if so, the pieces lie on each other and cast shadows

    @property
    def unit(self) -> float:
        return math.sqrt(self.width * self.height)


def ellipse(x: float, y: float, rx: float, ry: float, *, turn: float = 0.0, steps: int = 40) -> Outline:
    c, s = math.cos(turn), math.sin(turn)
    ring = [(math.cos(k * math.tau / steps) * rx, math.sin(k * math.tau / steps) * ry) for k in range(steps)]
    return [(x + c * dx - s * dy, y + s * dx + c * dy) for dx, dy in ring]


def disc(x: float, y: float, r: float) -> Outline:
    return ellipse(x, y, r, r, steps=96)


def box(left: float, top: float, right: float, bottom: float) -> Outline:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def blob(rng: Random, x: float, y: float, r: float, *, wobble: float, steps: int = 90) -> Outline:
    waves = [(k, rng.uniform(0, math.tau), rng.uniform(0.4, 1) * wobble / k) for k in range(2, 7)]
    return [(x + math.cos(a) * d, y + math.sin(a) * d) for a, d in _radii(waves, r, steps)]


def _radii(waves: list[tuple[int, float, float]], r: float, steps: int) -> Iterable[Point]:
    for k in range(steps):
        angle = k * math.tau / steps
        yield angle, r * (1 + sum(size * math.sin(n * angle + phase) for n, phase, size in waves))


def ribbon(spine: Sequence[Point], widths: Sequence[float]) -> Outline:
    """Return a band along `spine`, as wide at each point as `widths` says."""
    left: list[Point] = []
    right: list[Point] = []
    for index, (x, y) in enumerate(spine):
        before, after = spine[max(0, index - 1)], spine[min(len(spine) - 1, index + 1)]
        dx, dy = after[0] - before[0], after[1] - before[1]
        reach = widths[index] / 2 / (math.hypot(dx, dy) or 1.0)
        left.append((x - dy * reach, y + dx * reach))
        right.append((x + dy * reach, y - dx * reach))
    return left + right[::-1]


def leaf(x: float, y: float, length: float, angle: float, *, fat: float = 0.3, bend: float = 0.0) -> Outline:
    steps = 14
    spine, widths = [], []
    for k in range(steps + 1):
        share = k / steps
        turn = angle + bend * share
        spine.append((x + math.cos(turn) * length * share, y + math.sin(turn) * length * share))
        widths.append(length * fat * math.sin(math.pi * share**0.8))
    return ribbon(spine, widths)


def rolling(rng: Random, width: float, base: float, swell: float, *, waves: float = 2.0) -> list[Point]:
    """Return a smooth line across the picture, such as hills or waves make."""
    parts = [(waves * n, rng.uniform(0, math.tau), swell * rng.uniform(0.5, 1) / n) for n in (1, 2, 3)]
    xs = [width * (k / 60 * 1.04 - 0.02) for k in range(61)]
    return [(x, base + sum(math.sin(x / width * f * 3 + p) * size for f, p, size in parts)) for x in xs]


def jagged(rng: Random, start: Point, end: Point, rough: float, *, rounds: int) -> list[Point]:
    """Return a line like the edge of a rock, by halving a line again and again and moving each middle up or down."""
    line = [start, end]
    for _ in range(rounds):
        grown: list[Point] = []
        for (x0, y0), (x1, y1) in pairwise(line):
            push = rng.uniform(-1, 1) * rough * math.hypot(x1 - x0, y1 - y0)
            grown += [(x0, y0), ((x0 + x1) / 2 + push * 0.3, (y0 + y1) / 2 + push)]
        line = [*grown, line[-1]]
    return line


def grounded(line: list[Point], floor: float) -> Outline:
    return [*line, (line[-1][0], floor), (line[0][0], floor)]


def mirrored(outline: Outline, shore: float, squash: float = 0.7) -> Outline:
    return [(x, shore + (shore - y) * squash) for x, y in outline]


def bent(start: Point, bend: Point, end: Point) -> list[Point]:
    points = []
    for k in range(21):
        t = k / 20
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        points.append((a * start[0] + b * bend[0] + c * end[0], a * start[1] + b * bend[1] + c * end[1]))
    return points


def smoothed(profile: list[Point]) -> list[Point]:
    """Return the profile with its corners cut three times, by Chaikin's method."""
    line = profile
    for _ in range(3):
        cut = [line[0]]
        for (x0, y0), (x1, y1) in pairwise(line):
            cut += [
                (x0 * 0.75 + x1 * 0.25, y0 * 0.75 + y1 * 0.25),
                (x0 * 0.25 + x1 * 0.75, y0 * 0.25 + y1 * 0.75),
            ]
        line = [*cut, line[-1]]
    return line
