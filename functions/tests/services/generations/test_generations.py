from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from firebase_functions.https_fn import HttpsError

from core.errors import AppError, IdempotencyKeyReused, InvalidRequest, Unavailable
from core.records import Cursor
from domain.accounts.errors import UserInactive, UserNotFound
from domain.credits.errors import InsufficientCredits
from domain.credits.ledger import EntryType
from domain.generations.errors import AlreadyFinal, GenerationNotFound
from domain.generations.generation import Spec, Status
from services.generations.model_ports import ModelUnavailable, RemoteResult, RemoteStatus
from services.generations.orders import Order
from services.generations.ports import Created, GenerationFilter
from world import World

WEDNESDAY = datetime(2026, 3, 4, 12, tzinfo=UTC)
SPEC = Spec(model="Model A", style="realistic", color="vibrant", size="1024x1792", prompt="A lighthouse at dusk")


def order(user_id: str = "alice", **changes: Any) -> Order:
    return replace(Order(user_id=user_id, spec=SPEC), **changes)


def with_key(**changes: Any) -> Order:
    return order(idempotency_key="key-1", **changes)


def create(world: World, wanted: Order | None = None) -> Created:
    return world.app.generation_service.create(wanted or order())


def statuses(world: World, **wanted: Any) -> list[str]:
    found = world.app.generation_service.page("alice", GenerationFilter(**wanted), after=None, limit=100)
    return [view.generation.status.value for view in found]


# --- create ---


def test_creating_takes_the_price_and_queues_one_task(world: World) -> None:
    created = create(world, order(request_id="r-1", metadata={"ref": "7"}))
    assert not created.replayed
    generation = world.generation(created.generation.id)
    assert generation == created.generation
    assert (generation.status, generation.price, generation.held) == (Status.QUEUED, 4, 4)
    assert (generation.in_flight, world.user("alice").pace.in_flight) == (True, 1)
    assert (generation.spec, generation.metadata, generation.request_id) == (SPEC, {"ref": "7"}, "r-1")
    assert (world.user("alice").balance.current_credits, world.user("alice").balance.held_credits) == (96, 4)
    assert {(entry.type, entry.credits) for entry in world.entries("alice")} == {
        (EntryType.GRANT, 100),
        (EntryType.DEDUCTION, 4),
    }
    assert [task.name for task in world.queue.waiting] == [f"{generation.id}-1"]
    world.assert_books_balance()


def test_options_are_stored_by_their_ids(world: World) -> None:
    created = create(world, order(spec=replace(SPEC, style="Oil Painting")))
    assert created.generation.spec.style == "oil_painting"


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        (order("nobody"), UserNotFound),
        (order("bob"), InsufficientCredits),
        (order(spec=replace(SPEC, style="cubist")), InvalidRequest),
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
    small = order("mallory", spec=replace(SPEC, size="1024x1024"))
    for _ in range(3):
        create(world, small)
    with pytest.raises(InsufficientCredits) as refused:
        create(world, small)
    assert refused.value.details == {"required": 3, "available": 1}
    create(world, order("mallory", spec=replace(SPEC, size="512x512")))
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


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each call answers, or the exception that it raises, when all are made together."""
    gate = Barrier(len(calls))

    def made(call: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return call()
        except AppError as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(made, calls))


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
        with_key(spec=replace(SPEC, prompt="Another")),
        with_key(spec=replace(SPEC, seed=1)),
        with_key(metadata={"a": "b"}),
        with_key(spec=replace(SPEC, size="512x512")),
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


# --- quote ---


def test_a_quote_costs_and_writes_nothing(world: World) -> None:
    before = world.records()
    quote = world.app.generation_service.quote(order())
    assert (quote.price, quote.available, quote.sufficient) == (4, 100, True)
    assert world.records() == before
    assert not world.queue.waiting


def test_a_quote_says_that_it_will_not_do(world: World) -> None:
    assert not world.app.generation_service.quote(order("bob")).sufficient


def test_a_quote_for_exactly_what_is_there_will_do(world: World) -> None:
    world.add_user("dora", 4)
    assert world.app.generation_service.quote(order("dora")).sufficient


def test_a_quote_for_nobody_is_refused(world: World) -> None:
    with pytest.raises(UserNotFound):
        world.app.generation_service.quote(order("nobody"))


# --- wait ---


class Patience:
    """A pause that turns the clock, and lets something happen when its moment comes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.pauses = 0
        self.then: dict[int, Any] = {}

    def __call__(self, seconds: float) -> None:
        self.pauses += 1
        self.world.later(seconds=seconds)
        if self.pauses in self.then:
            self.then[self.pauses]()


@pytest.fixture
def patience(world: World) -> Patience:
    world.app.made["pause"] = patience = Patience(world)
    return patience


def test_waiting_ends_when_the_generation_ends(world: World, patience: Patience) -> None:
    generation_id = create(world).generation.id
    patience.then = {3: world.deliver_all}
    started = world.now
    view = world.app.generation_service.wait("alice", generation_id, 30)
    assert view.generation.status is Status.COMPLETED
    assert world.now - started == timedelta(seconds=3)


