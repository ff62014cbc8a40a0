"""Draws with coloured pencil on paper: the darker a shape, the denser its hatching, and a loose line around it."""

import math
from random import Random

from PIL import Image, ImageChops, ImageDraw

from providers.models.simulated.painting import canvas as on
from providers.models.simulated.painting.canvas import Box, Canvas
from providers.models.simulated.painting.colour import Colour, blend, deep, lightness, mix, vivid
from providers.models.simulated.painting.forms import Form, Kind, Outline, Picture, box

_LINED = (Kind.LAND, Kind.PLANT, Kind.OBJECT, Kind.LIGHT, Kind.CLOUD)
_SLANTS = (0.95, -0.6, 0.3)  # slants of the three layers of hatching
_DARK = 0.55
_EMPTY = (Kind.CLOUD, Kind.SPARK)  # these kinds stay bare paper


def render(picture: Picture, rng: Random) -> Image.Image:
    paper = mix(picture.palette.paper, (250, 250, 250), 0.6)
    canvas = Canvas.blank(picture, 1.0, paper)
    hatches = [_hatching(rng, canvas, slant) for slant in _SLANTS]
    tooth = on.grain(rng, canvas.size, 1.0)
    whole = box(0, 0, picture.width, picture.height)
    forms = (Form(parts=(whole,), kind=Kind.SHADE, tones=picture.backdrop, depth=0), *picture.forms)
    for form in forms:
        _draw(canvas, form, hatches, paper)
        if form.kind in _LINED:
            _contour(canvas, form, rng)
    return _frayed(canvas, paper, tooth, rng)


def _hatching(rng: Random, canvas: Canvas, slant: float) -> Image.Image:
    """Return pencil lines over the whole sheet, drawn in short runs, as a wrist moves."""
    wide, high = canvas.size
    sheet = Image.new("L", canvas.size)
    pen = ImageDraw.Draw(sheet)
    gap = max(2.5, canvas.unit * 0.0062)
    reach = canvas.unit * 0.16
    dx, dy = math.cos(slant), math.sin(slant)
    far = math.hypot(wide, high) / 2
    for row in range(int(-far / gap), int(far / gap)):
        along = -far + rng.uniform(0, reach)
        while along < far:
            run = reach * rng.uniform(0.6, 1.3)
            start, end = row * gap + rng.uniform(-0.4, 0.4) * gap, row * gap + rng.uniform(-0.4, 0.4) * gap
            x0, y0 = wide / 2 + dx * along - dy * start, high / 2 + dy * along + dx * start
            x1, y1 = wide / 2 + dx * (along + run) - dy * end, high / 2 + dy * (along + run) + dx * end
            pen.line((x0, y0, x1, y1), fill=rng.randint(120, 255), width=max(1, round(gap * 0.42)))
            along += run * rng.uniform(0.8, 1.0)
    return on.soften(sheet, max(0.4, canvas.unit * 0.0005))


def _draw(canvas: Canvas, form: Form, hatches: list[Image.Image], paper: Colour) -> None:
    area = canvas.bounds(form.parts)
    if area is None:
        return
    mask = canvas.mask(form.parts, area, form.opacity)
    if form.kind is not Kind.SHADE:
        canvas.image.paste(paper, area, mask)
    if form.kind in _EMPTY:
        _leave(canvas, form, area, mask)
        return
    tones = tuple(vivid(tone, 1.25) for tone in form.tones)
    _wash(canvas, form, area, mask, tones)
    # A darker tone gets more layers of hatching.
    dark = 1 - lightness(blend(tones, 0.5))
    for layer, hatch in enumerate(hatches):
        strength = min(1.0, 0.55 + dark - 0.28 * layer - (0.25 if form.kind is Kind.SHADE else 0))
        if strength > 0.15 * (layer + 1):
            _pencil(canvas, form, area, ImageChops.multiply(mask, hatch.crop(area)), strength)


