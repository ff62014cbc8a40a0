from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from firebase_functions.https_fn import HttpsError

from domain.catalog.shipped_models import SHIPPED_MODELS
from domain.generations.generation import Failure, Status
from given_providers import GivenProviders
from repositories.catalog.model_mapping import model_fields
from repositories.store.documents import Create
from services.generations.model_ports import ModelRejected, ModelUnavailable, RemoteResult, RemoteStatus
from services.operations.sweeping import SweepResult
from world import World

RUNNING = RemoteResult(status=RemoteStatus.RUNNING)
UNKNOWN = RemoteResult(status=RemoteStatus.UNKNOWN)
FAILED = RemoteResult(
    status=RemoteStatus.FAILED,
    failure=Failure(code="content_filter", message="Content filter violation", retryable=False),
)
UNREACHABLE = ModelUnavailable("network", "The vendor does not answer")


def submitted(world: World, **changes: Any) -> str:
    """Return a generation whose job is at the vendor's. Its poll waits in the queue."""
    generation_id = world.create(model="Model R", **{"size": "1024x1792", **changes})
    world.deliver_next()
    return generation_id


def job_of(world: World, generation_id: str) -> str | None:
    return world.generation(generation_id).provider_job


def poll(world: World) -> None:
    world.deliver_next()


def callback(world: World, generation_id: str, provider_job: str) -> int:
    body = {"generation_id": generation_id, "provider_job": provider_job, "status": "succeeded", "price": 0}
    return world.api("POST", "/v1/webhooks/providers", json=body).status


# --- submission ---


def test_a_submission_stores_the_job_before_anything_else_and_polls_later(world: World) -> None:
    generation_id = submitted(world)
    generation = world.generation(generation_id)
    assert (generation.status, generation.provider_job) == (Status.PROCESSING, f"job-of-{generation_id}")
    assert (generation.lease_owner, generation.attempt) == (None, 1)
    (task,) = world.queue.waiting
    assert task.name == f"{generation_id}-2"
    assert task.not_before == world.now + timedelta(seconds=5)
    assert world.vendor.polls == []
    assert generation.due_at is not None
    assert generation.due_at > world.now + timedelta(seconds=5)


def test_a_crash_before_the_job_was_stored_submits_again_under_the_same_id(world: World) -> None:
    generation_id = world.create(model="Model R")
    world.vendor.script = [RuntimeError("killed between the vendor's answer and our commit")]
    with pytest.raises(HttpsError):
        world.deliver(generation_id)
    world.later(minutes=6)
    world.queue.waiting.clear()
    world.app.sweeper.sweep()
    world.deliver_all()
    assert world.generation(generation_id).status is Status.COMPLETED
    first, second = world.vendor.submissions
    assert first.generation_id == second.generation_id == generation_id
    assert world.user("alice").activity.total_images_generated == 1
    world.assert_books_balance()


def test_a_redelivery_after_the_submission_polls_and_does_not_submit_again(world: World) -> None:
    generation_id = submitted(world)
    world.vendor.results = [RUNNING]
    world.deliver(generation_id)
    assert len(world.vendor.submissions) == 1
    assert world.vendor.polls == [f"job-of-{generation_id}"]


def test_a_vendor_that_takes_no_job_now_is_asked_again(world: World) -> None:
    generation_id = world.create(model="Model R")
    world.vendor.script = [UNREACHABLE]
    with pytest.raises(HttpsError):
        world.deliver(generation_id)
    assert world.generation(generation_id).status is Status.QUEUED
    world.deliver_all()
    assert world.generation(generation_id).status is Status.COMPLETED


def test_a_vendor_that_refuses_the_job_is_a_refund(world: World) -> None:
    generation_id = world.create(model="Model R")
    world.vendor.script = [ModelRejected("content_filter", "Content filter violation")]
    world.deliver_all()
    assert world.generation(generation_id).refunded == 1
    world.assert_books_balance()