def test_waiting_ends_when_the_time_is_over(world: World, patience: Patience) -> None:
    generation_id = create(world).generation.id
    started = world.now
    view = world.app.generation_service.wait("alice", generation_id, 5)
    assert view.generation.status is Status.QUEUED
    assert world.now - started == timedelta(seconds=5)


def test_waiting_for_an_ended_one_takes_no_time(world: World, patience: Patience) -> None:
    generation_id = create(world).generation.id
    world.deliver_all()
    world.app.generation_service.wait("alice", generation_id, 30)
    assert patience.pauses == 0


def test_waiting_for_no_time_is_a_look(world: World, patience: Patience) -> None:
    world.app.generation_service.wait("alice", create(world).generation.id, 0)
    assert patience.pauses == 0


def test_a_stranger_cannot_wait(world: World) -> None:
    with pytest.raises(GenerationNotFound):
        world.app.generation_service.wait("mallory", create(world).generation.id, 30)


# --- lists ---


def test_a_list_is_newest_first_and_only_ones_own(world: World) -> None:
    mine = []
    for _ in range(3):
        mine.append(create(world).generation.id)
        create(world, order("mallory", spec=replace(SPEC, size="512x512")))
        world.later(seconds=1)
    found = world.app.generation_service.page("alice", GenerationFilter(), after=None, limit=10)
    assert [view.generation.id for view in found] == mine[::-1]


def test_a_list_goes_on_behind_its_cursor_where_times_are_equal_too(world: World) -> None:
    ids = {create(world).generation.id for _ in range(5)}
    seen: list[str] = []
    after = None
    while found := world.app.generation_service.page("alice", GenerationFilter(), after=after, limit=2):
        seen += [view.generation.id for view in found]
        after = Cursor(found[-1].generation.created_at, found[-1].generation.id)
    assert len(seen) == 5
    assert set(seen) == ids


def test_filters_narrow_a_list(world: World) -> None:
    done = create(world).generation.id
    world.deliver_all()
    world.later(hours=1)
    noon = world.now
    waiting = create(world, order(spec=replace(SPEC, style="anime", model="Model B"))).generation.id

    def found(**wanted: Any) -> list[str]:
        views = world.app.generation_service.page("alice", GenerationFilter(**wanted), after=None, limit=10)
        return [view.generation.id for view in views]

    assert found(status=Status.COMPLETED) == [done]
    assert found(style="anime") == [waiting]
    assert found(model="Model B") == [waiting]
    assert found(created_from=noon) == [waiting]
    assert found(created_before=noon) == [done]
    assert found(created_from=noon, created_before=noon) == []
    assert found(status=Status.QUEUED, style="realistic") == []


def test_a_list_counts_no_places_in_the_queue(world: World) -> None:
    create(world)
    (view,) = world.app.generation_service.page("alice", GenerationFilter(), after=None, limit=10)
    assert view.queue_position is None


# --- links ---


def test_links_open_each_output(world: World) -> None:
    generation_id = create(world).generation.id
    waiting = world.app.generation_service.get("alice", generation_id)
    assert (waiting.links, waiting.thumbnails) == ((), ())
    world.deliver_all()
    done = world.app.generation_service.get("alice", generation_id)
    assert done.links == (f"https://outputs.test/generations/alice/{generation_id}/0.png",)
    assert done.thumbnails == (f"https://outputs.test/generations/alice/{generation_id}/0-thumbnail.webp",)


def test_what_has_no_thumbnail_has_no_link_to_it(world: World) -> None:
    world.thumbnailer.reads_pictures = False
    generation_id = create(world).generation.id
    world.deliver_all()
    assert world.app.generation_service.get("alice", generation_id).thumbnails == (None,)


def test_the_links_of_a_page_are_asked_for_together(world: World) -> None:
    """Signed one after the other, by IAM, they would keep a page of 20 waiting for a second or more."""
    made = [create(world).generation.id for _ in range(3)]
    world.deliver_all()
    made.append(create(world).generation.id)
    asked: list[Sequence[str]] = []
    links = world.outputs.links

    def seen(paths: Sequence[str]) -> Mapping[str, str]:
        asked.append(paths)
        return links(paths)

    world.outputs.links = seen  # type: ignore[method-assign]
    views = world.app.generation_service.page("alice", GenerationFilter(), after=None, limit=10)
    found = {view.generation.id: (*view.links, *view.thumbnails) for view in views}
    assert len(asked) == 1
    names = ("0.png", "0-thumbnail.webp")
    assert found == {
        **{each: tuple(f"https://outputs.test/generations/alice/{each}/{name}" for name in names) for each in made[:3]},
        made[3]: (),
    }


# --- cancel ---


