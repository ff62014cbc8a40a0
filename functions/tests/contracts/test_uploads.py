"""A bucket gets a file by the real client of Google, on a connection that plays a bucket, and sometimes fails."""

import base64
import json
import re
import tracemalloc
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import google_crc32c
import pytest
import requests
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from core.errors import Unavailable
from providers.storage.gcs import BucketOutputs
from services.generations.media import MeasuredStream

MIB = 1024 * 1024
PICTURE = b"a picture of " + bytes(100_000)
VIDEO = b"".join(bytes([number]) * MIB for number in range(20)) + b"the end"


class PlayedBucket(requests.Session):
    """`answers` come in the place of its own, by the number of the request; an exception is a broken connection."""

    is_mtls = False

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {}
        self.metadata: dict[str, Any] = {}
        self.content_type = ""
        self.requests: list[str] = []
        self.answers: dict[int, Callable[[bytes], requests.Response]] = {}
        self.largest = 0
        self._open: dict[str, bytes] = {}

    def request(self, method: str, url: str, data: Any = None, headers: Any = None, **_: Any) -> requests.Response:  # type: ignore[override]
        sent = bytes(data or b"")
        self.largest = max(self.largest, len(sent))
        kind = next(name for name in ("multipart", "resumable", "upload_id", "?alt=media", "/o/") if name in url)
        self.requests.append(f"{method} {kind}")
        failure = self.answers.get(len(self.requests))
        if failure is not None:
            return failure(sent)
        if kind == "multipart":
            return self._whole(sent)
        if kind == "resumable":
            self.metadata = json.loads(sent)
            self.content_type = headers["x-upload-content-type"]
            session = str(uuid.uuid4())
            self._open[session] = b""
            return answer(200, headers={"location": f"https://played.test/upload_id={session}"})
        return self._part(url, sent, headers) if method == "PUT" else answer(204)

    def _whole(self, sent: bytes) -> requests.Response:
        boundary = sent.partition(b"\r\n")[0]
        _, described, content, _ = sent.split(boundary)
        self.metadata = json.loads(described.partition(b"\r\n\r\n")[2])
        head, _, data = content.partition(b"\r\n\r\n")
        self.content_type = head.decode().strip().removeprefix("content-type: ")
        return self._store(data.removesuffix(b"\r\n"))

    def _part(self, url: str, sent: bytes, headers: Mapping[str, Any]) -> requests.Response:
        session = url.rpartition("=")[2]
        found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", headers["content-range"])
        assert found is not None
        start, end, total = map(int, found.groups())
        kept = self._open[session]
        assert (start, end - start + 1) == (len(kept), len(sent))
        self._open[session] = kept + sent
        return self._store(kept + sent) if end + 1 == total else answer(308, headers={"range": f"bytes=0-{end}"})

    def _store(self, data: bytes) -> requests.Response:
        self.files[self.metadata["name"]] = data
        crc = google_crc32c.value(data).to_bytes(4, "big")
        return answer(200, {**self.metadata, "crc32c": base64.b64encode(crc).decode()})


