"""Media that do not fit into memory: they are read in parts, measured once, and gone from the disk afterwards."""

import pickle
import tracemalloc
from collections.abc import Callable, Mapping
from datetime import timedelta
from hashlib import sha256
from io import SEEK_END, BytesIO
from pathlib import Path

import pytest
from firebase_functions.https_fn import HttpsError

from core.errors import Unavailable
from providers.previews.pillow import PillowPreviewer
from providers.storage.memory import MemoryOutputs
from services.generations.jobs import temporary_folder
from services.generations.media import ByteStream, MeasuredStream, Media
from services.generations.model_ports import (
    STORE_PATIENCE,
    Job,
    ModelRejected,
    ModelUnavailable,
    RemoteResult,
    RemoteStatus,
)
from world import World, captured_log, data_of, lines_of

MIB = 1024 * 1024
VIDEO = b"a video of " + bytes(range(256)) * 100


class TestMedia:
    @pytest.fixture(params=["bytes", "file"])
    def media(self, request: pytest.FixtureRequest, tmp_path: Path) -> Media:
        if request.param == "bytes":
            return Media.of_bytes(VIDEO, "video/mp4", width=640, height=360, duration=2.5)
        (tmp_path / "0.mp4").write_bytes(VIDEO)
        return Media.of_file(tmp_path / "0.mp4", "video/mp4", width=640, height=360, duration=2.5)

    def test_each_stream_begins_at_the_first_byte(self, media: Media) -> None:
        with media.open() as stream:
            stream.read(7)
            assert data_of(media) == data_of(media) == VIDEO
            assert stream.read() == VIDEO[7:]

    def test_they_say_what_they_are(self, media: Media) -> None:
        assert (media.content_type, media.width, media.height, media.duration) == ("video/mp4", 640, 360, 2.5)

    def test_another_process_can_make_them(self, media: Media) -> None:
        assert data_of(pickle.loads(pickle.dumps(media))) == VIDEO


class TestMeasuring:
    def test_all_that_was_read_is_measured(self) -> None:
        stream = MeasuredStream(BytesIO(VIDEO))
        while stream.read(1000):
            pass
        assert (stream.bytes, stream.sha256) == (len(VIDEO), sha256(VIDEO).hexdigest())

    @pytest.mark.parametrize("back", [0, 1, 500, 1000, 1500])
    def test_what_is_read_again_counts_once(self, back: int) -> None:
        stream = MeasuredStream(BytesIO(VIDEO))
        stream.read(1000)
        stream.read(500)
        stream.seek(back)
        assert stream.read(100) == VIDEO[back : back + 100]
        assert stream.read() == VIDEO[back + 100 :]
        assert (stream.bytes, stream.sha256) == (len(VIDEO), sha256(VIDEO).hexdigest())

    def test_to_ask_for_its_size_reads_nothing(self) -> None:
        stream = MeasuredStream(BytesIO(VIDEO))
        assert stream.seek(0, SEEK_END) == stream.tell() == len(VIDEO)
        assert stream.bytes == 0

    def test_nothing_is_passed_over(self) -> None:
        stream = MeasuredStream(BytesIO(VIDEO))
        stream.seek(1)
        with pytest.raises(ValueError, match="from 0 to 1"):
            stream.read()


class TestTemporaryFolder:
    def test_it_is_made_when_it_is_needed_and_gone_afterwards(self) -> None:
        with temporary_folder() as folder:
            assert not folder.exists()
            (folder / "deep").mkdir(parents=True)
            (folder / "deep/file").write_bytes(b"x")
        assert not folder.exists()

    def test_each_has_a_name_of_its_own(self) -> None:
        with temporary_folder() as one, temporary_folder() as other:
            assert one != other


# --- deliveries ---

LARGE = 200 * MIB


class Parts(MemoryOutputs):
    """Reads in parts as a bucket does, and keeps only how long the files are. `error` comes after the first part."""

    error: Exception | None = None

    def __init__(self) -> None:
        super().__init__()
        self.sizes: dict[str, int] = {}

    def put(
        self,
        path: str,
        stream: ByteStream,
        content_type: str,
        metadata: Mapping[str, str],
        *,
        patience: timedelta = STORE_PATIENCE,
    ) -> str:
        self.sizes[path] = 0
        while part := stream.read(MIB):
            self.sizes[path] += len(part)
            if self.error is not None:
                raise self.error
        return f"gs://parts/{path}"


class FileModel:
    """Writes a video to the disk, as one that downloads it. It is sparse, so it costs no disk."""

    def __init__(self, *, size: int = len(VIDEO), fails: Exception | None = None) -> None:
        self.folders: list[Path] = []
        self.meanwhile: Callable[[], object] = lambda: None
        self._size = size
        self._fails = fails

    def expected_seconds(self) -> float:
        return 10.0

    def generate(self, job: Job) -> tuple[Media, ...]:
        self.folders.append(job.folder)
        with job.file("0.mp4").open("wb") as file:
            file.write(VIDEO)
            file.truncate(self._size)
        assert job.folder.stat().st_mode & 0o077 == 0
        self.meanwhile()
        if self._fails is not None:
            raise self._fails
        return (Media.of_file(job.file("0.mp4"), "video/mp4", width=640, height=360, duration=2.5),)

    def submit(self, job: Job) -> str:
        return f"job-of-{job.generation_id}"

    def poll(self, provider_job: str, job: Job) -> RemoteResult:
        return RemoteResult(status=RemoteStatus.SUCCEEDED, media=self.generate(job))

    def cancel(self, provider_job: str) -> None:
        pass