def test_where_the_queue_is_down_the_first_poll_is_sent_by_the_sweeper(world: World) -> None:
    generation_id = world.create(model="Model R")
    world.queue.waiting.clear()
    world.queue.is_down = True
    world.deliver(generation_id)
    world.queue.is_down = False
    world.later(minutes=2)
    world.app.sweeper.sweep()
    assert world.deliver_all() == 1
    assert world.generation(generation_id).status is Status.COMPLETED


def test_a_job_of_a_worker_that_has_lost_its_lease_is_not_stored(world: World) -> None:
    generation_id = world.create(model="Model R")

    def stall() -> None:
        world.later(seconds=301)
        world.vendor.script = [UNREACHABLE]
        with pytest.raises(HttpsError):
            world.deliver(generation_id)  # another worker takes over, and gives the lease back

    world.vendor.script = [stall]
    world.queue.waiting.clear()
    world.deliver(generation_id)
    generation = world.generation(generation_id)
    assert (generation.status, generation.provider_job, generation.attempt) == (Status.QUEUED, None, 2)
    assert not world.queue.waiting


# --- polls ---


def test_a_running_job_is_looked_at_again_under_a_new_name(world: World) -> None:
    generation_id = submitted(world)
    world.vendor.results = [RUNNING]
    poll(world)
    (task,) = world.queue.waiting
    assert task.name == f"{generation_id}-3"
    assert world.generation(generation_id).status is Status.PROCESSING


def test_a_finished_job_is_delivered_and_charged(world: World) -> None:
    generation_id = submitted(world)
    poll(world)
    generation = world.generation(generation_id)
    assert (generation.status, generation.charged, len(generation.outputs)) == (Status.COMPLETED, 4, 1)
    assert not world.queue.waiting
    world.assert_books_balance()


def test_a_failed_job_is_a_refund_with_the_vendors_reason(world: World) -> None:
    generation_id = submitted(world)
    world.vendor.results = [FAILED]
    poll(world)
    generation = world.generation(generation_id)
    assert (generation.status, generation.refunded, generation.failure) == (Status.FAILED, 4, FAILED.failure)
    world.assert_books_balance()


def test_a_job_that_the_vendor_forgot_is_submitted_again(world: World) -> None:
    generation_id = submitted(world)
    world.vendor.results = [UNKNOWN]
    with pytest.raises(HttpsError):
        poll(world)
    generation = world.generation(generation_id)
    assert (generation.status, generation.provider_job) == (Status.QUEUED, None)
    world.deliver(generation_id)
    assert len(world.vendor.submissions) == 2
    world.deliver_all()
    assert world.generation(generation_id).charged == 4
    world.assert_books_balance()


def test_a_job_that_is_forgotten_each_time_is_given_up(world: World) -> None:
    generation_id = submitted(world)
    for attempt in range(1, 5):
        assert world.generation(generation_id).attempt == attempt
        world.vendor.results = [UNKNOWN]
        if attempt < 4:
            with pytest.raises(HttpsError):
                world.deliver(generation_id)
            world.deliver(generation_id)  # this submits it again
    world.deliver(generation_id)
    generation = world.generation(generation_id)
    assert generation.failure is not None
    assert (generation.status, generation.failure.code) == (Status.FAILED, "job_lost")
    world.assert_books_balance()


def test_one_poll_that_does_not_reach_the_vendor_loses_nothing(world: World) -> None:
    generation_id = submitted(world)
    world.vendor.results = [UNREACHABLE]
    poll(world)
    assert world.generation(generation_id).status is Status.PROCESSING
    poll(world)
    assert world.generation(generation_id).status is Status.COMPLETED
    assert world.generation(generation_id).attempt == 1


def test_a_job_that_takes_too_long_is_refunded_and_cancelled_at_the_vendor(world: World) -> None:
    generation_id = submitted(world)
    world.later(minutes=15)
    world.vendor.results = [RUNNING, UNREACHABLE]
    poll(world)
    assert world.generation(generation_id).status is Status.PROCESSING  # fifteen minutes are allowed
    world.later(seconds=1)
    poll(world)
    generation = world.generation(generation_id)
    assert generation.failure is not None
    assert (generation.status, generation.refunded, generation.failure.code) == (Status.FAILED, 4, "timeout")
    assert world.vendor.cancelled == [f"job-of-{generation_id}"]
    world.assert_books_balance()