def answer(status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = json.dumps(body or {}).encode()
    response.headers.update(headers or {})
    response.request = requests.Request("PUT", "https://played.test/").prepare()
    return response


def failing(status: int, **headers: str) -> Callable[[bytes], requests.Response]:
    return lambda _: answer(status, headers=headers)


def broken(_: bytes) -> requests.Response:
    raise requests.ConnectionError("reset by peer")


@pytest.fixture
def played() -> PlayedBucket:
    return PlayedBucket()


@pytest.fixture
def outputs(played: PlayedBucket, monkeypatch: pytest.MonkeyPatch) -> BucketOutputs:
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    monkeypatch.setattr("time.sleep", lambda _: None)
    client = storage.Client(project="demo", credentials=AnonymousCredentials(), _http=played)
    return BucketOutputs(client.bucket("demo"), lambda path, save_as=None: path)


class Watched(BytesIO):
    """Knows how much was asked of it at once."""

    largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.largest = max(self.largest, len(data))
        return data


def test_a_picture_goes_up_in_one_request(outputs: BucketOutputs, played: PlayedBucket) -> None:
    outputs.put("a/0.png", BytesIO(PICTURE), "image/png", {"model": "Model A"})
    assert played.requests == ["POST multipart"]
    assert played.files == {"a/0.png": PICTURE}
    assert (played.content_type, played.metadata["metadata"]) == ("image/png", {"model": "Model A"})


def test_a_video_goes_up_in_parts_that_fit_into_memory(outputs: BucketOutputs, played: PlayedBucket) -> None:
    stream = Watched(VIDEO)
    outputs.put("a/0.mp4", stream, "video/mp4", {"model": "Model V"})
    assert played.files == {"a/0.mp4": VIDEO}
    assert played.requests == ["POST resumable", "PUT upload_id", "PUT upload_id", "PUT upload_id"]
    assert 0 < max(stream.largest, played.largest) <= 8 * MIB
    assert (played.content_type, played.metadata["metadata"]) == ("video/mp4", {"model": "Model V"})


@pytest.mark.parametrize("failure", [failing(503), failing(429), broken])
@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_request_that_fails_is_sent_again(
    outputs: BucketOutputs, played: PlayedBucket, failure: Callable[[bytes], requests.Response], at: int
) -> None:
    played.answers = {at: failure}
    measured = MeasuredStream(BytesIO(VIDEO))
    outputs.put("a/0.mp4", measured, "video/mp4", {})
    assert played.files == {"a/0.mp4": VIDEO}
    assert len(played.requests) == 5
    assert (measured.bytes, measured.sha256) == (len(VIDEO), sha256(VIDEO).hexdigest())


@pytest.mark.parametrize("failure", [failing(503), broken])
def test_a_picture_that_fails_is_sent_again_whole(
    outputs: BucketOutputs, played: PlayedBucket, failure: Callable[[bytes], requests.Response]
) -> None:
    played.answers = {1: failure}
    outputs.put("a/0.png", BytesIO(PICTURE), "image/png", {})
    assert played.requests == ["POST multipart"] * 2
    assert played.files == {"a/0.png": PICTURE}


@pytest.mark.parametrize(
    "failure",
    [failing(410), failing(308, range=f"bytes=0-{9 * MIB}"), lambda _: answer(200, {"crc32c": "AAAAAA=="})],
    ids=["forgotten", "kept in part", "corrupted"],
)
def test_an_upload_that_cannot_go_on_starts_again_with_the_whole_file(
    outputs: BucketOutputs, played: PlayedBucket, failure: Callable[[bytes], requests.Response]
) -> None:
    played.answers = {3: failure}
    measured = MeasuredStream(BytesIO(VIDEO))
    outputs.put("a/0.mp4", measured, "video/mp4", {})
    assert played.files == {"a/0.mp4": VIDEO}
    assert played.requests.count("POST resumable") == 2
    assert (measured.bytes, measured.sha256) == (len(VIDEO), sha256(VIDEO).hexdigest())


@pytest.mark.parametrize("failure", [failing(503), failing(410), failing(403), broken])
@pytest.mark.parametrize("data", [PICTURE, VIDEO], ids=["picture", "video"])
def test_a_bucket_that_stays_away_is_unavailable(
    outputs: BucketOutputs, played: PlayedBucket, failure: Callable[[bytes], requests.Response], data: bytes
) -> None:
    played.answers = dict.fromkeys(range(2 if data is VIDEO else 1, 100_000), failure)
    with pytest.raises(Unavailable):
        outputs.put("a/0", BytesIO(data), "video/mp4", {}, patience=timedelta(seconds=0.2))
    assert not played.files


class ForgetfulBucket(PlayedBucket):
    """Keeps no bytes: only how many there are, and their checksum."""

    def __init__(self) -> None:
        super().__init__()
        self._sums: defaultdict[str, Any] = defaultdict(google_crc32c.Checksum)

    def _part(self, url: str, sent: bytes, headers: Mapping[str, Any]) -> requests.Response:
        self._sums[url].update(sent)
        place, _, total = headers["content-range"].partition("/")
        end = place.rpartition("-")[2]
        if int(end) + 1 < int(total):
            return answer(308, headers={"range": f"bytes=0-{end}"})
        return answer(200, {"crc32c": base64.b64encode(self._sums[url].digest()).decode()})


@pytest.mark.parametrize("played", [ForgetfulBucket()])
def test_four_large_files_at_once_need_little_memory(
    played: PlayedBucket, outputs: BucketOutputs, tmp_path: Path
) -> None:
    """Each is as if it came from a vendor's download: on the disk, here without using any."""
    path, size = tmp_path / "0.mp4", 50 * MIB
    with path.open("wb") as file:
        file.truncate(size)
    tracemalloc.start()
    try:
        with ThreadPoolExecutor(4) as pool:
            measured = list(pool.map(lambda number: delivered(outputs, path, number), range(4)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [each.bytes for each in measured] == [size] * 4
    assert played.requests.count("PUT upload_id") == 4 * 7
    assert peak < 4 * 2 * 8 * MIB + 4 * MIB


def delivered(outputs: BucketOutputs, path: Path, number: int) -> MeasuredStream:
    with path.open("rb") as stream:
        measured = MeasuredStream(stream)
        outputs.put(f"{number}/0.mp4", measured, "video/mp4", {})
    return measured
