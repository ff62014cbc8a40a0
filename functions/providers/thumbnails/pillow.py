"""Thumbnails by Pillow. Without anything that the original says of itself: it may name the prompt."""

import struct
from io import BytesIO

from PIL import Image, ImageOps

from services.ports import THUMBNAIL_SIDE, NoThumbnail, Picture

_FORMATS = ("PNG", "JPEG", "WEBP")
"""What models deliver; the fewer decoders may be reached, the fewer have to be trusted."""

_PIXELS_MAX = 32_000_000
"""Four bytes each when it is unpacked, and one worker unpacks four at once in 1 GB. Pillow's own limit is far above."""

_QUALITY = 80

_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError)
"""What Pillow raises for broken data, `UnidentifiedImageError` among it: there is no one class of errors."""


class PillowThumbnailer:
    def thumbnail(self, picture: Picture) -> Picture:
        try:
            with Image.open(BytesIO(picture.data), formats=_FORMATS) as image:
                return _packed(_small(image))
        except _UNREADABLE as error:
            raise NoThumbnail(f"{type(error).__name__}: {error}") from error


def _small(image: Image.Image) -> Image.Image:
    if image.width * image.height > _PIXELS_MAX:
        raise NoThumbnail(f"{image.width} x {image.height} pixels are too many")
    upright = ImageOps.exif_transpose(image)
    mode = "RGBA" if upright.has_transparency_data else "RGB"
    plain = upright if upright.mode == mode else upright.convert(mode)  # a palette's colours have no mean
    plain.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return plain


def _packed(image: Image.Image) -> Picture:
    file = BytesIO()
    image.save(file, "WEBP", quality=_QUALITY)
    return Picture(data=file.getvalue(), content_type="image/webp", width=image.width, height=image.height)
