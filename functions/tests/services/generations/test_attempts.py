from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from firebase_functions.https_fn import HttpsError

from core.queues import Queue
from domain.generations.generation import Status
from services.generations.model_ports import (
    ModelRejected,
    ModelUnavailable,
)
from world import World

OVERLOADED = ModelUnavailable("overloaded", "Model overload - please retry")
FILTERED = ModelRejected("content_filter", "Content filter violation")


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
    another.app.generations.get = lambda _: known  # type: ignore[assignment]  # it read just before
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
    another.app.generations.get = lambda _: known  # type: ignore[assignment]  # it read just before
    world.app.cancelling.cancel("alice", generation_id)
    before = world.records()
    another.deliver(generation_id)
    assert world.records() == before
    assert another.model.jobs == another.vendor.submissions == []


def test_a_worker_that_read_before_the_submission_submits_nothing(world: World) -> None:
    generation_id = world.create(model="Model R")
    another = World(world.now, documents=world.documents)
    known = another.app.generations.get(generation_id)
    assert known is not None
    another.app.generations.get = lambda _: known  # type: ignore[assignment]  # it read just before
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
    """Its own queue counts, and also that of polls, which may deliver the task when a vendor has lost the job."""
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