def _leave(canvas: Canvas, form: Form, area: Box, mask: Image.Image) -> None:
    """Leave bright things as bare paper. Only what is small and dark is drawn, in pencil."""
    if form.kind is Kind.SPARK and lightness(form.tones[0]) < _DARK:
        canvas.image.paste(form.tones[0], area, mask)


def _wash(canvas: Canvas, form: Form, area: Box, mask: Image.Image, tones: tuple[Colour, ...]) -> None:
    faint = mask.point(on.curve(lambda v: v * 0.42))
    canvas.image.paste(canvas.fill(form, area, tones), area, faint)


def _pencil(canvas: Canvas, form: Form, area: Box, mask: Image.Image, strength: float) -> None:
    tones = tuple(deep(vivid(tone, 1.35), 0.14) for tone in form.tones)
    lead = mask.point(on.curve(lambda v: v * strength))
    canvas.image.paste(canvas.fill(form, area, tones), area, lead)


def _contour(canvas: Canvas, form: Form, rng: Random) -> None:
    area = canvas.bounds(form.parts, 6)
    if area is None:
        return
    large = Image.new("L", ((area[2] - area[0]) * 2, (area[3] - area[1]) * 2))
    pen = ImageDraw.Draw(large)
    shake = canvas.unit * 0.0016
    for part in _outlines(form):
        for pressure in (235, 150):
            line = _loose(part, shake, rng, (area[0], area[1]))
            on.strokes(pen, line, pressure, canvas.unit * 0.0034)
    graphite = mix(deep(canvas.picture.palette.ink, 0.1), blend(form.tones, 0.5), 0.28 * (1 - form.depth))
    lead = large.reduce(2).point(on.curve(lambda v: v * (0.55 + 0.4 * form.depth)))
    canvas.image.paste(graphite, area, lead)


def _outlines(form: Form) -> tuple[Outline, ...]:
    # The inner edges of a cloud's parts would be seen, so only its upper edges are drawn.
    if form.kind is Kind.CLOUD:
        return tuple(part[len(part) // 2 :] for part in form.parts[:-1])
    return tuple([*part, part[0], part[1]] for part in form.edges or form.parts)


def _loose(part: Outline, shake: float, rng: Random, origin: tuple[int, int]) -> Outline:
    dx, dy = rng.uniform(-1, 1) * shake, rng.uniform(-1, 1) * shake
    return [
        (
            (x + dx + rng.gauss(0, shake * 0.3) - origin[0]) * 2,
            (y + dy + rng.gauss(0, shake * 0.3) - origin[1]) * 2,
        )
        for x, y in part
    ]


def _frayed(canvas: Canvas, paper: Colour, tooth: Image.Image, rng: Random) -> Image.Image:
    """End the drawing before the edge of the paper, with the loose ends of its strokes."""
    sheet = Image.new("RGB", canvas.size, paper)
    sheet.paste(canvas.image, (0, 0), _loose_ends(canvas, rng))
    # Pencil stays on the high points of the paper, so the paper can be seen where it is rough.
    sheet.paste(paper, (0, 0), tooth.point(on.curve(lambda v: (v - 0.62) * 0.8)))
    return sheet


def _loose_ends(canvas: Canvas, rng: Random) -> Image.Image:
    wide, high = canvas.size
    edge, slant = canvas.unit * 0.045, math.tan(0.95)
    mask = Image.new("L", canvas.size)
    pen = ImageDraw.Draw(mask)
    gap = max(2.0, canvas.unit * 0.006)
    for k in range(int((wide + high / slant) / gap) + 1):
        # A slanted line ends where it meets the margin, each time a little sooner or later.
        start = k * gap - high / slant
        top = max(edge, (edge - start) * slant) + rng.gauss(0, 0.4) * edge
        foot = min(high - edge, (wide - edge - start) * slant) + rng.gauss(0, 0.4) * edge
        if top < foot:
            line = (start + top / slant, top, start + foot / slant, foot)
            pen.line(line, fill=255, width=round(gap * 1.25) + 1)
    return on.soften(mask, max(0.6, canvas.unit * 0.0008))