def test_a_model_says_how_long_its_jobs_may_take(world: World) -> None:
    slow = replace(next(model for model in SHIPPED_MODELS if model.id == "Model R"), job_seconds_max=3600)
    world.documents.commit([Create("models/Model R", model_fields(slow))])
    world.later(minutes=2)
    generation_id = submitted(world)
    world.later(minutes=60)
    world.vendor.results = [RUNNING, RUNNING]
    poll(world)
    assert world.generation(generation_id).status is Status.PROCESSING
    world.later(seconds=1)
    poll(world)
    assert world.generation(generation_id).status is Status.FAILED
    world.assert_books_balance()


def test_where_the_store_is_down_the_finished_job_is_kept_and_fetched_again(world: World) -> None:
    generation_id = submitted(world)
    world.outputs.is_down = True
    world.deliver_next()
    assert job_of(world, generation_id) == f"job-of-{generation_id}"
    world.outputs.is_down = False
    world.deliver_next()
    assert world.generation(generation_id).status is Status.COMPLETED
    assert len(world.vendor.submissions) == 1


def test_after_an_outage_of_the_store_a_finished_job_waits_two_minutes_at_most(world: World) -> None:
    """Each poll is a task with a new name, with a growing pause before it, so that no name is ever used up."""
    generation_id = submitted(world)
    world.outputs.is_down = True
    pauses, names = [], set()
    for _ in range(40):
        (task,) = world.queue.waiting
        names.add(task.name)
        assert task.not_before is not None
        world.now = max(world.now, task.not_before)
        world.deliver_next()
        (following,) = world.queue.waiting
        assert following.not_before is not None
        pauses.append((following.not_before - world.now).total_seconds())
        assert world.app.sweeper.sweep() == SweepResult()
    assert pauses[:6] == [5, 10, 20, 40, 80, 120]
    assert set(pauses[5:]) == {120}
    assert len(names) == 40
    world.outputs.is_down = False
    world.later(minutes=2)
    world.deliver_next()
    assert world.generation(generation_id).status is Status.COMPLETED
    assert len(world.vendor.submissions) == 1
    world.assert_books_balance()


def test_where_the_store_stays_down_a_finished_job_is_refunded_after_a_day(world: World) -> None:
    generation_id = submitted(world)
    world.outputs.is_down = True
    world.later(hours=25, seconds=1)
    world.deliver_next()
    generation = world.generation(generation_id)
    assert (generation.status, generation.refunded) == (Status.FAILED, 4)
    world.assert_books_balance()


@pytest.mark.parametrize("result", ["running", "store down"])
def test_two_deliveries_of_one_look_lead_to_one_next_look(world: World, result: str) -> None:
    """The queue may deliver a task twice. Otherwise each of the two polls would start a chain of its own."""
    generation_id = submitted(world)
    (task,) = world.queue.waiting
    world.queue.waiting.clear()
    world.outputs.is_down = result == "store down"
    answers: list[Any] = [RUNNING, RUNNING] if result == "running" else []
    world.vendor.results = [lambda: world.deliver(generation_id, task.dispatch), *answers]
    world.deliver(generation_id, task.dispatch)
    assert len(world.vendor.polls) == 2
    assert [each.name for each in world.queue.waiting] == [f"{generation_id}-{task.dispatch + 1}"]
    assert world.generation(generation_id).dispatch == task.dispatch + 1


def test_an_older_task_leaves_the_next_try_to_store_to_the_newest(world: World) -> None:
    generation_id = submitted(world)
    world.outputs.is_down = True
    world.deliver(generation_id, 1)
    assert world.generation(generation_id).dispatch == 2


def test_a_lost_poll_is_brought_back_by_the_sweeper(world: World) -> None:
    generation_id = submitted(world)
    world.vendor.results = [RUNNING]
    world.queue.is_down = True
    poll(world)  # its successor cannot be enqueued
    world.queue.is_down = False
    world.later(minutes=2)
    world.app.sweeper.sweep()
    world.deliver_all()
    assert world.generation(generation_id).status is Status.COMPLETED


