from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from firebase_functions.https_fn import HttpsError

from core.errors import Unavailable
from core.queues import Queue
from domain.generations.generation import Status
from providers.queue.memory import MemoryQueue
from providers.storage.memory import MemoryOutputs
from services.generations.model_ports import (
    STORE_PATIENCE,
    ModelRejected,
    ModelUnavailable,
    Picture,
    RemoteResult,
    RemoteStatus,
)
from services.generations.ports import TaskMessage
from world import World, captured_log, lines_of

OVERLOADED = ModelUnavailable("overloaded", "Model overload - please retry")
FILTERED = ModelRejected("content_filter", "Content filter violation")


def test_a_delivered_task_completes_the_generation_and_charges_it(world: World) -> None:
    generation_id = world.create()
    world.deliver(generation_id)
    generation = world.generation(generation_id)
    assert (generation.status, generation.charged, generation.held) == ("completed", 1, 0)
    assert world.user("alice").balance.current_credits == 99
    assert world.user("alice").balance.held_credits == 0
    assert world.user("alice").activity.total_images_generated == 1
    assert world.outputs.files == {
        f"generations/alice/{generation_id}/0.png": b"A lighthouse at dusk",
        f"generations/alice/{generation_id}/0-thumbnail.webp": b"small: A lighthouse at dusk",
    }
    world.assert_books_balance()


def test_the_output_is_described_as_it_is(world: World) -> None:
    generation_id = world.create(size="1024x1792")
    world.deliver(generation_id)
    (output,) = world.generation(generation_id).outputs
    assert (output.width, output.height, output.bytes, output.content_type) == (1024, 1792, 20, "image/png")
    assert world.generation(generation_id).image_url == f"gs://memory/{output.path}"


def test_a_model_gets_the_order_with_its_options_and_the_time_it_has(world: World) -> None:
    generation_id = world.create(style="anime", color="neon", seed=7)
    world.deliver(generation_id)
    (job,) = world.model.jobs
    assert (job.generation_id, job.style, job.prompt, job.seed) == (generation_id, "anime", "A lighthouse at dusk", 7)
    assert job.color.hex_examples == ("#39FF14", "#FF073A", "#00FFFF")
    assert (job.size.width, job.timeout_seconds) == (512, 180)


def test_without_a_seed_the_generation_decides_so_that_a_repeat_is_the_same(world: World) -> None:
    generation_id = world.create()
    world.model.script = [OVERLOADED]
    with pytest.raises(HttpsError):
        world.deliver(generation_id)
    world.deliver(generation_id)
    first, second = world.model.jobs
    assert first == second
    other = world.create()
    world.deliver(other)
    assert world.model.jobs[-1].seed != first.seed


# --- thumbnails ---


def files_of(generation_id: str, user_id: str = "alice") -> list[str]:
    folder = f"generations/{user_id}/{generation_id}"
    return [f"{folder}/0.png", f"{folder}/0-thumbnail.webp"]


def test_each_output_names_its_thumbnail(world: World) -> None:
    generation_id = world.create(model="Model R")
    world.vendor.results = [
        RemoteResult(status=RemoteStatus.SUCCEEDED, pictures=(some_picture(b"1"), some_picture(b"2")))
    ]
    world.deliver(generation_id)
    world.deliver(generation_id)
    outputs = world.generation(generation_id).outputs
    assert [world.outputs.files[str(output.thumbnail_path)] for output in outputs] == [b"small: 1", b"small: 2"]
    assert len(world.outputs.files) == 4


@pytest.mark.parametrize("fails", ["reading", "storing"])
def test_without_a_thumbnail_the_picture_is_delivered_all_the_same(world: World, fails: str) -> None:
    outputs = world.outputs = world.app.made["outputs"] = WithoutThumbnails()
    outputs.refuses = fails == "storing"
    world.thumbnailer.reads_pictures = fails != "reading"
    generation_id = world.create()
    with captured_log() as log:
        world.deliver(generation_id)
    generation = world.generation(generation_id)
    assert (generation.status, generation.charged, generation.outputs[0].thumbnail_path) == ("completed", 1, None)
    assert [*outputs.files] == files_of(generation_id)[:1]
    (line,) = [line for line in lines_of(log) if line["message"] == "thumbnail_missing"]
    assert (line["severity"], line["generation_id"]) == ("WARNING", generation_id)
    world.assert_books_balance()


def test_nobody_waits_long_for_a_thumbnail(world: World) -> None:
    outputs = world.outputs = world.app.made["outputs"] = WithoutThumbnails()
    world.deliver(world.create())
    picture, thumbnail = outputs.patience
    assert thumbnail < picture