def order(world: World, model: FileModel, way: str = "direct") -> str:
    """The next delivery of its task makes the video."""
    world.previewer.reads_pictures = False
    for name in ("generate", "submit", "poll"):
        part = world.model if name == "generate" else world.vendor
        setattr(part, name, getattr(model, name))
    if way == "direct":
        return world.create()
    generation_id = world.create(model="Model R")
    world.deliver(generation_id)
    return generation_id


@pytest.mark.parametrize("way", ["direct", "remote"])
def test_a_video_from_the_disk_is_stored_and_described(world: World, way: str) -> None:
    model = FileModel()
    generation_id = order(world, model, way)
    world.deliver(generation_id)
    (output,) = world.generation(generation_id).outputs
    assert output.path == f"generations/alice/{generation_id}/0.mp4"
    assert world.outputs.files == {output.path: VIDEO}
    assert (output.content_type, output.width, output.height, output.duration) == ("video/mp4", 640, 360, 2.5)
    assert (output.bytes, output.sha256) == (len(VIDEO), sha256(VIDEO).hexdigest())
    world.assert_books_balance()


FAILURES: dict[str, tuple[Exception | None, Exception | None]] = {
    "success": (None, None),
    "the store does not answer": (None, Unavailable("The store of outputs does not answer")),
    "the store crashes": (None, RuntimeError("crash")),
    "the model rejects": (ModelRejected("content_filter", "no"), None),
    "the model is unavailable": (ModelUnavailable("network", "no"), None),
    "the model crashes": (RuntimeError("crash"), None),
}


@pytest.mark.parametrize("way", ["direct", "remote"])
@pytest.mark.parametrize("how", FAILURES)
def test_nothing_stays_on_the_disk_however_the_delivery_ends(world: World, way: str, how: str) -> None:
    outputs = world.outputs = world.app.made["outputs"] = Parts()
    fails, outputs.error = FAILURES[how]
    model = FileModel(fails=fails)
    generation_id = order(world, model, way)
    try:
        world.deliver(generation_id)
    except (HttpsError, RuntimeError):
        assert how != "success"
    (folder,) = model.folders
    assert not folder.exists()
    assert bool(outputs.sizes) == (fails is None)


@pytest.mark.parametrize("way", ["direct", "remote"])
def test_after_a_failure_of_the_store_the_whole_file_is_sent_again(world: World, way: str) -> None:
    outputs = world.outputs = world.app.made["outputs"] = Parts()
    outputs.error = Unavailable("The store of outputs does not answer")
    model = FileModel(size=3 * MIB)
    generation_id = order(world, model, way)
    try:
        world.deliver(generation_id)
    except HttpsError:
        assert way == "direct"
    assert [*outputs.sizes.values()] == [MIB]
    outputs.error = None
    world.deliver(generation_id)
    (output,) = world.generation(generation_id).outputs
    assert outputs.sizes[output.path] == output.bytes == 3 * MIB
    whole = VIDEO + bytes(3 * MIB - len(VIDEO))
    assert output.sha256 == sha256(whole).hexdigest()
    assert not any(folder.exists() for folder in model.folders)


def test_a_large_file_is_never_in_memory(world: World) -> None:
    outputs = world.outputs = world.app.made["outputs"] = Parts()
    world.app.made["previewer"] = PillowPreviewer()
    generation_id = order(world, FileModel(size=LARGE))
    tracemalloc.start()
    try:
        world.deliver(generation_id)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [*outputs.sizes.values()] == [LARGE]
    assert world.generation(generation_id).outputs[0].bytes == LARGE
    assert peak < 20 * MIB


def test_a_video_has_no_preview_yet_which_fails_nothing(world: World) -> None:
    world.app.made["previewer"] = PillowPreviewer()
    generation_id = order(world, FileModel())
    with captured_log() as log:
        world.deliver(generation_id)
    (output,) = world.generation(generation_id).outputs
    assert output.preview_path is None
    (line,) = [line for line in lines_of(log) if line["message"] == "preview_missing"]
    assert line["reason"] == "video/mp4 is no picture"


@pytest.mark.parametrize("way", ["direct", "remote"])
def test_a_video_that_comes_after_the_cancellation_is_removed(world: World, way: str) -> None:
    model = FileModel()
    generation_id = order(world, model, way)
    other = f"generations/alice/{generation_id}0/0.mp4"
    world.outputs.put(other, BytesIO(b"another's"), "video/mp4", {})
    model.meanwhile = lambda: world.api("POST", f"/v1/generations/{generation_id}/cancel", "alice")
    world.deliver(generation_id)
    assert world.generation(generation_id).status == "cancelled"
    assert [*world.outputs.files] == [other]
    assert not any(folder.exists() for folder in model.folders)


def test_a_sound_has_no_size_on_the_wire(world: World) -> None:
    generation_id = order(world, FileModel())
    world.model.generate = lambda _: (Media.of_bytes(VIDEO, "audio/mpeg", duration=1.0),)  # type: ignore[assignment, method-assign]
    world.deliver(generation_id)
    (output,) = world.api("GET", f"/v1/generations/{generation_id}", "alice").body["outputs"]
    assert (output["width"], output["height"], output["duration"]) == (None, None, 1.0)
    assert output["url"].endswith("/0.mp3")
    saved = world.api("GET", f"/v1/generations/{generation_id}/outputs/0", "alice").body
    assert saved["filename"] == f"darkroom-{generation_id[:8]}-0.mp3"
