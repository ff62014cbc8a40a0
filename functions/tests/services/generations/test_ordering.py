from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors import IdempotencyKeyReused, InvalidRequest, Unavailable
from domain.accounts.errors import UserInactive, UserNotFound
from domain.credits.errors import InsufficientCredits
from domain.credits.ledger import EntryType
from domain.generations.generation import Spec, Status
from orders import ASK, OPTIONS, asking, create, order
from people import at_once
from services.generations.orders import Order
from services.generations.ports import Created
from world import World

WEDNESDAY = datetime(2026, 3, 4, 12, tzinfo=UTC)


def with_key(**changes: Any) -> Order:
    return order(idempotency_key="key-1", **changes)


# --- create ---


def test_creating_takes_the_price_and_queues_one_task(world: World) -> None:
    created = create(world, order(request_id="r-1", metadata={"ref": "7"}))
    assert not created.replayed
    generation = world.generation(created.generation.id)
    assert generation == created.generation
    assert (generation.status, generation.price, generation.held) == (Status.QUEUED, 4, 4)
    assert (generation.in_flight, world.user("alice").pace.in_flight) == (True, 1)
    spec = Spec(model="Model A", prompt="A lighthouse at dusk", params=OPTIONS)
    assert (generation.spec, generation.metadata, generation.request_id) == (spec, {"ref": "7"}, "r-1")
    assert (world.user("alice").balance.current_credits, world.user("alice").balance.held_credits) == (96, 4)
    assert {(entry.type, entry.credits) for entry in world.entries("alice")} == {
        (EntryType.GRANT, 100),
        (EntryType.DEDUCTION, 4),
    }
    assert [task.name for task in world.queue.waiting] == [f"{generation.id}-1"]
    world.assert_books_balance()


def test_options_are_stored_by_their_ids(world: World) -> None:
    created = create(world, order(ask=asking(style="Oil Painting")))
    assert created.generation.spec.params["style"] == "oil_painting"


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        (order("nobody"), UserNotFound),
        (order("bob"), InsufficientCredits),
        (order(ask=asking(style="cubist")), InvalidRequest),
    ],
)
def test_a_refused_order_writes_nothing(world: World, wanted: Order, refusal: type[Exception]) -> None:
    before = world.records()
    with pytest.raises(refusal):
        create(world, wanted)
    assert world.records() == before
    assert not world.queue.waiting


def test_a_deactivated_user_is_refused(world: World) -> None:
    world.overwrite("users/alice", is_active=False)
    with pytest.raises(UserInactive):
        create(world)
    assert world.user("alice").balance.current_credits == 100


def test_orders_are_accepted_to_the_last_credit_and_not_beyond(world: World) -> None:
    small = order("mallory", ask=asking(size="1024x1024"))
    for _ in range(3):
        create(world, small)
    with pytest.raises(InsufficientCredits) as refused:
        create(world, small)
    assert refused.value.details == {"required": 3, "available": 1}
    create(world, order("mallory", ask=asking(size="512x512")))
    assert (world.user("mallory").balance.current_credits, world.user("mallory").balance.held_credits) == (0, 10)
    world.assert_books_balance()


def test_a_refusal_is_never_given_on_a_remembered_balance(world: World) -> None:
    create(world, order("mallory"))
    create(world, order("mallory"))  # 2 are left, as this instance remembers
    another = World(world.now, documents=world.documents)
    another.app.ledger.add("mallory", EntryType.TOP_UP, 2, source="shop", external_id="1", description="Top-up")
    create(world, order("mallory"))
    assert world.user("mallory").balance.current_credits == 0


def test_a_remembered_balance_never_spends_what_another_instance_has_spent(world: World) -> None:
    create(world, order("mallory"))  # this instance remembers 6
    another = World(world.now, documents=world.documents)
    create(another, order("mallory"))
    with pytest.raises(InsufficientCredits):
        create(world, order("mallory"))
    assert world.user("mallory").balance.current_credits == 2
    world.assert_books_balance()


def test_of_twenty_orders_at_once_on_a_balance_for_one_one_is_accepted(world: World) -> None:
    world.add_user("dora", 4)
    instances = [world, *(World(world.now, documents=world.documents) for _ in range(3))]
    answers = at_once(*(lambda each=each: create(each, order("dora")) for each in instances * 5))
    assert sum(isinstance(answer, Created) for answer in answers) == 1
    assert sum(isinstance(answer, InsufficientCredits) for answer in answers) == 19
    assert (world.user("dora").balance.current_credits, world.user("dora").balance.held_credits) == (0, 4)
    world.assert_books_balance()