def test_a_thumbnail_whose_store_does_not_answer_goes_with_its_cancelled_generation(world: World) -> None:
    """It may be there, though nobody said so."""
    outputs = world.outputs = world.app.made["outputs"] = WithoutThumbnails()
    outputs.refuses = outputs.stores_nonetheless = True
    generation_id = world.create()
    world.model.script = [lambda: world.api("POST", f"/v1/generations/{generation_id}/cancel", "alice")]
    world.deliver(generation_id)
    assert world.generation(generation_id).status == "cancelled"
    assert outputs.patience
    assert not outputs.files


class WithoutThumbnails(MemoryOutputs):
    """A store that does not answer when it gets one, if it `refuses`."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses = self.stores_nonetheless = False
        self.patience: list[timedelta] = []

    def put(
        self,
        path: str,
        data: bytes,
        content_type: str,
        metadata: Mapping[str, str],
        *,
        patience: timedelta = STORE_PATIENCE,
    ) -> str:
        self.patience.append(patience)
        is_refused = self.refuses and path.endswith("-thumbnail.webp")
        if not is_refused or self.stores_nonetheless:
            super().put(path, data, content_type, metadata, patience=patience)
        if is_refused:
            raise Unavailable("The store of outputs does not answer")
        return f"gs://memory/{path}"


def some_picture(data: bytes) -> Picture:
    return Picture(data=data, content_type="image/png", width=1, height=1)


# --- failures ---


def test_five_deliveries_of_a_rejected_task_refund_once(world: World) -> None:
    generation_id = world.create(size="1024x1792")
    world.model.script = [FILTERED] * 5
    for _ in range(5):
        world.deliver(generation_id)
    assert world.user("alice").balance.current_credits == 100
    assert len(world.model.jobs) == 1
    world.assert_books_balance()


def test_a_rejected_generation_tells_why(world: World) -> None:
    generation_id = world.create()
    world.model.script = [FILTERED]
    world.deliver(generation_id)
    failure = world.generation(generation_id).failure
    assert failure is not None
    assert (failure.code, failure.message, failure.retryable) == ("content_filter", "Content filter violation", False)


def test_a_refund_is_never_followed_by_an_image(world: World) -> None:
    generation_id = world.create(size="1024x1792")
    world.model.script = [FILTERED]
    world.deliver(generation_id)
    world.deliver(generation_id)  # this one would succeed
    generation = world.generation(generation_id)
    assert (generation.status, generation.outputs, generation.charged) == (Status.FAILED, (), 0)
    assert world.user("alice").activity.total_images_generated == 0
    assert world.outputs.files == {}
    world.assert_books_balance()


def test_a_retryable_failure_is_answered_with_a_retry_and_the_next_delivery_succeeds(world: World) -> None:
    generation_id = world.create()
    world.model.script = [OVERLOADED]
    with pytest.raises(HttpsError) as refused:
        world.deliver(generation_id)
    assert refused.value.code.value == "unavailable"
    assert world.generation(generation_id).status == "queued"
    assert world.user("alice").balance.held_credits == 1
    world.deliver(generation_id)
    assert world.generation(generation_id).status == "completed"
    assert world.user("alice").balance.current_credits == 99
    world.assert_books_balance()


def test_after_the_last_attempt_it_fails_and_is_acknowledged(world: World) -> None:
    generation_id = world.create()
    world.model.script = [OVERLOADED] * 4
    for _ in range(3):
        with pytest.raises(HttpsError):
            world.deliver(generation_id)
    world.deliver(generation_id)
    generation = world.generation(generation_id)
    assert (generation.status, generation.refunded, generation.attempt) == ("failed", 1, 4)
    assert generation.failure is not None
    assert generation.failure.code == "overloaded"
    world.assert_books_balance()


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


def test_where_the_store_stays_down_the_credits_come_back(world: World) -> None:
    generation_id = world.create()
    world.outputs.is_down = True
    for _ in range(3):
        with pytest.raises(HttpsError):
            world.deliver(generation_id)
    world.deliver(generation_id)
    generation = world.generation(generation_id)
    assert generation.failure is not None
    assert (generation.status, generation.failure.code) == (Status.FAILED, "storage_unavailable")
    assert world.user("alice").balance.current_credits == 100
    world.assert_books_balance()


def test_a_model_that_was_withdrawn_after_the_order_is_a_refund(world: World) -> None:
    generation_id = world.create()
    world.overwrite(f"generation_requests/{generation_id}", model="Model Z")
    world.deliver(generation_id)
    generation = world.generation(generation_id)
    assert generation.failure is not None
    assert (generation.status, generation.failure.code) == (Status.FAILED, "model_withdrawn")
    world.assert_books_balance()


@pytest.mark.parametrize("option", ["colors/vibrant", "sizes/512x512"])
def test_an_option_that_was_withdrawn_after_the_order_is_a_refund(world: World, option: str) -> None:
    generation_id = world.create()
    world.overwrite(option, is_active=False)
    world.later(minutes=2)
    world.deliver(generation_id)
    generation = world.generation(generation_id)
    assert generation.failure is not None
    assert (generation.status, generation.failure.code) == (Status.FAILED, "option_withdrawn")
    assert world.user("alice").balance.current_credits == 100
    world.assert_books_balance()


# --- duplicates ---


def test_three_deliveries_of_one_task_make_one_image(world: World) -> None:
    generation_id = world.create()
    for _ in range(3):
        world.deliver(generation_id)
    assert len(world.model.jobs) == 1
    assert world.user("alice").activity.total_images_generated == 1
    world.assert_books_balance()


def test_a_task_of_an_unknown_generation_is_acknowledged_and_runs_no_model(world: World) -> None:
    before = world.records()
    world.deliver("11111111-2222-3333-4444-555555555555")
    assert world.model.jobs == []
    assert world.records() == before


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "text",
        {},
        {"generation_request_id": ""},
        {"generation_request_id": 7},
        {"generation_request_id": "a/b"},
        {"generation_request_id": "__x__"},
        {"generation_request_id": ".."},
        {"generation_request_id": "\ud800"},
    ],
)
def test_a_task_that_cannot_be_read_is_acknowledged_for_it_will_not_get_better(world: World, payload: object) -> None:
    before = world.records()
    world.app.worker.process(payload)
    assert world.records() == before


def test_a_second_worker_leaves_a_leased_generation_alone(world: World) -> None:
    generation_id = world.create()
    world.model.script = [lambda: world.deliver(generation_id)]
    world.deliver(generation_id)
    assert len(world.model.jobs) == 1
    generation = world.generation(generation_id)
    assert (generation.status, generation.attempt) == (Status.COMPLETED, 1)
    world.assert_books_balance()


def test_two_workers_that_read_at_once_make_one_claim(world: World) -> None:
    generation_id = world.create()
    another = World(world.now, documents=world.documents)
    known = another.app.generations.get(generation_id)
    assert known is not None
    another.app.generations.get = lambda _: known  # type: ignore[method-assign] - it read just before
    world.model.script = [lambda: another.deliver(generation_id)]
    world.deliver(generation_id)
    assert len(world.model.jobs) + len(another.model.jobs) == 1
    assert world.generation(generation_id).attempt == 1
    world.assert_books_balance()


@pytest.mark.parametrize("model", ["Model A", "Model R"])
def test_a_worker_that_read_before_a_cancel_claims_nothing(world: World, model: str) -> None:
    generation_id = world.create(model=model)
    another = World(world.now, documents=world.documents)
    known = another.app.generations.get(generation_id)
    assert known is not None
    another.app.generations.get = lambda _: known  # type: ignore[method-assign] - it read just before
    world.app.generation_service.cancel("alice", generation_id)
    before = world.records()
    another.deliver(generation_id)
    assert world.records() == before
    assert another.model.jobs == another.vendor.submissions == []


def test_a_worker_that_read_before_the_submission_submits_nothing(world: World) -> None:
    generation_id = world.create(model="Model R")
    another = World(world.now, documents=world.documents)
    known = another.app.generations.get(generation_id)
    assert known is not None
    another.app.generations.get = lambda _: known  # type: ignore[method-assign] - it read just before
    world.deliver(generation_id)
    before = world.records()
    another.deliver(generation_id)
    assert world.records() == before
    assert another.vendor.submissions == []


def test_a_lease_of_a_worker_that_is_gone_is_taken_over_when_it_ends(world: World) -> None:
    generation_id = world.create()
    world.model.script = [RuntimeError("a bug")]
    with pytest.raises(HttpsError):
        world.deliver(generation_id)
    world.later(seconds=299)
    world.deliver(generation_id)
    assert len(world.model.jobs) == 1
    world.later(seconds=1)
    world.deliver(generation_id)
    assert world.generation(generation_id).attempt == 2
    assert world.generation(generation_id).status is Status.COMPLETED


@pytest.mark.parametrize(("queue", "seconds"), [(Queue.GENERATIONS, 400), (Queue.POLLS, 400), (Queue.BACKLOG, 300)])
def test_a_lease_is_as_long_as_the_queues_that_bring_the_task_want(
    world: World, queue: Queue, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own, and that of polls, which may bring it when a vendor has lost the job."""
    monkeypatch.setattr(queue, "row", replace(queue.row, lease_seconds=400))
    generation_id = world.create()
    leases = []
    world.model.script = [lambda: leases.append(world.generation(generation_id).lease_until)]
    world.deliver(generation_id)
    assert leases == [world.now + timedelta(seconds=seconds)]


