"""Has what all styles share for painting with Pillow: smooth masks, gradients, noise and light."""

from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Self

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from providers.models.simulated.painting.colour import Colour, blend
from providers.models.simulated.painting.forms import Form, Kind, Outline, Picture, Point

type Box = tuple[int, int, int, int]

_STEPS = 24  # steps of a gradient, before it is stretched
_TILE = 512


class Canvas:
    """Holds an image that is painted at `scale` times the picture's size. Outlines are in pixels of the picture."""

    def __init__(self, picture: Picture, scale: float, ground: Image.Image | None = None) -> None:
        self.picture = picture
        self.size = (max(8, round(picture.width * scale)), max(8, round(picture.height * scale)))
        self.scale = scale
        self.unit = picture.unit * scale
        self.image = ground or gradient(self.size, picture.backdrop)

    @classmethod
    def blank(cls, picture: Picture, scale: float, colour: Colour) -> Self:
        canvas = cls(picture, scale)
        canvas.image = Image.new("RGB", canvas.size, colour)
        return canvas

    def place(self, point: Point) -> Point:
        return point[0] * self.scale, point[1] * self.scale

    def bounds(self, parts: Sequence[Outline], margin: float = 0) -> Box | None:
        xs = [x for part in parts for x, _ in part]
        ys = [y for part in parts for _, y in part]
        left = max(0, int(min(xs) * self.scale - margin) - 1)
        top = max(0, int(min(ys) * self.scale - margin) - 1)
        right = min(self.size[0], int(max(xs) * self.scale + margin) + 2)
        bottom = min(self.size[1], int(max(ys) * self.scale + margin) + 2)
        return (left, top, right, bottom) if left < right and top < bottom else None

    def mask(self, parts: Sequence[Outline], box: Box, opacity: float = 1.0) -> Image.Image:
        # Pillow's polygons have hard edges. They become smooth when they are drawn twice as large and then halved.
        wide, high = box[2] - box[0], box[3] - box[1]
        large = Image.new("L", (wide * 2, high * 2))
        pen = ImageDraw.Draw(large)
        zoom, dx, dy = self.scale * 2, box[0] * 2, box[1] * 2
        for part in parts:
            pen.polygon([(x * zoom - dx, y * zoom - dy) for x, y in part], fill=round(255 * opacity))
        return large.reduce(2)

    def lay(self, form: Form, tones: tuple[Colour, ...] | None = None) -> None:
        box = self.bounds(form.parts)
        if box:
            mask = self.mask(form.parts, box, form.opacity)
            self.image.paste(self.fill(form, box, tones or form.tones), box, mask)

    def fill(self, form: Form, box: Box, tones: tuple[Colour, ...]) -> Image.Image | Colour:
        if len(set(tones)) == 1:
            return tones[0]
        top, foot = (pick(y for part in form.parts for _, y in part) * self.scale for pick in (min, max))
        start, end = ((y - top) / max(1, foot - top) for y in (box[1], box[3]))
        return gradient((box[2] - box[0], box[3] - box[1]), tones, start, end)

    def edge(self, form: Form, box: Box, mask: Image.Image, width: float) -> Image.Image:
        """Return the line around a shape.

        Things, clouds and lights have one line, land and plants one around each part.
        """
        if form.kind in (Kind.CLOUD, Kind.OBJECT, Kind.LIGHT):
            return rim(mask, max(1, round(width)))
        large = Image.new("L", (mask.width * 2, mask.height * 2))
        pen, zoom = ImageDraw.Draw(large), self.scale * 2
        for part in form.edges or form.parts:
            line = [(x * zoom - box[0] * 2, y * zoom - box[1] * 2) for x, y in part]
            pen.line([*line, line[0]], fill=255, width=max(1, round(width * 2)), joint="curve")
        return large.reduce(2)

    def finished(self) -> Image.Image:
        whole = (self.picture.width, self.picture.height)
        return self.image if self.size == whole else self.image.resize(whole, Image.Resampling.BICUBIC)


def gradient(size: tuple[int, int], tones: tuple[Colour, ...], start: float = 0, end: float = 1) -> Image.Image:
    column = Image.new("RGB", (1, _STEPS))
    shares = (start + (end - start) * k / (_STEPS - 1) for k in range(_STEPS))
    column.putdata([blend(tones, round(share, 3)) for share in shares])
    tall = column.resize((1, size[1]), Image.Resampling.BILINEAR)
    return tall.resize(size, Image.Resampling.NEAREST)


def noise(rng: Random, size: tuple[int, int], cell: float) -> Image.Image:
    """Return smooth random light and dark patches of about `cell` pixels."""
    wide, high = (max(2, round(side / max(1.0, cell)) + 1) for side in size)
    grain = Image.frombytes("L", (wide, high), rng.randbytes(wide * high))
    return grain.resize(size, Image.Resampling.BICUBIC)