def test_two_polls_at_once_deliver_once(world: World) -> None:
    generation_id = submitted(world)
    world.vendor.results = [lambda: world.deliver(generation_id)]
    poll(world)
    assert len(world.vendor.polls) == 2
    assert world.user("alice").activity.total_images_generated == 1
    world.assert_books_balance()


def test_two_polls_at_once_that_find_it_running_are_followed_by_one(world: World) -> None:
    generation_id = submitted(world)
    world.vendor.results = [lambda: world.deliver(generation_id), RUNNING, RUNNING]
    poll(world)
    assert [task.name for task in world.queue.waiting] == [f"{generation_id}-3"]


def test_a_poll_that_finds_it_running_after_a_cancel_is_followed_by_none(world: World) -> None:
    generation_id = submitted(world)
    world.vendor.results = [lambda: world.app.cancelling.cancel("alice", generation_id), RUNNING]
    poll(world)
    assert not world.queue.waiting
    assert world.generation(generation_id).status is Status.CANCELLED


@pytest.mark.parametrize("answer", [[], [FAILED], [UNKNOWN], [RUNNING]])
def test_what_comes_of_a_job_that_is_no_longer_ours_is_dropped(world: World, answer: list[RemoteResult]) -> None:
    generation_id = submitted(world)
    path = f"generation_requests/{generation_id}"

    def another_job() -> None:
        world.overwrite(path, provider_job="another-job")

    world.vendor.results = [another_job, *answer]
    with suppress(HttpsError):
        poll(world)
    generation = world.generation(generation_id)
    assert (generation.status, generation.provider_job, generation.held) == (Status.PROCESSING, "another-job", 4)
    world.assert_books_balance()


def without_the_vendor(world: World) -> None:
    """A new deployment takes over, which no longer has the provider of Model R."""
    world.app.made["providers"] = GivenProviders(direct=world.model)
    for made in ("models", "model_jobs", "remote_jobs", "fulfilment", "worker", "cancelling"):
        world.app.made.pop(made, None)


def test_a_model_that_was_withdrawn_while_its_job_ran_is_a_refund(world: World) -> None:
    generation_id = submitted(world)
    without_the_vendor(world)
    poll(world)
    generation = world.generation(generation_id)
    assert generation.failure is not None
    assert (generation.status, generation.failure.code) == (Status.FAILED, "model_withdrawn")
    world.assert_books_balance()


# --- callbacks ---


def test_a_callback_brings_the_next_look_forward(world: World) -> None:
    generation_id = submitted(world)
    world.later(seconds=3)
    assert callback(world, generation_id, f"job-of-{generation_id}") == 202
    tasks = list(world.queue.waiting)
    assert [task.name for task in tasks] == [f"{generation_id}-2", f"{generation_id}-3"]
    assert tasks[1].not_before is None
    assert world.generation(generation_id).status is Status.PROCESSING  # a body proves nothing
    world.deliver(generation_id)
    assert world.generation(generation_id).status is Status.COMPLETED


def test_a_callback_is_not_believed(world: World) -> None:
    generation_id = submitted(world)
    world.vendor.results = [FAILED]
    world.later(seconds=3)
    callback(world, generation_id, f"job-of-{generation_id}")
    world.deliver_all()
    assert world.generation(generation_id).status is Status.FAILED
    assert world.outputs.files == {}
    world.assert_books_balance()


def test_a_flood_of_callbacks_enqueues_once(world: World) -> None:
    generation_id = submitted(world)
    world.later(seconds=3)
    for _ in range(100):
        assert callback(world, generation_id, f"job-of-{generation_id}") == 202
    assert len(world.queue.waiting) == 2  # the poll that waited already, and one more


def test_callbacks_now_and_then_leave_one_chain_of_polls(world: World) -> None:
    generation_id = submitted(world)
    for _ in range(5):
        world.later(seconds=3)
        callback(world, generation_id, f"job-of-{generation_id}")
        for _ in range(len(world.queue.waiting)):
            world.vendor.results = [RUNNING]
            poll(world)
    assert len(world.queue.waiting) == 1


