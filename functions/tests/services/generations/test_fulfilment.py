from collections.abc import Callable

import pytest
from firebase_functions.https_fn import HttpsError

from domain.catalog.options import Color, Size
from domain.generations.generation import Status
from providers.queue.memory import MemoryQueue
from services.generations.model_ports import (
    ModelRejected,
    ModelUnavailable,
    RemoteResult,
    RemoteStatus,
)
from services.generations.ports import TaskMessage
from world import World

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
    assert (job.generation_id, job.prompt, job.seed) == (generation_id, "A lighthouse at dusk", 7)
    assert job.params == {"style": "anime", "color": "neon", "size": "512x512"}
    assert job.option("color", Color).hex_examples == ("#39FF14", "#FF073A", "#00FFFF")
    assert (job.option("size", Size).width, job.timeout_seconds) == (512, 180)


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
    world.deliver(generation_id)  # this attempt would succeed
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
    assert world.deliver_all() == 4  # the submission, two polls that find it running, and the poll that finds it done
    assert world.generation(generation_id).status == "completed"
    assert len(world.vendor.submissions) == 1
    world.assert_books_balance()
