"""Paints a night with neon: dark bodies, glowing edges, a grid on the ground, scanlines over everything."""

from random import Random

from PIL import Image, ImageChops, ImageDraw

from providers.models.simulated.painting import canvas as on
from providers.models.simulated.painting.canvas import Box, Canvas
from providers.models.simulated.painting.colour import Colour, blend, deep, lab, lit, mix, vivid
from providers.models.simulated.painting.forms import Form, Kind, Picture

_BLACK = (0, 0, 0)
_CROWD = 20
_EDGED = (Kind.LAND, Kind.OBJECT, Kind.PLANT, Kind.CLOUD)


def render(picture: Picture, rng: Random) -> Image.Image:
    night = Canvas(picture, 1.0)
    night.image = on.gradient(night.size, _night_sky(picture))
    neon = Canvas.blank(picture, 1.0, _BLACK)
    tubes = _tubes(picture)
    for index, form in enumerate(picture.forms):
        _paint(night, neon, form, tubes[index % len(tubes)])
    if not picture.cut:
        _grid(neon, tubes[0])
    _rain(neon, tubes, rng)
    return _screen(_glowing(night, neon), rng)


def _tubes(picture: Picture) -> list[Colour]:
    """Return the palette as colours of neon tubes, none of which is dark."""
    return [vivid(lit(colour, max(0.0, 0.78 - lab(colour)[0])), 1.35) for colour in picture.palette.colours]


def _night_sky(picture: Picture) -> tuple[Colour, ...]:
    palette = picture.palette
    low = mix(deep(palette.sun, 0.38), deep(palette.sky, 0.5), 0.25)
    return deep(palette.sky, 0.88), deep(palette.sky, 0.76), low, deep(palette.sky, 0.85)


def _paint(night: Canvas, neon: Canvas, form: Form, tube: Colour) -> None:
    box = night.bounds(form.parts, 2)
    if box is None:
        return
    mask = night.mask(form.parts, box, form.opacity)
    if form.kind in (Kind.LIGHT, Kind.SPARK):
        _shine(neon, form, box, mask)
        return
    tones = tuple(vivid(deep(tone, 0.62), 1.3) for tone in form.tones)
    if form.kind is Kind.SHADE:
        tones = tuple(deep(tone, 0.5) for tone in form.tones)
    elif form.kind is Kind.OBJECT:
        tones = (*(vivid(deep(tone, 0.5), 1.4) for tone in form.tones), deep(form.tones[-1], 0.85))
    neon.image.paste(_BLACK, box, mask.point(on.curve(lambda v: v * 0.96)))
    night.image.paste(night.fill(form, box, tones), box, mask)
    if form.kind in _EDGED:
        _edge(neon, form, box, mask, tube)


def _shine(neon: Canvas, form: Form, box: Box, mask: Image.Image) -> None:
    tones = tuple(vivid(lit(tone, 0.1), 1.5) for tone in form.tones)
    if form.kind is Kind.LIGHT and min(mask.size) > neon.unit * 0.1:
        tones = (
            vivid(neon.picture.palette.sun, 1.4),
            lit(neon.picture.palette.sun, 0.25),
            neon.picture.palette.sun,
        )
        mask = ImageChops.multiply(mask, _slits(mask.size))
    neon.image.paste(neon.fill(form, box, tones), box, mask)


def _slits(size: tuple[int, int]) -> Image.Image:
    """Return the dark bars, thicker towards the bottom, in the lower half of the sun on a synthwave cover."""
    bars = Image.new("L", size, 255)
    pen = ImageDraw.Draw(bars)
    for k in range(6):
        y = size[1] * (0.5 + 0.083 * k)
        pen.rectangle((0, round(y), size[0], round(y + size[1] * (0.012 + 0.007 * k))), fill=0)
    return bars


def _edge(neon: Canvas, form: Form, box: Box, mask: Image.Image, tube: Colour) -> None:
    # Many small tubes next to each other would make the whole picture too bright.
    crowd = 0.4 if len(form.parts) > _CROWD or form.kind is Kind.CLOUD else 0.0
    colour = deep(tube, max(crowd, 0.38 * (1 - form.depth)))
    line = neon.edge(form, box, mask, neon.unit * (0.0018 + 0.0014 * form.depth) * (1 - crowd / 2))
    neon.image.paste(colour, box, line)


def _grid(neon: Canvas, tube: Colour) -> None:
    """Draw lines that run to the horizon, and lines across, which get closer to each other towards it."""
    wide, high = neon.size
    floor = neon.picture.floor
    sheet = Image.new("L", neon.size)
    pen = ImageDraw.Draw(sheet)
    width = max(1, round(neon.unit * 0.0017))
    for k in range(-16, 17):
        pen.line((wide / 2 + k * wide * 0.045, floor, wide / 2 + k * wide * 0.32, high), fill=170, width=width)
    for k in range(1, 13):
        y = floor + (high - floor) * (k / 12) ** 2.2
        pen.line((0, y, wide, y), fill=min(255, 70 + 14 * k), width=width)
    light = on.tint(Image.new("RGB", neon.size), sheet, tube, 0.75)
    neon.image = ImageChops.lighter(neon.image, light)


def _rain(neon: Canvas, tubes: list[Colour], rng: Random) -> None:
    pen = ImageDraw.Draw(neon.image)
    wide, high = neon.size
    for k in range(70):
        x, y, long = rng.uniform(0, wide), rng.uniform(0, high), neon.unit * rng.uniform(0.02, 0.07)
        pen.line(
            (x, y, x - long * 0.06, y + long),
            fill=deep(tubes[k % len(tubes)], rng.uniform(0.45, 0.7)),
            width=1,
        )


def _glowing(night: Canvas, neon: Canvas) -> Image.Image:
    near = on.soften(neon.image, night.unit * 0.006)
    far = on.soften(neon.image, night.unit * 0.03).point(on.curve(lambda v: v * 1.5) * 3)
    image = ImageChops.screen(ImageChops.screen(night.image, far), near.point(on.curve(lambda v: v * 1.35) * 3))
    image = ImageChops.screen(image, neon.image)
    light = night.picture.light
    return on.tint(
        image, on.halo(image.size, light, night.unit * 0.9), blend(night.picture.palette.colours[:1], 0), 0.3
    )


def _screen(image: Image.Image, rng: Random) -> Image.Image:
    red, green, blue = image.split()
    shift = round(image.width * 0.0022)
    image = Image.merge("RGB", (ImageChops.offset(red, shift, 0), green, ImageChops.offset(blue, -shift, 0)))
    _glitch(image, rng)
    line = max(1, round(image.height / 700))
    tile = Image.new("L", (64, line * 3), 255)
    tile.paste(205, (0, 0, 64, line))
    image = ImageChops.multiply(image, on.grey(on.tiled(tile, image.size)))
    return on.grained(on.vignette(image, 0.9), on.grain(rng, image.size, 0.035))


def _glitch(image: Image.Image, rng: Random) -> None:
    for _ in range(4):
        y, high = rng.randrange(image.height), max(1, round(image.height * rng.uniform(0.002, 0.012)))
        slip = round(image.width * rng.uniform(-0.03, 0.03))
        band = image.crop((0, y, image.width, min(image.height, y + high)))
        image.paste(ImageChops.offset(band, slip, 0), (0, y))
