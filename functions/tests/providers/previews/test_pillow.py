"""Real pictures go through real Pillow. Colours are compared with some tolerance, because WebP loses a little."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from providers.previews.pillow import PillowPreviewer
from services.generations.media import Media
from services.generations.model_ports import NoPreview
from world import data_of

RED, GREEN, BLUE = (220, 20, 20), (20, 180, 20), (20, 20, 220)
Size = tuple[int, int]


def packed(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def halves(size: Size, mode: str = "RGB") -> Image.Image:
    """Return a picture that is red on the left and blue on the right."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image.convert(mode)


def small(data: bytes) -> Image.Image:
    """Return the preview as a browser would read it, and check that its stated type and size are true."""
    made = PillowPreviewer().preview(Media.of_bytes(data, "image/png", width=1, height=1))
    image = Image.open(BytesIO(data_of(made)))
    image.load()
    assert (made.content_type, image.format, image.size) == ("image/webp", "WEBP", (made.width, made.height))
    return image


def is_near(found: Any, colour: tuple[int, ...]) -> bool:
    return all(abs(one - other) < 30 for one, other in zip(found, colour, strict=True))


@pytest.mark.parametrize(
    ("size", "becomes"),
    [
        ((1024, 1024), (640, 640)),
        ((1792, 1024), (640, 366)),
        ((1024, 1792), (366, 640)),
        ((640, 480), (640, 480)),
        ((33, 21), (33, 21)),
        ((1, 1), (1, 1)),
        ((5000, 2), (640, 1)),
    ],
)
def test_the_longer_side_shrinks_to_640_and_nothing_grows(size: Size, becomes: Size) -> None:
    assert small(packed(halves(size))).size == becomes


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_it_shows_what_the_original_shows(kind: str) -> None:
    image = small(packed(halves((1200, 800)), kind)).convert("RGB")
    assert image.size == (640, 427)
    assert is_near(image.getpixel((100, 200)), RED)
    assert is_near(image.getpixel((540, 200)), BLUE)


@pytest.mark.parametrize("mode", ["P", "CMYK", "L", "1", "LA", "RGBA", "I;16"])
def test_of_any_kind_of_colours(mode: str) -> None:
    if mode == "I;16":
        image = Image.new(mode, (800, 600), 65535)
    else:
        image = (
            Image.new("RGB", (800, 600), "white").convert("L").convert(mode)
            if mode in "1 LA"
            else halves((800, 600), mode)
        )
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert small(packed(image, kind)).size == (640, 480)


def test_a_palette_is_scaled_by_its_colours() -> None:
    """Stripes of one pixel become a mixture, which no palette of two colours has."""
    stripes = Image.new("RGB", (1280, 10), RED)
    for x in range(0, 1280, 2):
        stripes.paste(BLUE, (x, 0, x + 1, 10))
    found = small(packed(stripes.quantize(2))).convert("RGB").getpixel((320, 2))
    assert is_near(found, (120, 20, 120))


@pytest.mark.parametrize("mode", ["RGBA", "P"])
def test_what_is_transparent_stays_so(mode: str) -> None:
    image = Image.new("RGBA", (1000, 1000), (*GREEN, 255))
    image.paste((0, 0, 0, 0), (0, 0, 500, 1000))
    found = small(packed(image if mode == "RGBA" else image.quantize(8)))
    assert found.mode == "RGBA"
    left, right = found.getpixel((100, 300)), found.getpixel((540, 300))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[3] == 0
    assert right[3] == 255
    assert is_near(right[:3], GREEN)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_camera_that_was_turned_is_turned_back(kind: str) -> None:
    """Orientation 6 means that the top of the stored picture is the right side of the scene. So red, which is on the
    left in the file, comes to the top.
    """
    exif = Image.Exif()
    exif[0x0112] = 6
    image = small(packed(halves((1200, 800)), kind, exif=exif))
    assert image.size == (427, 640)
    assert is_near(image.convert("RGB").getpixel((200, 50)), RED)
    assert is_near(image.convert("RGB").getpixel((200, 590)), BLUE)
    assert 0x0112 not in image.getexif()


@pytest.mark.parametrize("turn", range(1, 9))
def test_however_it_was_turned_it_is_what_pillow_makes_of_it(turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    scene = halves((90, 60))
    scene.paste(GREEN, (0, 0, 30, 20))
    data = packed(scene, "PNG", exif=exif)
    expected = ImageOps.exif_transpose(Image.open(BytesIO(data))).convert("RGB")
    found = small(data).convert("RGB")
    assert found.size == expected.size
    corners = [(3, 3), (found.width - 4, 3), (3, found.height - 4), (found.width - 4, found.height - 4)]
    for corner in corners:
        pixel = expected.getpixel(corner)
        assert isinstance(pixel, tuple)
        assert is_near(found.getpixel(corner), pixel)


def tiff(*entries: tuple[int, int, int, bytes]) -> bytes:
    """Return EXIF data made by hand, because Pillow writes no odd fields. Each field has a tag, a type, a count and
    four bytes of value.
    """
    fields = b"".join(struct.pack("<HHI4s", *entry) for entry in entries)
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(entries)) + fields + b"\0\0\0\0"


