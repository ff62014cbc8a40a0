"""Thumbnails by Pillow. Without anything that the original says of itself: it may name the prompt."""

import logging
from io import BytesIO

from PIL import Image

from services.generations.model_ports import THUMBNAIL_SIDE, NoThumbnail, Picture

log = logging.getLogger(__name__)

_FORMATS = ("PNG", "JPEG", "WEBP")
"""What models deliver; the fewer decoders may be reached, the fewer have to be trusted."""

_PIXELS_MAX = 32_000_000
"""Four bytes each when it is unpacked, and one worker unpacks four at once in 1 GB. Pillow's own limit is far above."""

_QUALITY = 80

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF has a number for the way in which the camera was held. This says how each one is turned upright."""


class PillowThumbnailer:
    def thumbnail(self, picture: Picture) -> Picture:
        try:
            with Image.open(BytesIO(picture.data), formats=_FORMATS) as image:
                return _packed(_small(image))
        except NoThumbnail:
            raise
        except Exception as error:  # Pillow raises anything on somebody's data, and a picture is as good without
            raise NoThumbnail(f"{type(error).__name__}: {error}") from error


def _small(image: Image.Image) -> Image.Image:
    if image.width * image.height > _PIXELS_MAX:
        raise NoThumbnail(f"{image.width} x {image.height} pixels are too many")
    upright = _upright(image)
    mode = "RGBA" if upright.has_transparency_data else "RGB"
    plain = upright if upright.mode == mode else upright.convert(mode)  # a palette's colours have no mean
    plain.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return plain


def _upright(image: Image.Image) -> Image.Image:
    """Turn by the one number that matters. Pillow's own way packs all of EXIF again, and fails at an odd field."""
    turn = _TURNS.get(_orientation(image))
    return image if turn is None else image.transpose(turn)


def _orientation(image: Image.Image) -> int:
    """Return the number, or 0 where the picture has none that can be read."""
    if image.format == "PNG":  # its EXIF may stand behind its pixels, and pixels that are broken are no picture
        image.load()
    try:
        number = image.getexif().get(_ORIENTATION)
    except Exception:  # as above: what a camera, or a vendor, writes about a picture does not make it a bad one
        log.info("exif_unreadable", exc_info=True)
        return 0
    return number if isinstance(number, int) else 0


def _packed(image: Image.Image) -> Picture:
    file = BytesIO()
    image.save(file, "WEBP", quality=_QUALITY)
    return Picture(data=file.getvalue(), content_type="image/webp", width=image.width, height=image.height)
