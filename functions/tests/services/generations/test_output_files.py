from collections.abc import Mapping
from datetime import timedelta

import pytest
from firebase_functions.https_fn import HttpsError

from core.errors import Unavailable
from providers.storage.memory import MemoryOutputs
from services.generations.media import ByteStream, Media
from services.generations.model_ports import (
    STORE_PATIENCE,
    RemoteResult,
    RemoteStatus,
)
from world import World, captured_log, lines_of


def files_of(generation_id: str, user_id: str = "alice") -> list[str]:
    folder = f"generations/{user_id}/{generation_id}"
    return [f"{folder}/0.png", f"{folder}/0-thumbnail.webp"]


def test_each_output_names_its_preview(world: World) -> None:
    generation_id = world.create(model="Model R")
    world.vendor.results = [RemoteResult(status=RemoteStatus.SUCCEEDED, media=(some_picture(b"1"), some_picture(b"2")))]
    world.deliver(generation_id)
    world.deliver(generation_id)
    outputs = world.generation(generation_id).outputs
    assert [world.outputs.files[str(output.preview_path)] for output in outputs] == [b"small: 1", b"small: 2"]
    assert len(world.outputs.files) == 4


@pytest.mark.parametrize("fails", ["reading", "storing"])
def test_without_a_preview_the_picture_is_delivered_all_the_same(world: World, fails: str) -> None:
    outputs = world.outputs = world.app.made["outputs"] = WithoutPreviews()
    outputs.refuses = fails == "storing"
    world.previewer.reads_pictures = fails != "reading"
    generation_id = world.create()
    with captured_log() as log:
        world.deliver(generation_id)
    generation = world.generation(generation_id)
    assert (generation.status, generation.charged, generation.outputs[0].preview_path) == ("completed", 1, None)
    assert [*outputs.files] == files_of(generation_id)[:1]
    (line,) = [line for line in lines_of(log) if line["message"] == "preview_missing"]
    assert (line["severity"], line["generation_id"]) == ("WARNING", generation_id)
    world.assert_books_balance()


def test_nobody_waits_long_for_a_preview(world: World) -> None:
    outputs = world.outputs = world.app.made["outputs"] = WithoutPreviews()
    world.deliver(world.create())
    picture, preview = outputs.patience
    assert preview < picture


def test_a_preview_whose_store_does_not_answer_goes_with_its_cancelled_generation(world: World) -> None:
    """The preview may have been stored, though the store did not answer."""
    outputs = world.outputs = world.app.made["outputs"] = WithoutPreviews()
    outputs.refuses = outputs.stores_nonetheless = True
    generation_id = world.create()
    world.model.script = [lambda: world.api("POST", f"/v1/generations/{generation_id}/cancel", "alice")]
    world.deliver(generation_id)
    assert world.generation(generation_id).status == "cancelled"
    assert outputs.patience
    assert not outputs.files


class WithoutPreviews(MemoryOutputs):
    """If it `refuses`, this store does not answer when it gets a preview."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses = self.stores_nonetheless = False
        self.patience: list[timedelta] = []

    def put(
        self,
        path: str,
        stream: ByteStream,
        content_type: str,
        metadata: Mapping[str, str],
        *,
        patience: timedelta = STORE_PATIENCE,
    ) -> str:
        self.patience.append(patience)
        is_refused = self.refuses and path.endswith("-thumbnail.webp")
        if not is_refused or self.stores_nonetheless:
            super().put(path, stream, content_type, metadata, patience=patience)
        if is_refused:
            raise Unavailable("The store of outputs does not answer")
        return f"gs://memory/{path}"


def some_picture(data: bytes) -> Media:
    return Media.of_bytes(data, "image/png", width=1, height=1)


def test_while_the_store_is_down_the_task_is_retried_and_then_delivers_the_same_file(world: World) -> None:
    generation_id = world.create()
    world.outputs.is_down = True
    with pytest.raises(HttpsError):
        world.deliver(generation_id)
    assert world.generation(generation_id).status == "queued"
    world.outputs.is_down = False
    world.deliver(generation_id)
    assert [*world.outputs.files] == files_of(generation_id)
    assert world.generation(generation_id).charged == 1
    world.assert_books_balance()