TURNED = (0x0112, 3, 1, struct.pack("<HH", 6, 0))
ODD = {
    "a resolution of text": tiff(TURNED, (0x011A, 2, 3, b"72\0\0")),
    "a resolution of no length": tiff(TURNED, (0x011A, 5, 0, b"\0\0\0\0")),
    "a position that is no directory": tiff(TURNED, (0x8825, 2, 3, b"ab\0\0")),
    "a pointer behind the end": tiff(TURNED, (0x010E, 2, 90, b"\xff\xff\xff\x7f")),
    "an unknown type": tiff(TURNED, (0x010F, 77, 1, b"abcd")),
}


@pytest.mark.parametrize("exif", ODD.values(), ids=ODD)
def test_odd_exif_beside_a_good_turn_fails_nothing(exif: bytes) -> None:
    image = small(packed(halves((1200, 800)), "JPEG", exif=exif))
    assert image.size == (427, 640)


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0nonsense",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        tiff((0x0112, 2, 2, b"6\0\0\0")),
        tiff((0x0112, 3, 1, b"c\0\0\0")),
    ],
)
def test_a_turn_that_cannot_be_read_is_none(exif: bytes) -> None:
    assert small(packed(halves((1200, 800)), "JPEG", exif=exif)).size == (640, 427)


@pytest.mark.parametrize(
    "error", [TypeError("odd"), ZeroDivisionError(), MemoryError(), RecursionError(), AssertionError()]
)
@pytest.mark.parametrize("step", ["getexif", "thumbnail", "convert"])
def test_whatever_pillow_raises_no_more_than_the_preview_is_missing(
    monkeypatch: pytest.MonkeyPatch, error: Exception, step: str
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    picture = Media.of_bytes(packed(halves((800, 600)).quantize(4)), "image/png", width=1, height=1)
    monkeypatch.setattr(Image.Image, step, fail)
    if step == "getexif":
        assert PillowPreviewer().preview(picture).width == 640
    else:
        with pytest.raises(NoPreview, match=type(error).__name__):
            PillowPreviewer().preview(picture)


def test_what_the_original_says_of_itself_stays_there() -> None:
    words = PngInfo()
    words.add_text("prompt", "My daughter Ada on her swing")
    exif = Image.Exif()
    exif[0x010E] = "Ada"
    found = small(packed(halves((800, 800)), pnginfo=words, exif=exif))
    assert b"Ada" not in packed(found, "WEBP")
    assert not found.getexif()
    assert "prompt" not in found.info


def test_it_is_much_smaller_than_the_original() -> None:
    noise = Image.effect_noise((1024, 1024), 40).convert("RGB")
    data = packed(noise)
    made = PillowPreviewer().preview(Media.of_bytes(data, "image/png", width=1024, height=1024))
    assert len(data_of(made)) * 12 < len(data)


def test_the_same_picture_has_the_same_preview() -> None:
    data = packed(halves((1024, 1792)))
    assert small(data).tobytes() == small(data).tobytes()


PNG = packed(halves((900, 900)))
JPEG = packed(halves((900, 900)), "JPEG")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"the picture of a generation",
        b"\x00\x00\x00\x20ftypisom" + bytes(500),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        packed(halves((20, 20)), "GIF"),
        PNG[:8],
        PNG[: len(PNG) // 2],
        PNG[:60] + b"\xff" * 200 + PNG[260:],
        JPEG[: len(JPEG) // 2],
        packed(halves((900, 900)), "WEBP")[:200],
    ],
)
def test_what_cannot_be_read_has_none(data: bytes) -> None:
    with pytest.raises(NoPreview):
        small(data)


@pytest.mark.parametrize("data", [PNG, JPEG, packed(halves((90, 90), "P")), packed(halves((90, 90)), "WEBP")])
def test_no_broken_byte_raises_anything_else(data: bytes) -> None:
    for at in [*range(min(len(data), 600)), *range(600, len(data), 97)]:
        broken = bytearray(data)
        broken[at] ^= 0xFF
        try:
            small(bytes(broken))
        except NoPreview:
            continue


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(8000, 4001), (12_000, 8000), (60_000, 60_000)])
def test_dimensions_that_would_fill_the_memory_are_not_unpacked(size: Size) -> None:
    """The file is small, because all of it is one colour, or because the size is only claimed."""
    with pytest.raises(NoPreview):
        small(claiming(size))


def claiming(size: Size) -> bytes:
    """Return a PNG that claims these dimensions and has one row."""
    header = struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)
    row = zlib.compress(bytes(1 + 3 * size[0]))
    chunks = ((b"IHDR", header), (b"IDAT", row), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