def test_a_queued_generation_is_cancelled_and_refunded_at_once(world: World) -> None:
    generation_id = create(world).generation.id
    view = world.app.generation_service.cancel("alice", generation_id)
    assert (view.generation.status, view.generation.refunded) == (Status.CANCELLED, 4)
    assert (world.user("alice").balance.current_credits, world.user("alice").balance.held_credits) == (100, 0)
    world.deliver_all()
    assert world.model.jobs == []
    world.assert_books_balance()


def test_cancelling_twice_refunds_once(world: World) -> None:
    generation_id = create(world).generation.id
    first = world.app.generation_service.cancel("alice", generation_id)
    world.later(minutes=1)
    assert world.app.generation_service.cancel("alice", generation_id).generation == first.generation
    assert world.user("alice").balance.current_credits == 100
    world.assert_books_balance()


def test_two_instances_that_cancel_at_once_refund_once(world: World) -> None:
    generation_id = create(world).generation.id
    another = World(world.now, documents=world.documents)
    known = another.app.generations.get(generation_id)
    world.app.generation_service.cancel("alice", generation_id)
    assert known is not None
    another.app.generations.get = lambda _: known  # type: ignore[method-assign] - it read just before
    assert another.app.generation_service.cancel("alice", generation_id).generation.status is Status.CANCELLED
    assert world.user("alice").balance.current_credits == 100
    world.assert_books_balance()


def test_twenty_cancels_and_a_result_at_once_settle_once(world: World) -> None:
    generation_id = create(world).generation.id
    instances = [world, World(world.now, documents=world.documents)]
    cancels = [lambda each=each: each.app.generation_service.cancel("alice", generation_id) for each in instances * 10]
    at_once(*cancels, lambda: world.deliver(generation_id))
    generation = world.generation(generation_id)
    assert generation.is_final
    assert world.user("alice").balance.current_credits == 96 + generation.refunded
    world.assert_books_balance()


def test_while_a_model_works_a_cancel_refunds_and_the_late_result_is_dropped(world: World) -> None:
    generation_id = create(world).generation.id
    world.model.script = [lambda: world.app.generation_service.cancel("alice", generation_id)]
    world.deliver_all()
    generation = world.generation(generation_id)
    assert (generation.status, generation.outputs, generation.charged) == (Status.CANCELLED, (), 0)
    assert world.user("alice").balance.current_credits == 100
    assert world.user("alice").activity.total_images_generated == 0
    world.assert_books_balance()


def test_a_failure_that_comes_after_a_cancel_does_not_refund_again(world: World) -> None:
    generation_id = create(world).generation.id

    def cancel_then_break() -> None:
        world.app.generation_service.cancel("alice", generation_id)
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
        world.app.generation_service.cancel("alice", generation_id)
    assert world.records() == before


def test_a_stranger_cannot_cancel(world: World) -> None:
    generation_id = create(world).generation.id
    before = world.records()
    with pytest.raises(GenerationNotFound):
        world.app.generation_service.cancel("mallory", generation_id)
    with pytest.raises(GenerationNotFound):
        world.app.generation_service.cancel("alice", "no-such-id")
    assert world.records() == before


def test_cancelling_a_remote_job_cancels_it_at_the_vendor(world: World) -> None:
    generation_id = create(world, order(spec=replace(SPEC, model="Model R"))).generation.id
    world.deliver(generation_id)
    world.app.generation_service.cancel("alice", generation_id)
    assert world.vendor.cancelled == [f"job-of-{generation_id}"]


def test_a_job_that_was_submitted_while_we_cancelled_is_cancelled_at_the_vendor_too(world: World) -> None:
    generation_id = create(world, order(spec=replace(SPEC, model="Model R"))).generation.id
    known = world.app.generations.get(generation_id)
    world.deliver(generation_id)
    assert known is not None
    world.app.generations.get = lambda _: known  # type: ignore[method-assign] - it read just before
    world.app.generation_service.cancel("alice", generation_id)
    assert world.vendor.cancelled == [f"job-of-{generation_id}"]


def test_a_vendor_that_will_not_cancel_does_not_keep_the_refund(world: World) -> None:
    generation_id = create(world, order(spec=replace(SPEC, model="Model R"))).generation.id
    world.deliver(generation_id)
    world.vendor.refuses_to_cancel = True
    world.app.generation_service.cancel("alice", generation_id)
    assert world.user("alice").balance.current_credits == 100


def test_what_was_listed_as_processing_is_listed_as_ended_later(world: World) -> None:
    create(world, order(spec=replace(SPEC, model="Model R")))
    world.vendor.results = [RemoteResult(status=RemoteStatus.RUNNING)]
    world.deliver(world.queue.waiting.popleft().generation_id)
    assert statuses(world) == ["processing"]
    world.deliver_all()
    assert statuses(world) == ["completed"]


def test_where_the_database_does_not_answer_the_order_is_unavailable() -> None:
    class Silent:
        def get(self, path: str) -> None:
            raise Unavailable(path)

    world = World(WEDNESDAY)
    world.app.users._documents = Silent()  # type: ignore[assignment]
    world.app.users.forget("alice")
    with pytest.raises(Unavailable):
        create(world)