def test_twenty_repeats_at_once_are_one_generation(world: World) -> None:
    instances = [world, World(world.now, documents=world.documents)]
    answers = at_once(*(lambda each=each: create(each, with_key()) for each in instances * 10))
    assert len({answer.generation.id for answer in answers}) == 1
    assert sum(not answer.replayed for answer in answers) == 1
    assert world.user("alice").balance.current_credits == 96
    world.assert_books_balance()


def test_an_order_is_accepted_while_the_queue_is_down_and_sent_by_the_sweeper(world: World) -> None:
    world.queue.is_down = True
    generation_id = create(world).generation.id
    assert world.generation(generation_id).status is Status.QUEUED
    world.queue.is_down = False
    world.later(seconds=59)
    world.app.sweeper.sweep()
    assert not world.queue.waiting
    world.later(seconds=1)
    world.app.sweeper.sweep()
    assert world.deliver_all() == 1
    assert world.generation(generation_id).status is Status.COMPLETED
    world.assert_books_balance()


def test_where_the_database_does_not_answer_the_order_is_unavailable() -> None:
    class Silent:
        def get(self, path: str) -> None:
            raise Unavailable(path)

    world = World(WEDNESDAY)
    world.app.users._documents = Silent()  # type: ignore[assignment]
    world.app.users.forget("alice")
    with pytest.raises(Unavailable):
        create(world)


# --- the same order again ---


def test_the_same_order_with_the_same_key_is_one_generation(world: World) -> None:
    first = create(world, with_key())
    second = create(world, with_key())
    assert (first.replayed, second.replayed) == (False, True)
    assert second.generation.id == first.generation.id
    assert world.user("alice").balance.current_credits == 96
    assert len(world.queue.waiting) == 1
    world.assert_books_balance()


def test_a_replay_shows_the_generation_as_it_is_now(world: World) -> None:
    create(world, with_key())
    world.deliver_all()
    assert create(world, with_key()).generation.status is Status.COMPLETED
    assert not world.queue.waiting


@pytest.mark.parametrize(
    "other",
    [
        with_key(ask=replace(ASK, prompt="Another")),
        with_key(ask=replace(ASK, seed=1)),
        with_key(metadata={"a": "b"}),
        with_key(ask=asking(size="512x512")),
    ],
)
def test_the_same_key_with_another_order_is_refused(world: World, other: Order) -> None:
    create(world, with_key())
    before = world.records()
    with pytest.raises(IdempotencyKeyReused):
        create(world, other)
    assert world.records() == before
    assert len(world.queue.waiting) == 1


def test_the_order_of_metadata_does_not_make_another_order(world: World) -> None:
    create(world, with_key(metadata={"a": "1", "b": "2"}))
    assert create(world, with_key(metadata={"b": "2", "a": "1"})).replayed


def test_a_key_belongs_to_its_user(world: World) -> None:
    first = create(world, with_key())
    second = create(world, with_key(user_id="mallory"))
    assert not second.replayed
    assert first.generation.id != second.generation.id


def test_without_a_key_the_same_order_is_two_generations(world: World) -> None:
    assert create(world).generation.id != create(world).generation.id
    assert world.user("alice").balance.current_credits == 92


def test_a_replay_is_answered_when_the_credits_are_gone(world: World) -> None:
    wanted = with_key(user_id="mallory")
    first = create(world, wanted)
    create(world, order("mallory"))
    again = create(world, wanted)
    assert (again.generation.id, again.replayed) == (first.generation.id, True)
    assert world.user("mallory").balance.current_credits == 2


def test_a_replay_is_answered_when_the_option_was_withdrawn(world: World) -> None:
    first = create(world, with_key())
    world.overwrite("styles/realistic", is_active=False)
    world.later(minutes=2)
    assert create(world, with_key()).generation.id == first.generation.id
    with pytest.raises(InvalidRequest):
        create(world, order())


def test_a_replay_is_answered_when_the_user_was_deactivated(world: World) -> None:
    first = create(world, with_key())
    world.overwrite("users/alice", is_active=False)
    assert create(world, with_key()).generation.id == first.generation.id


def test_a_replay_after_a_price_change_costs_nothing_more(world: World) -> None:
    create(world, with_key())
    world.overwrite("sizes/1024x1792", credit_cost=50)
    world.later(minutes=2)
    assert create(world, with_key()).generation.price == 4
    assert world.user("alice").balance.current_credits == 96