def test_a_poll_that_is_delivered_twice_is_followed_by_one(world: World) -> None:
    generation_id = submitted(world)
    world.vendor.results = [RUNNING, RUNNING]
    world.deliver(generation_id)
    poll(world)
    assert len(world.queue.waiting) == 1


def test_a_callback_with_another_jobs_id_changes_nothing(world: World) -> None:
    generation_id = submitted(world)
    world.later(seconds=3)
    before = world.records()
    assert callback(world, generation_id, "job-of-somebody-else") == 202
    assert callback(world, "no-such-generation", "job") == 202
    assert world.records() == before
    assert len(world.queue.waiting) == 1


def test_a_callback_before_the_submission_changes_nothing(world: World) -> None:
    generation_id = world.create(model="Model R")
    before = world.records()
    assert callback(world, generation_id, f"job-of-{generation_id}") == 202
    assert world.records() == before


def test_a_callback_that_comes_after_the_end_changes_nothing(world: World) -> None:
    generation_id = submitted(world)
    world.deliver_all()
    world.later(minutes=1)
    before = world.records()
    assert callback(world, generation_id, f"job-of-{generation_id}") == 202
    assert world.records() == before
    assert not world.queue.waiting


def test_a_callback_that_crosses_the_end_changes_nothing(world: World) -> None:
    generation_id = submitted(world)
    known = world.app.generations.get(generation_id)
    world.deliver_all()
    world.later(minutes=1)
    before = world.records()
    world.app.generations.get = lambda _: known  # type: ignore[assignment]  # it read just before
    assert callback(world, generation_id, f"job-of-{generation_id}") == 202
    assert world.records() == before
    assert not world.queue.waiting


def test_a_callback_while_the_queue_is_down_is_made_up_for_by_the_sweeper(world: World) -> None:
    generation_id = submitted(world)
    world.queue.waiting.clear()
    world.later(seconds=3)
    world.queue.is_down = True
    assert callback(world, generation_id, f"job-of-{generation_id}") == 202
    world.queue.is_down = False
    world.later(minutes=2)
    world.app.sweeper.sweep()
    world.deliver_all()
    assert world.generation(generation_id).status is Status.COMPLETED


# --- cancel ---


def test_a_success_that_comes_after_a_cancel_is_dropped(world: World) -> None:
    generation_id = submitted(world)
    world.app.cancelling.cancel("alice", generation_id)
    assert world.vendor.cancelled == [f"job-of-{generation_id}"]
    world.deliver_all()
    generation = world.generation(generation_id)
    assert (generation.status, generation.outputs, generation.refunded) == (Status.CANCELLED, (), 4)
    assert world.user("alice").balance.current_credits == 100
    world.assert_books_balance()


def test_a_cancel_while_the_success_is_being_copied_wins(world: World) -> None:
    generation_id = submitted(world)
    world.vendor.results = [lambda: world.app.cancelling.cancel("alice", generation_id)]
    poll(world)
    assert world.generation(generation_id).status is Status.CANCELLED
    assert world.user("alice").balance.current_credits == 100
    world.assert_books_balance()


def test_a_cancel_while_the_job_is_being_submitted_cancels_it_at_the_vendor(world: World) -> None:
    generation_id = world.create(model="Model R")
    world.vendor.script = [lambda: world.app.cancelling.cancel("alice", generation_id)]
    world.deliver_all()
    assert world.generation(generation_id).status is Status.CANCELLED
    assert world.vendor.cancelled == [f"job-of-{generation_id}"]
    world.assert_books_balance()


def test_a_success_without_a_picture_is_a_failure_with_a_refund(world: World) -> None:
    generation_id = submitted(world)
    world.vendor.results = [RemoteResult(status=RemoteStatus.SUCCEEDED)]
    with suppress(HttpsError):
        poll(world)
    assert world.generation(generation_id).status is Status.FAILED


def test_a_job_of_a_model_that_was_withdrawn_can_be_cancelled(world: World) -> None:
    generation_id = submitted(world)
    without_the_vendor(world)
    assert world.app.cancelling.cancel("alice", generation_id).refunded == 4
    world.assert_books_balance()
