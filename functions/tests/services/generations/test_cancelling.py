from contextlib import suppress
from dataclasses import replace

import pytest
from firebase_functions.https_fn import HttpsError

from core.errors import Unavailable
from domain.catalog.catalog import Catalog
from domain.generations.errors import AlreadyFinal, GenerationNotFound
from domain.generations.generation import Status
from orders import ASK, asking, create, order
from people import at_once
from services.generations.model_ports import ModelUnavailable
from world import World


def test_a_queued_generation_is_cancelled_and_refunded_at_once(world: World) -> None:
    generation_id = create(world).generation.id
    cancelled = world.app.cancelling.cancel("alice", generation_id)
    assert (cancelled.status, cancelled.refunded) == (Status.CANCELLED, 4)
    assert (world.user("alice").balance.current_credits, world.user("alice").balance.held_credits) == (100, 0)
    world.deliver_all()
    assert world.model.jobs == []
    world.assert_books_balance()


def test_cancelling_twice_refunds_once(world: World) -> None:
    generation_id = create(world).generation.id
    first = world.app.cancelling.cancel("alice", generation_id)
    world.later(minutes=1)
    assert world.app.cancelling.cancel("alice", generation_id) == first
    assert world.user("alice").balance.current_credits == 100
    world.assert_books_balance()


def test_two_instances_that_cancel_at_once_refund_once(world: World) -> None:
    generation_id = create(world).generation.id
    another = World(world.now, documents=world.documents)
    known = another.app.generations.get(generation_id)
    world.app.cancelling.cancel("alice", generation_id)
    assert known is not None
    another.app.generations.get = lambda _: known  # type: ignore[assignment]  # it read just before
    assert another.app.cancelling.cancel("alice", generation_id).status is Status.CANCELLED
    assert world.user("alice").balance.current_credits == 100
    world.assert_books_balance()


def test_twenty_cancels_and_a_result_at_once_settle_once(world: World) -> None:
    generation_id = create(world).generation.id
    instances = [world, World(world.now, documents=world.documents)]
    cancels = [lambda each=each: each.app.cancelling.cancel("alice", generation_id) for each in instances * 10]
    at_once(*cancels, lambda: world.deliver(generation_id))
    generation = world.generation(generation_id)
    assert generation.is_final
    assert world.user("alice").balance.current_credits == 96 + generation.refunded
    world.assert_books_balance()


def test_while_a_model_works_a_cancel_refunds_and_the_late_result_is_dropped(world: World) -> None:
    generation_id = create(world).generation.id
    world.model.script = [lambda: world.app.cancelling.cancel("alice", generation_id)]
    world.deliver_all()
    generation = world.generation(generation_id)
    assert (generation.status, generation.outputs, generation.charged) == (Status.CANCELLED, (), 0)
    assert world.user("alice").balance.current_credits == 100
    assert world.user("alice").activity.total_images_generated == 0
    world.assert_books_balance()


def test_a_failure_that_comes_after_a_cancel_does_not_refund_again(world: World) -> None:
    generation_id = create(world).generation.id

    def cancel_then_break() -> None:
        world.app.cancelling.cancel("alice", generation_id)
        raise ModelUnavailable("overloaded", "Model overload - please retry")

    for _ in range(4):
        world.model.script = [cancel_then_break]
        with suppress(HttpsError):
            world.deliver(generation_id)
    assert world.generation(generation_id).status is Status.CANCELLED
    assert world.user("alice").balance.current_credits == 100
    world.assert_books_balance()


@pytest.mark.parametrize("fate", ["completed", "failed"])
def test_an_ended_generation_cannot_be_cancelled(world: World, fate: str) -> None:
    generation_id = create(world).generation.id
    if fate == "failed":
        world.overwrite("colors/vibrant", is_active=False)
        world.later(minutes=2)
    world.deliver_all()
    before = world.records()
    with pytest.raises(AlreadyFinal, match=fate):
        world.app.cancelling.cancel("alice", generation_id)
    assert world.records() == before


def test_a_stranger_cannot_cancel(world: World) -> None:
    generation_id = create(world).generation.id
    before = world.records()
    with pytest.raises(GenerationNotFound):
        world.app.cancelling.cancel("mallory", generation_id)
    with pytest.raises(GenerationNotFound):
        world.app.cancelling.cancel("alice", "no-such-id")
    assert world.records() == before


def test_cancelling_a_remote_job_cancels_it_at_the_vendor(world: World) -> None:
    generation_id = create(world, order(ask=replace(ASK, model="Model R"))).generation.id
    world.deliver(generation_id)
    world.app.cancelling.cancel("alice", generation_id)
    assert world.vendor.cancelled == [f"job-of-{generation_id}"]


def test_a_job_that_was_submitted_while_we_cancelled_is_cancelled_at_the_vendor_too(world: World) -> None:
    generation_id = create(world, order(ask=replace(ASK, model="Model R"))).generation.id
    known = world.app.generations.get(generation_id)
    world.deliver(generation_id)
    assert known is not None
    world.app.generations.get = lambda _: known  # type: ignore[assignment]  # it read just before
    world.app.cancelling.cancel("alice", generation_id)
    assert world.vendor.cancelled == [f"job-of-{generation_id}"]


def test_a_vendor_that_will_not_cancel_does_not_keep_the_refund(world: World) -> None:
    generation_id = create(world, order(ask=replace(ASK, model="Model R"))).generation.id
    world.deliver(generation_id)
    world.vendor.refuses_to_cancel = True
    world.app.cancelling.cancel("alice", generation_id)
    assert world.user("alice").balance.current_credits == 100


def test_a_catalog_that_cannot_be_read_does_not_take_back_a_cancellation(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation_id = create(world, order(ask=asking(model="Model R"))).generation.id
    world.deliver(generation_id)

    def no_answer() -> Catalog:
        raise Unavailable("The database does not answer")

    world.app.catalog.forget()
    monkeypatch.setattr(world.app.options, "load", no_answer)
    assert world.app.cancelling.cancel("alice", generation_id).refunded == 4
    assert world.vendor.cancelled == []
