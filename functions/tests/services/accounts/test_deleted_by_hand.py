"""Somebody deletes a user's document in the Firebase console, and leaves all documents under it."""

from datetime import UTC, datetime

import pytest

from domain.accounts.errors import UserNotFound
from domain.generations.generation import Status
from repositories.store.documents import Delete
from services.accounts.ports import Identity
from world import ORDER, Response, World

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
BOB = {"Authorization": "Bearer newcomer-token"}


@pytest.fixture
def guarded() -> World:
    """A newcomer has had a welcome of 10, has spent 1, and waits for a generation that costs 4."""
    world = World(NOON, AUTH_MODE="required")
    world.tokens._tokens["newcomer-token"] = Identity(
        "newcomer", email="newcomer@example.com", email_verified=True, signed_in_at=NOON
    )
    done, waiting = (order(world, size).body["id"] for size in ("512x512", "1024x1792"))
    world.deliver(done)
    assert world.generation(done).status is Status.COMPLETED
    assert world.generation(waiting).status is Status.QUEUED
    world.documents.commit([Delete("users/newcomer")])
    return world


def order(world: World, size: str) -> Response:
    answer = world.api("POST", "/v1/generations", headers=BOB, json=ORDER | {"size": size})
    assert answer.status == 202, answer.body
    return answer


def test_the_next_sign_in_has_the_balance_that_the_entries_add_up_to(guarded: World) -> None:
    guarded.app.users.forget("newcomer")
    assert guarded.api("GET", "/v1/me", headers=BOB).body["current_credits"] == 5
    user = guarded.user("newcomer")
    assert (user.balance.held_credits, user.pace.in_flight, user.activity.total_images_generated) == (4, 1, 1)
    guarded.deliver_all()
    assert (guarded.user("newcomer").balance.held_credits, guarded.user("newcomer").balance.current_credits) == (0, 5)
    guarded.assert_books_balance()


def test_until_then_a_settlement_is_refused_at_once_and_loses_nothing(guarded: World) -> None:
    (task,) = [each for each in guarded.queue.waiting if not guarded.generation(each.generation_id).is_final]
    found = guarded.app.generations.get(task.generation_id)
    assert found is not None
    with pytest.raises(UserNotFound):
        guarded.app.fulfilment.fulfil(task.generation_id)
    guarded.later(seconds=301)
    assert guarded.app.sweeper.sweep().dispatched_again == 1
    guarded.app.users.forget("newcomer")
    guarded.api("GET", "/v1/me", headers=BOB)
    guarded.deliver_all()
    assert guarded.generation(task.generation_id).status is Status.COMPLETED
    guarded.assert_books_balance()


def test_a_sweep_goes_on_to_the_others(guarded: World) -> None:
    guarded.later(hours=25)
    result = guarded.app.sweeper.sweep()
    assert (result.failed, result.unavailable) == (0, 1)
