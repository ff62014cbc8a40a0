"""Paints with soft light: air between the layers, shaded bodies, a glow around the light, and film grain."""

from random import Random

from PIL import Image, ImageChops

from providers.models.simulated.painting import canvas as on
from providers.models.simulated.painting.canvas import Box, Canvas
from providers.models.simulated.painting.colour import deep, lit
from providers.models.simulated.painting.forms import Form, Kind, Picture

_SCALE = 0.7
_ROUGH = {Kind.LAND: 0.3, Kind.PLANT: 0.5, Kind.WATER: 0.14, Kind.CLOUD: 0.55}


def render(picture: Picture, rng: Random) -> Image.Image:
    canvas = Canvas(picture, _SCALE)
    _light_the_sky(canvas)
    texture = on.clouded(rng, canvas.size, canvas.unit * 0.09)
    for form in picture.forms:
        paint_form(canvas, form, texture)
    canvas.image = _bloom(canvas)
    image = on.vignette(canvas.finished(), 0.5).point(on.curve(lambda v: v + 0.12 * (v - 0.5) * 4 * v * (1 - v)) * 3)
    return on.grained(image, on.grain(rng, image.size, 0.05))


def _light_the_sky(canvas: Canvas) -> None:
    glow = on.halo(canvas.size, canvas.place(canvas.picture.light), canvas.unit * 1.1)
    canvas.image.paste(lit(canvas.picture.glow, 0.3), (0, 0), glow.point(on.curve(lambda v: v * 0.55)))


def paint_form(canvas: Canvas, form: Form, texture: Image.Image) -> None:
    box = canvas.bounds(form.parts, canvas.unit * 0.03)
    if box is None:
        return
    mask = canvas.mask(form.parts, box, form.opacity)
    if canvas.picture.cut and form.kind not in (Kind.SPARK, Kind.SHADE):
        _shadow(canvas, box, mask)
    paint = canvas.fill(form, box, form.tones)
    if form.kind in (Kind.CLOUD, Kind.ECHO):
        mask = on.soften(mask, canvas.unit * (0.012 if form.kind is Kind.CLOUD else 0.006))
    canvas.image.paste(_textured(canvas, form, box, mask, paint, texture), box, mask)


def _textured(
    canvas: Canvas,
    form: Form,
    box: Box,
    mask: Image.Image,
    paint: Image.Image | tuple[int, int, int],
    texture: Image.Image,
) -> Image.Image:
    size = (box[2] - box[0], box[3] - box[1])
    image = paint if isinstance(paint, Image.Image) else Image.new("RGB", size, paint)
    if form.round or form.kind is Kind.CLOUD:
        image = _modelled(canvas, image, mask, size)
    if form.kind in _ROUGH:
        patch = on.grey(texture.crop(box))
        strength = 0.18 if canvas.picture.cut else _ROUGH[form.kind]
        image = Image.blend(image, ImageChops.soft_light(image, patch), strength)
    return image


def _modelled(canvas: Canvas, image: Image.Image, mask: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Give a flat shape a lit and a shaded side, made from its own mask, blurred and moved."""
    reach = max(2.0, min(size) * 0.16)
    toward = -1 if canvas.picture.light[0] < canvas.picture.width / 2 else 1
    body = on.moved(on.soften(mask, reach), (round(toward * reach * 0.7), round(-reach * 0.7)))
    tone = on.grey(body.point(on.curve(lambda v: 0.16 + v * 0.62)))
    return ImageChops.soft_light(
        ImageChops.hard_light(image, Image.blend(tone, Image.new("RGB", size, (128, 128, 128)), 0.45)), tone
    )


def _shadow(canvas: Canvas, box: Box, mask: Image.Image) -> None:
    reach = canvas.unit * 0.012
    shadow = on.soften(mask, reach).point(on.curve(lambda v: v * 0.42))
    tone = deep(canvas.picture.palette.ink, 0.2)
    canvas.image.paste(tone, (box[0] + round(reach * 0.5), box[1] + round(reach)), shadow)


def _bloom(canvas: Canvas) -> Image.Image:
    picture = canvas.picture
    bright = on.soften(canvas.image.point(on.curve(lambda v: max(0.0, v - 0.6) * 0.9) * 3), canvas.unit * 0.03)
    image = ImageChops.screen(canvas.image, bright)
    return on.tint(image, on.halo(canvas.size, canvas.place(picture.light), canvas.unit * 0.75), picture.glow, 0.4)
