"""Paints a flat ground, and brush strokes over it from broad to fine, lit like thick paint on canvas."""

import math
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops

from providers.models.simulated.painting import canvas as on
from providers.models.simulated.painting.canvas import Canvas
from providers.models.simulated.painting.colour import Colour, lit, vivid
from providers.models.simulated.painting.forms import Kind, Picture

_SCALE = 0.6
_TURNS = 24
_CALM = 10  # below so many grey levels of change, a spot has no direction of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class _Brush:
    long: float  # in parts of the picture's unit
    fat: float
    cover: float  # how many times its strokes cover the area
    jitter: int
    picky: bool  # if so, it paints only where there is detail


_BRUSHES = (
    _Brush(long=0.1, fat=0.034, cover=2.4, jitter=16, picky=False),
    _Brush(long=0.058, fat=0.019, cover=1.7, jitter=13, picky=False),
    _Brush(long=0.026, fat=0.0085, cover=2.0, jitter=9, picky=True),
)


def render(picture: Picture, rng: Random) -> Image.Image:
    canvas = Canvas(picture, _SCALE)
    glow = on.halo(canvas.size, canvas.place(picture.light), canvas.unit * 1.0)
    canvas.image.paste(lit(picture.glow, 0.2), (0, 0), glow.point(on.curve(lambda v: v * 0.5)))
    under, broad = _underpaint(canvas)
    field = _Field(broad, rng)
    for brush in _BRUSHES:
        _go_over(canvas, under if brush.picky else broad, field, brush, rng)
    _sharpen(canvas, under)
    return _thick(canvas, rng)


def _underpaint(canvas: Canvas) -> tuple[Image.Image, Image.Image]:
    """Return the flat scene twice: complete, and without the small bright things that a broad brush would smear."""
    start = canvas.image.copy()
    everything = Canvas(canvas.picture, _SCALE, start)
    for form in canvas.picture.forms:
        tones = tuple(vivid(tone, 1.12) for tone in form.tones)
        everything.lay(form, tones)
        if form.kind is not Kind.SPARK:
            canvas.lay(form, tones)
    return everything.image, canvas.image.copy()


class _Field:
    """Says in which direction the brush moves: along the edges of things, and elsewhere as the wind blows."""

    def __init__(self, under: Image.Image, rng: Random) -> None:
        self.zoom = 4
        grey = on.soften(under.convert("L").reduce(self.zoom), 2.5)
        wind = on.noise(rng, grey.size, min(grey.size) * 0.4)
        self._wide, self._high = grey.size
        self._grey = grey.tobytes()
        self._wind = wind.tobytes()

    def at(self, x: int, y: int) -> tuple[float, int]:
        """Return the angle of a stroke at this place, and how much the picture changes there."""
        col = min(self._wide - 2, max(1, x // self.zoom))
        row = min(self._high - 2, max(1, y // self.zoom))
        spot = row * self._wide + col
        across = self._grey[spot + 1] - self._grey[spot - 1]
        down = self._grey[spot + self._wide] - self._grey[spot - self._wide]
        change = abs(across) + abs(down)
        if change < _CALM:
            return (self._wind[spot] / 255 - 0.5) * 2.6, change
        return math.atan2(down, across) + math.pi / 2, change


def _go_over(canvas: Canvas, under: Image.Image, field: _Field, brush: _Brush, rng: Random) -> None:
    size = max(6, round(brush.long * canvas.unit)), max(3, round(brush.fat * canvas.unit))
    stamps = [_bristles(rng, size, turn * math.pi / _TURNS) for turn in range(_TURNS)]
    wide, high = canvas.size
    pixels = under.tobytes()
    for _ in range(round(wide * high / (size[0] * size[1]) * brush.cover)):
        x, y = int(rng.random() * wide), int(rng.random() * high)
        angle, change = field.at(x, y)
        if brush.picky and change < _CALM and rng.random() < 0.6:  # noqa: PLR2004 - calm places keep broad strokes
            continue
        stamp = stamps[round(angle / math.pi * _TURNS) % _TURNS]
        start = (y * wide + x) * 3
        colour = _shaken(pixels[start : start + 3], brush.jitter, rng)
        canvas.image.paste(colour, (x - stamp.width // 2, y - stamp.height // 2), stamp)


def _shaken(pixel: bytes, jitter: int, rng: Random) -> Colour:
    push = int((rng.random() * 2 - 1) * jitter)
    warm = int((rng.random() - 0.5) * jitter * 0.6)
    return pixel[0] + push + warm, pixel[1] + push, pixel[2] + push - warm


def _bristles(rng: Random, size: tuple[int, int], turn: float) -> Image.Image:
    fat = size[1]
    hairs = Image.frombytes("L", (4, fat), rng.randbytes(4 * fat)).resize(size, Image.Resampling.BILINEAR)
    tip = Image.radial_gradient("L").resize(size, Image.Resampling.BILINEAR)
    body = tip.point(on.curve(lambda v: (0.78 - v) * 5))
    stroke = ImageChops.multiply(body, hairs.point(on.curve(lambda v: 0.5 + v * 0.9)))
    return stroke.rotate(-math.degrees(turn), Image.Resampling.BILINEAR, expand=True)


def _sharpen(canvas: Canvas, under: Image.Image) -> None:
    """Add what is smaller than a brush, such as an eye or a window, at the end with a fine point."""
    coarse = on.soften(under, canvas.unit * 0.012)
    lost = ImageChops.difference(under, coarse).convert("L").point(on.curve(lambda v: (v - 0.055) * 6))
    mask = on.soften(lost, canvas.unit * 0.002)
    canvas.image.paste(under, (0, 0), mask.point(on.curve(lambda v: min(v, 0.82))))


def _thick(canvas: Canvas, rng: Random) -> Image.Image:
    image = canvas.finished()
    height = image.convert("L")
    slope = ImageChops.subtract(height, ImageChops.offset(height, 2, 2), 0.55, 128)
    image = ImageChops.hard_light(image, on.grey(slope.point(on.curve(lambda v: 0.5 + (v - 0.5) * 0.55))))
    weave = _weave(image.size)
    return on.vignette(on.grained(on.grained(image, weave), on.grain(rng, image.size, 0.03)), 0.35)


def _weave(size: tuple[int, int]) -> Image.Image:
    thread = bytes(124 + 4 * ((x // 2 + y // 2) % 2) + 3 * (x % 4 > 1) for y in range(64) for x in range(64))
    return on.tiled(Image.frombytes("L", (64, 64), thread), size)
