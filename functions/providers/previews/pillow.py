"""Makes previews of pictures with Pillow. The metadata of the original is left out, because it may have the prompt."""

import logging
from io import BytesIO

from PIL import Image

from services.generations.media import Media
from services.generations.model_ports import PREVIEW_SIDE, NoPreview

log = logging.getLogger(__name__)

# Models deliver these. With fewer decoders in use, fewer have to be trusted.
_FORMATS = ("PNG", "JPEG", "WEBP")

# A pixel takes four bytes when it is unpacked, and one worker unpacks four pictures at once in 1 GB. Pillow's own limit
# is far higher.
_PIXELS_MAX = 32_000_000

_QUALITY = 80

_ORIENTATION = 0x0112
# EXIF says by a number how the camera was held. Each number has here the turn that makes the picture upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class PillowPreviewer:
    def preview(self, media: Media) -> Media:
        if not media.content_type.startswith("image/"):
            raise NoPreview(f"{media.content_type} is no picture")
        try:
            with media.open() as stream, Image.open(stream, formats=_FORMATS) as image:
                return _packed(_small(image))
        except NoPreview:
            raise
        except Exception as error:  # Pillow may raise anything on data of others, and previews are optional
            raise NoPreview(f"{type(error).__name__}: {error}") from error


def _small(image: Image.Image) -> Image.Image:
    if image.width * image.height > _PIXELS_MAX:
        raise NoPreview(f"{image.width} x {image.height} pixels are too many")
    upright = _upright(image)
    mode = "RGBA" if upright.has_transparency_data else "RGB"
    # The numbers of a palette's colours cannot be averaged, so they become colours first.
    plain = upright if upright.mode == mode else upright.convert(mode)
    plain.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    return plain


def _upright(image: Image.Image) -> Image.Image:
    """Turn the picture upright by its orientation. Pillow's own way rewrites all of EXIF, and fails at an odd field."""
    turn = _TURNS.get(_orientation(image))
    return image if turn is None else image.transpose(turn)


def _orientation(image: Image.Image) -> int:
    """Return the number of the orientation, or 0 if there is none that can be read."""
    if image.format == "PNG":  # its EXIF may come after its pixels, and a picture with broken pixels is refused
        image.load()
    try:
        number = image.getexif().get(_ORIENTATION)
    except Exception:  # broken metadata of a camera or a vendor does not make a picture bad
        log.info("exif_unreadable", exc_info=True)
        return 0
    return number if isinstance(number, int) else 0


def _packed(image: Image.Image) -> Media:
    file = BytesIO()
    image.save(file, "WEBP", quality=_QUALITY)
    return Media.of_bytes(file.getvalue(), "image/webp", width=image.width, height=image.height)
