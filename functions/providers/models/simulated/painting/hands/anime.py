"""Paints like a cartoon: flat bands of bright colour, one hard shadow, one bright rim, a thin dark line."""

import math
from random import Random

from PIL import Image, ImageChops

from providers.models.simulated.painting import canvas as on
from providers.models.simulated.painting.canvas import Box, Canvas
from providers.models.simulated.painting.colour import Colour, blend, deep, lit, mix, vivid
from providers.models.simulated.painting.forms import Form, Kind, Picture, disc

_STRONG = 1.28
_SHADOW = 0.022  # its greatest width, in parts of the picture's unit
_NEAR = 0.4  # forms that are farther away have no line around them
_LINED = (Kind.LAND, Kind.PLANT, Kind.OBJECT, Kind.LIGHT)
_SHADED = (Kind.LAND, Kind.PLANT, Kind.OBJECT, Kind.CLOUD)


def render(picture: Picture, rng: Random) -> Image.Image:
    canvas = Canvas(picture, 1.0)
    canvas.image = on.gradient(canvas.size, _banded(picture.backdrop, 9))
    if not picture.cut:
        _rays(canvas, rng)
    for form in picture.forms:
        _paint(canvas, form)
    if not picture.cut:
        _flare(canvas)
    return on.tint(canvas.image, on.halo(canvas.size, picture.light, canvas.unit * 0.9), picture.glow, 0.34)


def _banded(tones: tuple[Colour, ...], count: int) -> tuple[Colour, ...]:
    """Return each colour twice, so that there is an edge between two bands, and no blend."""
    steps = [vivid(blend(tones, k / (count - 1)), _STRONG) for k in range(count)]
    return tuple(tone for tone in steps for _ in range(3))


def _rays(canvas: Canvas, rng: Random) -> None:
    x, y = canvas.picture.light
    turn, far = rng.uniform(0, 0.4), canvas.unit * 2
    rays = []
    for k in range(14):
        start = turn + k * math.tau / 14
        wide = rng.uniform(0.08, 0.2)
        rays.append([(x, y), *((x + math.cos(a) * far, y + math.sin(a) * far) for a in (start, start + wide))])
    form = Form(parts=tuple(rays), kind=Kind.LIGHT, tones=(lit(canvas.picture.glow, 0.5),), opacity=0.11)
    canvas.lay(form)
    ring = disc(x, y, canvas.unit * 0.17)
    canvas.lay(Form(parts=(ring,), kind=Kind.LIGHT, tones=(lit(canvas.picture.glow, 0.6),), opacity=0.3))


def _paint(canvas: Canvas, form: Form) -> None:
    box = canvas.bounds(form.parts, canvas.unit * _SHADOW + 2)
    if box is None:
        return
    mask = canvas.mask(form.parts, box, form.opacity)
    if form.kind is Kind.CLOUD:
        tones: tuple[Colour, ...] = (lit(form.tones[0], 0.75), lit(form.tones[0], 0.35))
    else:
        tones = tuple(vivid(tone, _STRONG) for tone in form.tones)
    canvas.image.paste(canvas.fill(form, box, _cel(tones)), box, mask)
    if form.kind in _SHADED and not (canvas.picture.cut and form.kind is Kind.LAND):
        _shade(canvas, form, box, mask, tones)
    if form.kind in _LINED and form.depth >= _NEAR:
        _outline(canvas, form, box, mask)


def _cel(tones: tuple[Colour, ...]) -> tuple[Colour, ...]:
    return tones if len(set(tones)) == 1 else _flat(tones)


def _flat(tones: tuple[Colour, ...]) -> tuple[Colour, ...]:
    steps = [blend(tones, share) for share in (0.1, 0.5, 0.95)]
    return tuple(tone for tone in steps for _ in range(5))


def _shade(canvas: Canvas, form: Form, box: Box, mask: Image.Image, tones: tuple[Colour, ...]) -> None:
    # The shaded edge is the part that the shape no longer covers when it is moved towards the light.
    reach = min(canvas.unit * _SHADOW, (min(mask.size) - canvas.unit * _SHADOW * 2) * 0.16)
    toward = -1 if canvas.picture.light[0] < (box[0] + box[2]) / 2 else 1
    near = blend(tones, 0.5)
    dark = mix(deep(near, 0.2), canvas.picture.palette.sky, 0.18)
    _edge(canvas, box, mask, (round(toward * reach), round(-reach)), dark)
    if form.kind is not Kind.CLOUD:
        rim = max(1.0, reach * 0.22)
        _edge(canvas, box, mask, (round(-toward * rim), round(rim)), lit(near, 0.5))


def _edge(canvas: Canvas, box: Box, mask: Image.Image, shift: tuple[int, int], colour: Colour) -> None:
    canvas.image.paste(colour, box, ImageChops.subtract(mask, on.moved(mask, shift)))


def _outline(canvas: Canvas, form: Form, box: Box, mask: Image.Image) -> None:
    ink = mix(deep(blend(form.tones, 0.5), 0.55), canvas.picture.palette.ink, 0.5)
    line = canvas.edge(form, box, mask, canvas.unit * 0.0018)
    canvas.image.paste(ink, box, line.point(on.curve(lambda v: v * 0.85)))


def _flare(canvas: Canvas) -> None:
    """Draw the chain of discs that a bright light makes in a lens."""
    (x, y), wide, high = canvas.picture.light, canvas.size[0] / 2, canvas.size[1] / 2
    for share, size in ((0.35, 0.03), (0.62, 0.016), (1.25, 0.05), (1.5, 0.024)):
        spot = disc(x + (wide - x) * share * 1.4, y + (high - y) * share * 1.4, canvas.unit * size)
        canvas.lay(Form(parts=(spot,), kind=Kind.LIGHT, tones=(lit(canvas.picture.glow, 0.6),), opacity=0.13))
