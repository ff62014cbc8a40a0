"""Paints with washes on wet paper: uneven edges, where pigment gathers, and paper that is left white."""

from random import Random

from PIL import Image, ImageChops, ImageDraw

from providers.models.simulated.painting import canvas as on
from providers.models.simulated.painting.canvas import Box, Canvas
from providers.models.simulated.painting.colour import Colour, deep, lit, mix, vivid
from providers.models.simulated.painting.forms import Form, Kind, Picture, box, disc

_SCALE = 0.62
_WET = 0.55  # a wash takes off this share of what lies under it


def render(picture: Picture, rng: Random) -> Image.Image:
    paper = mix(picture.palette.paper, (255, 255, 255), 0.7)
    canvas = Canvas.blank(picture, _SCALE, paper)
    water = _Water(canvas, rng)
    sky = Form(parts=(box(-9, -9, picture.width + 9, picture.height + 9),), kind=Kind.LAND, tones=picture.backdrop)
    for form in (sky, *picture.forms):
        _wash(canvas, form, water, paper)
    _splash(canvas, rng)
    return _on_paper(canvas, paper, rng)


class _Water:
    """Says where the sheet is wet: one field makes the edges uneven, another one varies the pigment."""

    def __init__(self, canvas: Canvas, rng: Random) -> None:
        size = canvas.size
        fine, broad = on.noise(rng, size, canvas.unit * 0.007), on.noise(rng, size, canvas.unit * 0.03)
        self.edges = Image.blend(fine, broad, 0.5)
        self.pigment = on.clouded(rng, size, canvas.unit * 0.2)


def _wash(canvas: Canvas, form: Form, water: _Water, paper: Colour) -> None:
    reach = max(0.8, canvas.unit * (0.0022 if form.kind is Kind.SPARK else 0.0055))
    area = canvas.bounds(form.parts, reach * 3)
    if area is None:
        return
    mask = on.soften(canvas.mask(form.parts, area, form.opacity), reach)
    if form.kind is Kind.SPARK:
        canvas.image.paste(mix(paper, form.tones[0], 0.25), area, mask)
        return
    mask = ImageChops.add(mask, water.edges.crop(area).point(on.curve(lambda v: 0.5 + (v - 0.5) * 0.5)), 1, -128)
    mask = mask.point(on.step(0.45 * form.opacity, 0.3))
    if form.kind is Kind.CLOUD:
        canvas.image.paste(paper, area, on.soften(mask, reach * 2).point(on.curve(lambda v: v * 0.8)))
        return
    _pool(canvas, form, area, mask, water, paper)


def _pool(canvas: Canvas, form: Form, area: Box, mask: Image.Image, water: _Water, paper: Colour) -> None:
    tones = tuple(vivid(tone, 1.2) for tone in form.tones)
    size = mask.size
    light = _image(canvas.fill(form, area, tuple(lit(tone, 0.42) for tone in tones)), size)
    heavy = _image(canvas.fill(form, area, tuple(deep(vivid(tone, 1.15), 0.07) for tone in tones)), size)
    # Pigment moves to the rim of a wash, and stays there when the water dries.
    rim = ImageChops.subtract(mask, on.soften(mask, max(1.0, canvas.unit * 0.009))).point(on.curve(lambda v: v * 2.0))
    load = ImageChops.add(water.pigment.crop(area), rim)
    wash = Image.composite(heavy, light, load)
    below = canvas.image.crop(area)
    lifted = Image.blend(below, Image.new("RGB", size, paper), _WET if form.kind is not Kind.SHADE else 0.1)
    glazed = ImageChops.multiply(lifted, Image.blend(wash, Image.new("RGB", size, (255, 255, 255)), 0.06))
    canvas.image.paste(Image.blend(glazed, wash, 0.5), area, mask)


def _image(paint: Image.Image | Colour, size: tuple[int, int]) -> Image.Image:
    return paint if isinstance(paint, Image.Image) else Image.new("RGB", size, paint)


def _splash(canvas: Canvas, rng: Random) -> None:
    picture = canvas.picture
    for _ in range(26):
        r = canvas.picture.unit * (0.0012 + 0.007 * rng.random() ** 4)
        spot = disc(rng.uniform(0, picture.width), rng.uniform(0, picture.height), r)
        tone = rng.choice(picture.palette.colours)
        canvas.lay(Form(parts=(spot,), kind=Kind.SPARK, tones=(tone,), opacity=rng.uniform(0.2, 0.55)))


def _on_paper(canvas: Canvas, paper: Colour, rng: Random) -> Image.Image:
    painted = canvas.finished()
    size = painted.size
    sheet = Image.new("RGB", size, paper)
    sheet.paste(painted, (0, 0), _margin(size, rng))
    tooth = on.noise(rng, (512, 512), 2.4)
    relief = ImageChops.subtract(tooth, ImageChops.offset(tooth, 1, 1), 6, 128)
    return on.grained(on.grained(sheet, on.tiled(relief, size)), on.grain(rng, size, 0.035))


def _margin(size: tuple[int, int], rng: Random) -> Image.Image:
    small = (max(8, size[0] // 3), max(8, size[1] // 3))
    unit = (small[0] * small[1]) ** 0.5
    edge = unit * 0.04
    inner = Image.new("L", small)
    ImageDraw.Draw(inner).rectangle((edge, edge, small[0] - edge, small[1] - edge), fill=255)
    shake = Image.blend(on.noise(rng, small, unit * 0.012), on.noise(rng, small, unit * 0.06), 0.7)
    torn = ImageChops.add(
        on.soften(inner, edge * 0.5), shake.point(on.curve(lambda v: 0.5 + (v - 0.5) * 0.55)), 1, -128
    )
    return torn.point(on.step(0.45, 0.2)).resize(size, Image.Resampling.BICUBIC)
