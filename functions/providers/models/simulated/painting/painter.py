"""Paints a scene, and returns the bytes of a PNG."""

from collections.abc import Callable, Mapping
from io import BytesIO
from random import Random

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from providers.models.simulated.painting import landscape, tabletop
from providers.models.simulated.painting.chance import dice, digest
from providers.models.simulated.painting.colour import Palette
from providers.models.simulated.painting.forms import Picture
from providers.models.simulated.painting.hands import anime, cyberpunk, oil, realistic, sketch, watercolor
from providers.models.simulated.painting.scene import Scene

__all__ = ["Scene", "paint"]

_COMPOSERS: dict[str, Callable[[Scene, Palette], Picture]] = {
    "landscapes": landscape.compose,
    "tabletops": tabletop.compose,
}
_HANDS: dict[str, Callable[[Picture, Random], Image.Image]] = {
    "realistic": realistic.render,
    "anime": anime.render,
    "oil_painting": oil.render,
    "sketch": sketch.render,
    "cyberpunk": cyberpunk.render,
    "watercolor": watercolor.render,
}
_FASTEST = 1  # the fastest level of zlib; because of the grain, slower levels hardly make the files smaller
_KEYWORD = 79  # a PNG allows so many bytes for the name of a text


def paint(scene: Scene, *, parameters: Mapping[str, str]) -> bytes:
    picture = _composer(scene.composition)(scene, Palette.of(scene.palette))
    # The composition does not depend on style and palette, which only paint the same scene in another way.
    hand = _HANDS.get(scene.style, realistic.render)
    image = hand(picture, dice(scene))
    sheet = BytesIO()
    image.save(sheet, "PNG", compress_level=_FASTEST, pnginfo=_written(parameters))
    return sheet.getvalue()


def _composer(composition: str) -> Callable[[Scene, Palette], Picture]:
    """Return the composer with this name. An operator may have given another name, which always means the same one."""
    return _COMPOSERS.get(composition) or list(_COMPOSERS.values())[digest(composition) % len(_COMPOSERS)]


def _written(parameters: Mapping[str, str]) -> PngInfo:
    info = PngInfo()
    for name, value in parameters.items():
        keyword = name.encode("latin-1", "replace")[:_KEYWORD].decode("latin-1")
        # Half a surrogate pair cannot be encoded as UTF-8, and a zero byte would end the text early.
        info.add_itxt(keyword, value.encode("utf-8", "replace").decode().replace("\x00", ""))
    return info
