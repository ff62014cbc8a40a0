from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.generations.generation import Generation, Output, Spec, Status
from domain.generations.output_files import output_filename, output_path, prefixes_of_output, preview_path

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
GENERATION = Generation(
    id="0123456789",
    user_id="alice",
    spec=Spec(model="Model A", prompt="A lighthouse", params={}),
    status=Status.COMPLETED,
    price=1,
    created_at=NOON,
    updated_at=NOON,
)
OUTPUT = Output(path="p", content_type="image/png", bytes=1)


@pytest.mark.parametrize(
    ("content_type", "extension"),
    [
        ("image/png", "png"),
        ("image/jpeg", "jpg"),
        ("image/webp", "webp"),
        ("video/mp4", "mp4"),
        ("video/webm", "webm"),
        ("audio/mpeg", "mp3"),
        ('Video/MP4; codecs="avc1.42E01E"', "mp4"),
        ("application/octet-stream", "bin"),
        ("", "bin"),
        ("../../etc/passwd", "bin"),
    ],
)
def test_the_name_of_a_file_follows_its_content(content_type: str, extension: str) -> None:
    assert output_path(GENERATION, 2, content_type) == f"generations/alice/0123456789/2.{extension}"
    named = output_filename(GENERATION, "2", replace(OUTPUT, content_type=content_type))
    assert named == f"darkroom-01234567-2.{extension}"


@pytest.mark.parametrize("content_type", ["image/png", "video/mp4", "application/octet-stream"])
@pytest.mark.parametrize("index", [0, 1, 10])
def test_the_prefixes_of_an_output_are_those_of_its_files_and_of_no_others(content_type: str, index: int) -> None:
    prefixes = prefixes_of_output(GENERATION, index)
    for other in (0, 1, 10, 100):
        paths = (output_path(GENERATION, other, content_type), preview_path(GENERATION, other))
        assert [path.startswith(prefixes) for path in paths] == [other == index] * 2