def raise_(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("late", [lambda: None, lambda: raise_(OVERLOADED), lambda: raise_(FILTERED)])
def test_whatever_a_worker_brings_after_its_lease_has_passed_to_another_is_dropped(
    world: World, late: Callable[[], None]
) -> None:
    generation_id = world.create(size="1024x1792")

    def stall() -> None:
        world.later(seconds=301)
        world.model.script = [ModelUnavailable("network", "Network connection failed")]
        with pytest.raises(HttpsError):
            world.deliver(generation_id)  # another worker takes over, and gives the lease back
        late()

    world.model.script = [stall]
    try:
        world.deliver(generation_id)
    except HttpsError:
        assert late is not None
    generation = world.generation(generation_id)
    assert (generation.status, generation.attempt, generation.held) == (Status.QUEUED, 2, 4)
    assert generation.outputs == ()
    world.assert_books_balance()


def test_a_late_result_does_not_overwrite_the_one_that_was_delivered(world: World) -> None:
    generation_id = world.create()

    def stall() -> None:
        world.later(seconds=301)
        world.deliver(generation_id)
        assert world.generation(generation_id).status is Status.COMPLETED

    world.model.script = [stall]
    world.deliver(generation_id)
    assert world.user("alice").activity.total_images_generated == 1
    assert world.generation(generation_id).attempt == 2
    world.assert_books_balance()


class HastyQueue(MemoryQueue):
    """Delivers a task before `enqueue` returns."""

    def __init__(self) -> None:
        super().__init__()
        self.deliver: Callable[[str], None] = lambda _: None

    def enqueue(self, message: TaskMessage) -> bool:
        self.deliver(message.generation_id)
        return True


def test_a_worker_that_is_done_before_the_request_is_answered_keeps_its_result(world: World) -> None:
    world.app.made["queue"] = queue = HastyQueue()
    queue.deliver = world.deliver
    generation_id = world.create()
    generation = world.generation(generation_id)
    assert (generation.status, generation.charged) == (Status.COMPLETED, 1)
    assert world.user("alice").balance.current_credits == 99
    world.assert_books_balance()


def test_a_forged_payload_has_no_effect_beyond_its_generation(world: World) -> None:
    generation_id = world.create(size="1024x1792")
    world.model.script = [FILTERED]
    forged = {
        "generation_request_id": generation_id,
        "user_id": "mallory",
        "model": "Model B",
        "prompt": "something else",
        "credits": 1000,
        "retry_count": 9,
    }
    world.app.worker.process(forged)
    assert (world.user("alice").balance.current_credits, world.user("mallory").balance.current_credits) == (100, 10)
    (job,) = world.model.jobs
    assert job.prompt == "A lighthouse at dusk"
    assert world.other_model.jobs == []
    world.assert_books_balance()


def test_a_crash_is_retried_and_what_is_never_retried_is_swept(world: World) -> None:
    generation_id = world.create()
    world.model.script = [RuntimeError("a bug")]
    with pytest.raises(HttpsError) as crashed:
        world.deliver(generation_id)
    assert crashed.value.code.value == "unavailable"
    world.queue.waiting.clear()
    world.later(minutes=6)
    world.app.sweeper.sweep()
    assert world.deliver_all() == 1
    assert world.generation(generation_id).status is Status.COMPLETED
    world.assert_books_balance()


def test_a_generation_that_always_crashes_is_given_up_and_refunded(world: World) -> None:
    generation_id = world.create(size="1024x1792")
    for _ in range(4):
        world.model.script = [RuntimeError("a bug")]
        with pytest.raises(HttpsError):
            world.deliver(generation_id)
        world.later(minutes=6)
    world.deliver(generation_id)
    generation = world.generation(generation_id)
    assert generation.failure is not None
    assert (generation.status, generation.failure.code, generation.attempt) == (Status.FAILED, "out_of_attempts", 4)
    assert len(world.model.jobs) == 4
    assert world.user("alice").balance.current_credits == 100
    world.assert_books_balance()


def test_a_remote_job_is_stored_then_polled_until_it_is_done(world: World) -> None:
    generation_id = world.create(model="Model R")
    world.vendor.results = [RemoteResult(status=RemoteStatus.RUNNING)] * 2
    assert world.deliver_all() == 4  # the submission, two polls that find it running, the one that finds it done
    assert world.generation(generation_id).status == "completed"
    assert len(world.vendor.submissions) == 1
    world.assert_books_balance()
