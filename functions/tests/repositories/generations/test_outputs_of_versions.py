"""An older version of the code must read what this one writes, because one may have to go back to it."""

from dataclasses import dataclass

import pytest

from domain.generations.generation import Output
from repositories.generations.output_mapping import output_fields, output_from
from repositories.store.typed import known, typed

PICTURE = Output(
    path="g/0.png",
    content_type="image/png",
    width=512,
    height=384,
    bytes=9,
    sha256="ab12",
    preview_path="g/0-thumbnail.webp",
)
VIDEO = Output(path="g/0.mp4", content_type="video/mp4", width=640, height=360, duration=2.5, bytes=9)
SOUND = Output(path="g/0.mp3", content_type="audio/mpeg", duration=2.5, bytes=9)


@dataclass(frozen=True, slots=True, kw_only=True)
class OlderOutput:
    """As it was before there was anything but pictures, and read as it was then."""

    path: str
    content_type: str
    width: int
    height: int
    bytes: int
    thumbnail_path: str | None = None


@pytest.mark.parametrize("output", [PICTURE, VIDEO, SOUND])
def test_what_is_written_now_is_read_by_the_older_names(output: Output) -> None:
    stored = output_fields(output)
    older = typed(OlderOutput, **known(OlderOutput, stored))
    assert (older.path, older.content_type, older.bytes) == (output.path, output.content_type, output.bytes)
    assert (older.width, older.height) == (output.width or 0, output.height or 0)
    assert older.thumbnail_path == output.preview_path
    assert "preview_path" not in stored


@pytest.mark.parametrize("output", [PICTURE, VIDEO, SOUND])
def test_what_is_written_now_reads_back_the_same(output: Output) -> None:
    assert output_from(output_fields(output)) == output


@pytest.mark.parametrize("thumbnail", [{}, {"thumbnail_path": None}, {"thumbnail_path": "g/0-thumbnail.webp"}])
def test_what_was_written_before_is_read(thumbnail: dict[str, str | None]) -> None:
    older = {"path": "g/0.png", "content_type": "image/png", "width": 512, "height": 384, "bytes": 9, **thumbnail}
    expected = Output(
        path="g/0.png",
        content_type="image/png",
        width=512,
        height=384,
        bytes=9,
        preview_path=thumbnail.get("thumbnail_path"),
    )
    assert output_from(older) == expected


@pytest.mark.parametrize("broken", [{"bytes": "9"}, {"width": "512"}, {"thumbnail_path": 3}, {"sha256": 3}])
def test_what_is_no_output_is_not_read(broken: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        output_from(output_fields(PICTURE) | broken)