def clouded(rng: Random, size: tuple[int, int], cell: float) -> Image.Image:
    """Return noise in three octaves, spread over the whole range of greys."""
    # Half the size is enough, because the noise is smooth, and it takes a quarter of the work.
    small = (max(2, size[0] // 2), max(2, size[1] // 2))
    broad, middle, fine = (noise(rng, small, cell / part) for part in (2, 5, 13))
    mixed = Image.blend(Image.blend(broad, middle, 0.36), fine, 0.18)
    return mixed.point(curve(lambda v: 0.5 + (v - 0.5) * 1.7)).resize(size, Image.Resampling.BILINEAR)


def grain(rng: Random, size: tuple[int, int], strength: float) -> Image.Image:
    """Return fine noise around middle grey. It is tiled, because nobody sees a repeat in grain."""
    tile = Image.frombytes("L", (_TILE, _TILE), rng.randbytes(_TILE * _TILE))
    tile = tile.point(curve(lambda v: 0.5 + (v - 0.5) * strength))
    return tiled(tile, size)


def tiled(tile: Image.Image, size: tuple[int, int]) -> Image.Image:
    sheet = Image.new(tile.mode, size)
    for x in range(0, size[0], tile.width):
        for y in range(0, size[1], tile.height):
            sheet.paste(tile, (x, y))
    return sheet


def curve(shape: Callable[[float], float]) -> list[int]:
    return [round(255 * min(1.0, max(0.0, shape(value / 255)))) for value in range(256)]


def step(edge: float, width: float) -> list[int]:
    """Return a table that turns grey into a mask: nothing below `edge`, everything above, with a soft step between."""
    return curve(lambda v: (v - edge) / width + 0.5)


def soften(image: Image.Image, radius: float) -> Image.Image:
    """Blur the image. A large radius costs as little as a small one."""
    shrink = max(1, int(radius / 3))
    small = image.reduce(shrink) if min(image.size) > shrink * 2 and shrink > 1 else image
    blurred = small.filter(ImageFilter.GaussianBlur(radius / (shrink if small is not image else 1)))
    return blurred.resize(image.size, Image.Resampling.BILINEAR)


def rim(mask: Image.Image, width: int) -> Image.Image:
    across, down = (ImageChops.difference(mask, moved(mask, shift)) for shift in ((width, 0), (0, width)))
    return ImageChops.lighter(across, down)


def moved(mask: Image.Image, shift: tuple[int, int]) -> Image.Image:
    # The strip that is left free keeps its value, so that a shape that the picture cuts off has no edge there.
    sheet = mask.copy()
    sheet.paste(mask, shift)
    return sheet


def halo(size: tuple[int, int], centre: Point, radius: float) -> Image.Image:
    """Return, as a mask, light that falls off around `centre`."""
    small = (max(2, size[0] // 4), max(2, size[1] // 4))
    spread = round(radius / 2)
    ball = _falloff().resize((max(2, spread), max(2, spread)), Image.Resampling.BILINEAR)
    sheet = Image.new("L", small)
    sheet.paste(ball, (round(centre[0] / 4 - spread / 2), round(centre[1] / 4 - spread / 2)))
    return sheet.resize(size, Image.Resampling.BICUBIC)


def _falloff() -> Image.Image:
    return Image.radial_gradient("L").point(curve(lambda v: max(0.0, 1 - v * 1.414) ** 2.2))


def tint(image: Image.Image, mask: Image.Image, colour: Colour, strength: float) -> Image.Image:
    """Add coloured light where the mask is bright."""
    light = Image.merge("RGB", [mask.point(curve(partial(_times, c / 255 * strength))) for c in colour])
    return ImageChops.screen(image, light)


def _times(factor: float, value: float) -> float:
    return value * factor


def grey(mask: Image.Image) -> Image.Image:
    return Image.merge("RGB", (mask, mask, mask))


def vignette(image: Image.Image, strength: float) -> Image.Image:
    ring = Image.radial_gradient("L").resize((64, 64), Image.Resampling.BILINEAR)
    shade = ring.point(curve(lambda v: 1 - strength * max(0.0, v - 0.35) ** 1.6))
    return ImageChops.multiply(image, grey(shade.resize(image.size, Image.Resampling.BICUBIC)))


def grained(image: Image.Image, speckle: Image.Image) -> Image.Image:
    return ImageChops.add(image, grey(speckle), 1, -128)


def strokes(pen: ImageDraw.ImageDraw, line: Sequence[Point], colour: Colour | int, width: float) -> None:
    pen.line([(x, y) for x, y in line], fill=colour, width=max(1, round(width)), joint="curve")
