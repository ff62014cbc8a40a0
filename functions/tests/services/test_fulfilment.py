import pytest
from firebase_functions.https_fn import HttpsError

from services.ports import ModelRejected, ModelUnavailable, RemoteResult, RemoteStatus
from world import World


def test_a_delivered_task_completes_the_generation_and_charges_it(world: World) -> None:
    generation_id = world.create()
    world.deliver(generation_id)
    generation = world.generation(generation_id)
    assert (generation.status, generation.charged, generation.held) == ("completed", 1, 0)
    assert world.user("alice").current_credits == 99
    assert world.user("alice").held_credits == 0
    assert world.user("alice").total_images_generated == 1
    assert world.outputs.files == {f"generations/alice/{generation_id}/0.png": b"A lighthouse at dusk"}
    world.assert_books_balance()


def test_five_deliveries_of_a_rejected_task_refund_once(world: World) -> None:
    generation_id = world.create(size="1024x1792")
    world.model.script = [ModelRejected("content_filter", "Content filter violation")] * 5
    for _ in range(5):
        world.deliver(generation_id)
    assert world.user("alice").current_credits == 100
    assert len(world.model.jobs) == 1
    world.assert_books_balance()


def test_a_retryable_failure_is_answered_with_a_retry_and_the_next_delivery_succeeds(world: World) -> None:
    generation_id = world.create()
    world.model.script = [ModelUnavailable("overloaded", "Model overload - please retry")]
    with pytest.raises(HttpsError) as refused:
        world.deliver(generation_id)
    assert refused.value.code.value == "unavailable"
    assert world.generation(generation_id).status == "queued"
    world.deliver(generation_id)
    assert world.generation(generation_id).status == "completed"
    assert world.user("alice").current_credits == 99
    world.assert_books_balance()


def test_after_the_last_attempt_it_fails_and_is_acknowledged(world: World) -> None:
    generation_id = world.create()
    world.model.script = [ModelUnavailable("overloaded", "Model overload - please retry")] * 4
    for _ in range(3):
        with pytest.raises(HttpsError):
            world.deliver(generation_id)
    world.deliver(generation_id)
    generation = world.generation(generation_id)
    assert (generation.status, generation.refunded, generation.attempt) == ("failed", 1, 4)
    world.assert_books_balance()


def test_a_remote_job_is_stored_then_polled_until_it_is_done(world: World) -> None:
    generation_id = world.create(model="Model R")
    world.vendor.results = [RemoteResult(status=RemoteStatus.RUNNING)] * 2
    assert world.deliver_all() == 4  # the submission, two polls that find it running, the one that finds it done
    assert world.generation(generation_id).status == "completed"
    assert len(world.vendor.submissions) == 1
    world.assert_books_balance()
