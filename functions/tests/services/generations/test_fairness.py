"""A user who floods the queue does not keep another one from starting. docs/adr/0015 has the design."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from core.queues import Queue
from domain.credits.ledger import EntryType
from domain.generations.generation import Status
from pacing import PacedQueues
from services.accounts.instructions import Instruction
from services.generations.model_ports import RemoteResult, RemoteStatus
from world import ORDER, Response, World

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DEFAULTS = {"CREATIONS_PER_MINUTE": "300", "CREATIONS_BURST": "60", "IN_FLIGHT_MAX": "100"}
A_FEW_SECONDS = timedelta(seconds=3)

Flood = Callable[[World, PacedQueues], object]


def order(world: World, user_id: str = "alice") -> Response:
    return world.api("POST", "/v1/generations", user_id, json=ORDER)


def cancel(world: World, generation_id: str, user_id: str = "alice") -> Response:
    return world.api("POST", f"/v1/generations/{generation_id}/cancel", user_id)


def create_all_that_is_allowed(world: World, _: PacedQueues) -> None:
    while order(world).status == 202:
        pass


def create_and_cancel_at_once(world: World, _: PacedQueues) -> None:
    while (created := order(world)).status == 202:
        assert cancel(world, created.body["id"]).status == 200


def cancel_what_has_started_and_create(world: World, queues: PacedQueues) -> None:
    """Keep at most two in flight, and cancel each of them as soon as a model works on it."""
    for generation_id in queues.starts:
        generation = world.generation(generation_id)
        if generation.user_id == "alice" and not generation.is_final:
            cancel(world, generation_id)
    while world.user("alice").pace.in_flight < 2 and order(world).status == 202:
        pass


def create_and_cancel_each_other_one(world: World, queues: PacedQueues) -> None:
    """Create two and cancel one, again and again. A queue that forgets to remove a task then has as many dead tasks as
    living ones.
    """
    while (created := order(world)).status == 202 and order(world).status == 202:
        cancel(world, created.body["id"])


@pytest.fixture
def paced() -> World:
    world = World(NOON, **DEFAULTS)
    for user_id in ("rich", "other"):
        world.add_user(user_id, 100)
    world.app.ledger.add(
        "alice", EntryType.GRANT, 1_000_000, source="test", external_id="rich", description="As much as she wants"
    )
    return world


@pytest.mark.parametrize(
    "flood",
    [
        create_all_that_is_allowed,
        create_and_cancel_at_once,
        cancel_what_has_started_and_create,
        create_and_cancel_each_other_one,
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_another_user_starts_within_a_few_seconds(paced: World, flood: Flood, seed: int) -> None:
    queues = PacedQueues(paced, seed=seed)
    queues.run_until(NOON + timedelta(seconds=45), lambda: flood(paced, queues))
    for _ in range(2):
        created_at, generation_id = paced.now, order(paced, "other").body["id"]
        queues.run_until(created_at + A_FEW_SECONDS, lambda: flood(paced, queues))
        assert generation_id in queues.starts
        queues.run_until(created_at + timedelta(seconds=41), lambda: flood(paced, queues))
        assert paced.generation(generation_id).status is Status.COMPLETED


def test_who_has_more_than_a_share_goes_to_the_backlog(paced: World) -> None:
    queues = [paced.generation(order(paced).body["id"]).queue for _ in range(5)]
    assert queues == [Queue.GENERATIONS] * 3 + [Queue.BACKLOG] * 2
    assert [task.queue for task in paced.queue.waiting] == queues
    assert paced.generation(order(paced, "other").body["id"]).queue is Queue.GENERATIONS


def test_who_cancels_what_has_started_has_less_of_the_main_queue_that_day(paced: World) -> None:
    """The model of a cancelled generation may go on working, and keeps its place in the queue."""
    for _ in range(3):
        cancel_after_the_start(paced, "alice")
    assert paced.user("alice").pace.in_flight == 0
    assert paced.generation(order(paced).body["id"]).queue is Queue.BACKLOG
    paced.later(days=1)
    paced.deliver_all()
    assert paced.generation(order(paced).body["id"]).queue is Queue.GENERATIONS


def test_a_resent_task_goes_into_the_queue_that_it_was_sent_to_first(paced: World) -> None:
    paced.queue.is_down = True
    ids = [order(paced).body["id"] for _ in range(4)]
    paced.queue.is_down = False
    paced.later(seconds=61)
    paced.app.sweeper.sweep()
    assert {task.generation_id: task.queue for task in paced.queue.waiting} == {
        **dict.fromkeys(ids[:3], Queue.GENERATIONS),
        ids[3]: Queue.BACKLOG,
    }


def test_polls_wait_in_a_queue_of_their_own(paced: World) -> None:
    paced.vendor.results = [RemoteResult(status=RemoteStatus.RUNNING)] * 2
    created = paced.api("POST", "/v1/generations", "alice", json=ORDER | {"model": "Model R"})
    for _ in range(3):
        paced.deliver_next()
        assert [task.queue for task in paced.queue.waiting] == [Queue.POLLS]
    paced.deliver_next()
    assert paced.generation(created.body["id"]).status is Status.COMPLETED


# --- what a cancel takes back, and what it does not ---


def test_a_cancel_takes_the_task_out_of_the_queue(paced: World) -> None:
    ids = [order(paced).body["id"] for _ in range(5)]
    for generation_id in ids[1:]:
        assert cancel(paced, generation_id).status == 200
    assert [task.generation_id for task in paced.queue.waiting] == ids[:1]


def test_a_cancel_holds_where_the_queue_does_not_answer(paced: World) -> None:
    generation_id = order(paced).body["id"]
    paced.queue.is_down = True
    assert cancel(paced, generation_id).body["status"] == "cancelled"
    paced.queue.is_down = False
    paced.deliver_all()
    assert not paced.model.jobs
    assert not paced.user("alice").pace.cancels


def test_what_is_given_up_or_erased_leaves_no_task(paced: World) -> None:
    order(paced)
    paced.later(hours=25)
    assert paced.app.sweeper.sweep().failed == 1
    order(paced, "other")
    paced.app.erasure.delete("other", Instruction(actor="test", request_id="r"))
    assert not paced.queue.waiting


def cancel_after_the_start(world: World, user_id: str) -> None:
    generation_id = order(world, user_id).body["id"]
    world.model.script = [lambda: cancel(world, generation_id, user_id)]
    world.deliver(generation_id)
    assert world.generation(generation_id).status is Status.CANCELLED


def test_cancels_after_the_start_are_counted_and_have_an_end(paced: World) -> None:
    """Twenty is the limit for a UTC day, which has 43,200 seconds left at noon."""
    for _ in range(20):
        cancel_after_the_start(paced, "alice")
    assert paced.user("alice").pace.cancels == {"d20260304": 20}
    refused = order(paced)
    assert (refused.status, refused.body["code"]) == (429, "rate_limited")
    assert refused.headers["Retry-After"] == "43200"
    assert refused.headers["RateLimit"] == '"cancels";r=0;t=43200'
    assert "cancelled 20 generations today" in refused.body["detail"]
    assert order(paced, "other").status == 202
    paced.later(hours=12)
    assert order(paced).status == 202


def test_a_cancel_before_the_start_is_free(paced: World) -> None:
    for _ in range(25):
        assert cancel(paced, order(paced).body["id"]).status == 200
    assert not paced.user("alice").pace.cancels


def test_days_that_are_over_are_forgotten(paced: World) -> None:
    for _ in range(4):
        cancel_after_the_start(paced, "alice")
        paced.later(days=1)
    assert paced.user("alice").pace.cancels == {"d20260306": 1, "d20260307": 1}
    paced.later(days=7)
    order(paced)
    assert not paced.user("alice").pace.cancels


def test_a_trial_that_was_started_is_used_up_and_one_that_was_not_is_not(paced: World) -> None:
    paced.add_user("guest", 4, is_anonymous=True)
    assert cancel(paced, order(paced, "guest").body["id"], "guest").status == 200
    cancel_after_the_start(paced, "guest")
    for days in (0, 1, 7):
        paced.later(days=days)
        refused = order(paced, "guest")
        assert (refused.status, refused.body["code"]) == (403, "anonymous_allowance_used")
    assert len(paced.model.jobs) == 1
