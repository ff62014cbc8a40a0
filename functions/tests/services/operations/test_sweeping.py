from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NoReturn

import pytest
from firebase_functions.https_fn import HttpsError

from core.errors import Unavailable
from domain.generations.generation import Status
from providers.queue.memory import MemoryControl, MemoryQueue
from repositories.operations.queue_marks import QueueMarkRepository
from repositories.store.documents import Conflict, Delete, Write
from repositories.store.memory import MemoryDocuments
from repositories.store.optimistic import OptimisticTransaction
from services.generations.model_ports import ModelUnavailable, RemoteResult, RemoteStatus
from services.generations.ports import TaskMessage
from services.operations import rescuing
from services.operations.queue import QueueService
from services.operations.sweeping import SweepResult
from unsteady import UnsteadyDocuments
from world import World

OVERLOADED = ModelUnavailable("overloaded", "Model overload - please retry")
NOTHING = SweepResult(resent=0, dispatched_again=0, failed=0, settled_meanwhile=0, unavailable=0)
RUNNING = RemoteResult(status=RemoteStatus.RUNNING)


def crash(world: World, generation_id: str) -> None:
    world.model.script = [RuntimeError("killed")]
    with suppress(HttpsError):
        world.deliver(generation_id)


def sweep_each_minute(world: World, hours: float) -> None:
    for _ in range(int(hours * 60)):
        world.later(minutes=1)
        world.app.sweeper.sweep()


def test_what_is_not_due_is_left_alone(world: World) -> None:
    world.create()
    before = world.records()
    world.later(seconds=59)
    result = world.app.sweeper.sweep()
    assert world.records() == before
    assert (result.resent, result.dispatched_again, result.failed) == (0, 0, 0)


def test_what_has_ended_is_never_swept(world: World) -> None:
    for fate in (world.deliver, lambda one: world.app.cancelling.cancel("alice", one)):
        fate(world.create())
    before = world.records()
    world.later(days=3)
    world.app.sweeper.sweep()
    assert world.records() == before


def test_a_lost_task_is_sent_again(world: World) -> None:
    world.queue.is_down = True
    generation_id = world.create()
    world.queue.is_down = False
    world.later(minutes=1)
    assert world.app.sweeper.sweep().resent == 1
    assert [task.name for task in world.queue.waiting] == [f"{generation_id}-1"]


def test_a_crashed_workers_generation_gets_a_task_of_a_new_name(world: World) -> None:
    generation_id = world.create()
    world.queue.waiting.clear()
    crash(world, generation_id)
    world.later(seconds=299)
    assert world.app.sweeper.sweep().dispatched_again == 0
    world.later(seconds=1)
    assert world.app.sweeper.sweep().dispatched_again == 1
    assert [task.name for task in world.queue.waiting] == [f"{generation_id}-2"]
    world.deliver_all()
    assert world.generation(generation_id).status is Status.COMPLETED
    world.assert_books_balance()


def test_the_last_attempt_that_crashes_is_failed_and_refunded(world: World) -> None:
    generation_id = world.create(size="1024x1792")
    for _ in range(4):
        crash(world, generation_id)
        world.later(seconds=300)
    assert world.app.sweeper.sweep().failed == 1
    generation = world.generation(generation_id)
    assert generation.failure is not None
    assert (generation.status, generation.failure.code, generation.refunded) == (Status.FAILED, "out_of_attempts", 4)
    assert world.user("alice").balance.current_credits == 100
    world.assert_books_balance()


def test_a_crash_before_the_last_attempt_is_not_the_end(world: World) -> None:
    generation_id = world.create()
    for _ in range(3):
        crash(world, generation_id)
        world.later(seconds=300)
    assert world.app.sweeper.sweep().failed == 0
    assert not world.generation(generation_id).is_final


@pytest.mark.parametrize("model", ["Model A", "Model R"])
def test_what_is_too_old_is_failed_and_refunded(world: World, model: str) -> None:
    generation_id = world.create(model=model)
    if model == "Model R":
        world.deliver(generation_id)
    world.later(hours=24)
    world.app.sweeper.sweep()
    assert not world.generation(generation_id).is_final
    world.later(hours=1)
    assert world.app.sweeper.sweep().failed == 1
    generation = world.generation(generation_id)
    assert generation.failure is not None
    assert (generation.failure.code, generation.refunded) == ("timeout", 1)
    assert world.vendor.cancelled == ([f"job-of-{generation_id}"] if model == "Model R" else [])
    world.assert_books_balance()


def test_a_vendor_that_will_not_cancel_does_not_keep_the_refund(world: World) -> None:
    generation_id = world.create(model="Model R")
    world.deliver(generation_id)
    world.vendor.refuses_to_cancel = True
    world.later(hours=25)
    assert world.app.sweeper.sweep().failed == 1
    assert world.user("alice").balance.current_credits == 100


# --- a long backlog ---


def never_claimed(world: World) -> str:
    return world.create()


def crashed_once(world: World) -> str:
    generation_id = world.create()
    crash(world, generation_id)
    return generation_id


def failed_once(world: World) -> str:
    generation_id = world.create()
    world.model.script = [OVERLOADED]
    with suppress(HttpsError):
        world.deliver(generation_id)
    return generation_id


def at_the_vendor(world: World) -> str:
    generation_id = world.create(model="Model R")
    world.deliver(generation_id)
    return generation_id


@pytest.mark.parametrize(
    ("before_the_backlog", "tasks_max"),
    [
        (never_claimed, 1),
        # After an attempt, its task may be used up. One or two new names make sure that there is a task.
        (crashed_once, 3),
        (failed_once, 2),
        (at_the_vendor, 3),
    ],
)
def test_a_long_backlog_breeds_no_tasks(
    world: World, before_the_backlog: Callable[[World], str], tasks_max: int
) -> None:
    generation_id = before_the_backlog(world)
    sweep_each_minute(world, hours=1)
    after_an_hour = len(world.queue.waiting)
    sweep_each_minute(world, hours=20)
    assert len(world.queue.waiting) == after_an_hour
    assert after_an_hour <= tasks_max
    world.deliver_all()
    assert world.generation(generation_id).status is Status.COMPLETED
    world.assert_books_balance()


@pytest.mark.parametrize("polls", [0, 2, 3, 4, 7])
def test_a_poll_that_was_used_up_is_made_up_for_however_often_the_job_was_polled(world: World, polls: int) -> None:
    generation_id = at_the_vendor(world)
    world.queue.waiting.popleft()
    world.vendor.results = [RUNNING] * polls
    for _ in range(polls):
        world.deliver(world.queue.waiting.popleft().generation_id)
        world.later(seconds=5)
    world.queue.waiting.clear()
    sweep_each_minute(world, hours=0.25)
    world.deliver_all()
    assert world.generation(generation_id).status is Status.COMPLETED


class SlowQueue(MemoryQueue):
    def __init__(self, world: World, *, seconds: float) -> None:
        super().__init__()
        self._world = world
        self._seconds = seconds

    def enqueue(self, message: TaskMessage) -> bool:
        self._world.later(seconds=self._seconds)
        return super().enqueue(message)


class CountingQueue(MemoryQueue):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def enqueue(self, message: TaskMessage) -> bool:
        self.asked.append(message.name)
        return super().enqueue(message)


def test_what_waits_is_looked_at_less_and_less_often_but_each_half_hour(world: World) -> None:
    world.app.made["queue"] = queue = CountingQueue()
    generation_id = world.create()
    looks: list[int] = []
    for minute in range(1, 300):
        world.later(minutes=1)
        before = len(queue.asked)
        world.app.sweeper.sweep()
        looks += [minute] * (len(queue.asked) - before)
    gaps = [later - earlier for earlier, later in pairwise(looks)]
    assert looks[0] == 1
    assert gaps[:4] == [1, 2, 4, 8]
    assert set(gaps[5:]) == {30}
    assert set(queue.asked) == {f"{generation_id}-1"}


def test_while_the_queue_is_down_nothing_is_lost(world: World) -> None:
    world.queue.is_down = True
    ids = [world.create() for _ in range(3)]
    sweep_each_minute(world, hours=2)
    world.queue.is_down = False
    sweep_each_minute(world, hours=1)
    world.deliver_all()
    assert {world.generation(one).status for one in ids} == {Status.COMPLETED}
    world.assert_books_balance()


# --- at the same time ---


def test_two_sweeps_at_once_fail_and_refund_once(world: World) -> None:
    generation_id = world.create(size="1024x1792")
    world.later(hours=25)
    another = World(world.now, documents=world.documents)
    known = [*another.app.generations.due(now=world.now)]
    world.app.sweeper.sweep()
    batches = [known, []]
    another.app.generations.due = lambda **_: batches.pop(0)  # type: ignore[assignment]  # it read just before
    another.app.sweeper.sweep()
    assert world.generation(generation_id).refunded == 4
    assert world.user("alice").balance.current_credits == 100
    world.assert_books_balance()


def test_two_sweeps_at_once_make_one_new_name(world: World) -> None:
    generation_id = world.create()
    world.queue.waiting.clear()
    crash(world, generation_id)
    world.later(minutes=6)
    another = World(world.now, documents=world.documents)
    another.app.made["queue"] = world.queue
    known = [*another.app.generations.due(now=world.now)]
    assert world.app.sweeper.sweep().dispatched_again == 1
    batches = [known, []]
    another.app.generations.due = lambda **_: batches.pop(0)  # type: ignore[assignment]  # it read just before
    another.app.sweeper.sweep()
    assert world.generation(generation_id).dispatch == 2
    assert [task.name for task in world.queue.waiting] == [f"{generation_id}-2"]


def test_the_sweeper_does_not_take_a_generation_from_a_live_worker(world: World) -> None:
    generation_id = world.create()

    def meanwhile() -> None:
        world.later(seconds=299)
        before = world.records()
        world.app.sweeper.sweep()
        assert world.records() == before

    world.model.script = [meanwhile]
    world.deliver(generation_id)
    assert world.generation(generation_id).status is Status.COMPLETED
    assert world.generation(generation_id).attempt == 1


def test_a_generation_that_a_worker_claims_while_the_sweeper_looks_is_left_to_the_worker(world: World) -> None:
    generation_id = world.create(size="1024x1792")
    world.later(hours=25)
    another = World(world.now, documents=world.documents)
    known = [*another.app.generations.due(now=world.now)]
    batches = [known, []]
    another.app.generations.due = lambda **_: batches.pop(0)  # type: ignore[assignment]  # it read just before

    def meanwhile() -> None:
        assert another.app.sweeper.sweep().settled_meanwhile == 1

    world.model.script = [meanwhile]
    world.deliver(generation_id)
    assert world.generation(generation_id).charged == 4
    world.assert_books_balance()


@pytest.mark.parametrize("crashes", [0, 1])
def test_a_sweeper_with_old_news_neither_defers_nor_fences_out_a_live_worker(world: World, crashes: int) -> None:
    generation_id = world.create()
    for _ in range(crashes):
        crash(world, generation_id)
    world.later(minutes=6)
    another = World(world.now, documents=world.documents)
    another.app.made["queue"] = world.queue
    known = [*another.app.generations.due(now=world.now)]
    batches = [known, []]
    another.app.generations.due = lambda **_: batches.pop(0)  # type: ignore[assignment]  # it read just before

    def meanwhile() -> None:
        before = world.generation(generation_id)
        another.app.sweeper.sweep()
        assert world.generation(generation_id) == before

    world.model.script = [meanwhile]
    world.deliver(generation_id)
    assert world.generation(generation_id).status is Status.COMPLETED
    assert [task.name for task in world.queue.waiting] == [f"{generation_id}-1"]


def test_a_worker_that_outlived_its_lease_loses_to_the_sweeper_that_gave_up(world: World) -> None:
    generation_id = world.create(size="1024x1792")

    def meanwhile() -> None:
        world.later(hours=25)
        assert world.app.sweeper.sweep().failed == 1

    world.model.script = [meanwhile]
    world.deliver(generation_id)
    generation = world.generation(generation_id)
    assert (generation.status, generation.charged, generation.outputs) == (Status.FAILED, 0, ())
    assert world.user("alice").balance.current_credits == 100
    world.assert_books_balance()


def test_a_worker_that_outlived_its_lease_loses_to_the_sweepers_new_task(world: World) -> None:
    generation_id = world.create()

    def meanwhile() -> None:
        world.later(seconds=300)
        assert world.app.sweeper.sweep().dispatched_again == 1

    world.model.script = [meanwhile]
    world.deliver(generation_id)
    assert not world.generation(generation_id).is_final
    world.deliver_all()
    assert world.generation(generation_id).charged == 1
    assert world.user("alice").activity.total_images_generated == 1
    world.assert_books_balance()


# --- after a purge ---


def purge(world: World) -> None:
    marks = QueueMarkRepository(world.documents, world.app.transaction)
    QueueService(MemoryControl(world.queue, lambda: world.now), marks, lambda: world.now).purge()


@pytest.fixture
def purged(world: World) -> World:
    """Return a world that the test will purge, and whose sweeper will know of that."""
    return world


def names(world: World) -> list[str]:
    return sorted(task.name for task in world.queue.waiting)


def test_a_purge_loses_nothing_and_all_is_delivered_once(purged: World) -> None:
    world = purged
    ids = [world.create() for _ in range(4)] + [world.create(model="Model R") for _ in range(3)]
    sweep_each_minute(world, hours=2)
    ids += [world.create(), failed_once(world), at_the_vendor(world)]
    purge(world)
    assert not world.queue.waiting
    sweep_each_minute(world, minutes(2))
    assert len(world.queue.waiting) == len(ids)
    world.deliver_all()
    assert {world.generation(one).status for one in ids} == {Status.COMPLETED}
    assert len(world.vendor.submissions) == 4
    assert len(world.model.jobs) == 6 + 1  # one of them failed first
    assert world.user("alice").balance.current_credits == 100 - len(ids)
    world.assert_books_balance()


def minutes(count: int) -> float:
    return count / 60


@pytest.mark.parametrize("before", [never_claimed, failed_once, at_the_vendor])
@pytest.mark.parametrize("waited", [0, 3, 100, 600])
def test_however_long_it_has_waited_it_is_sent_within_two_minutes(
    purged: World, before: Callable[[World], str], waited: int
) -> None:
    generation_id = before(purged)
    sweep_each_minute(purged, minutes(waited))
    purge(purged)
    dispatch = purged.generation(generation_id).dispatch
    sweep_each_minute(purged, minutes(2))
    assert names(purged) == [f"{generation_id}-{dispatch + 1}"]


def test_each_purge_makes_one_new_name_however_long_the_queue_then_waits(purged: World) -> None:
    generation_id = purged.create()
    sweep_each_minute(purged, hours=1)
    for dispatch in (2, 3):
        purge(purged)
        sweep_each_minute(purged, hours=4)
        assert names(purged) == [f"{generation_id}-{dispatch}"]


def test_what_is_created_after_a_purge_keeps_its_task(purged: World) -> None:
    purge(purged)
    purged.later(seconds=31)
    generation_id = purged.create()
    sweep_each_minute(purged, hours=3)
    assert names(purged) == [f"{generation_id}-1"]


def test_what_is_neither_due_nor_lost_is_left_alone_after_a_purge(purged: World) -> None:
    purge(purged)
    purged.later(seconds=31)
    purged.create()
    purged.queue.waiting.clear()
    before = purged.records()
    assert purged.app.sweeper.sweep() == NOTHING
    assert purged.records() == before


def test_what_was_sent_while_the_purge_was_under_way_counts_as_purged(purged: World) -> None:
    purge(purged)
    purged.later(seconds=20)
    generation_id = purged.create()
    purged.queue.waiting.clear()
    purged.app.sweeper.sweep()
    assert not purged.queue.waiting
    sweep_each_minute(purged, minutes(1))
    assert names(purged) == [f"{generation_id}-2"]


def test_a_sweep_while_the_purge_is_under_way_puts_nothing_off(purged: World) -> None:
    generation_id = purged.create()
    purged.later(minutes=1)
    purge(purged)
    purged.later(seconds=5)
    assert purged.app.sweeper.sweep().resent == 1
    assert names(purged) == []
    sweep_each_minute(purged, minutes(1))
    assert names(purged) == [f"{generation_id}-2"]


def test_a_sweeper_that_was_away_for_hours_still_knows(purged: World) -> None:
    generation_id = purged.create()
    purge(purged)
    purged.later(hours=5)
    assert purged.app.sweeper.sweep().dispatched_again == 1
    assert names(purged) == [f"{generation_id}-2"]


def test_a_purge_whose_answer_is_lost(purged: World) -> None:
    world, generation_id = purged, purged.create()

    class Silent(MemoryControl):
        def purge(self) -> NoReturn:
            super().purge()
            raise Unavailable("The task queue does not answer")

    marks = QueueMarkRepository(world.documents, world.app.transaction)
    with pytest.raises(Unavailable):
        QueueService(Silent(world.queue, lambda: world.now), marks, lambda: world.now).purge()
    sweep_each_minute(world, minutes(1))
    assert names(world) == [f"{generation_id}-2"]


def test_a_purge_that_never_happened_costs_a_task_too_many_and_nothing_else(purged: World) -> None:
    world, generation_id = purged, purged.create()
    QueueMarkRepository(world.documents, world.app.transaction).mark_purged(world.now)
    sweep_each_minute(world, hours=1)
    assert names(world) == [f"{generation_id}-1", f"{generation_id}-2"]
    world.deliver_all()
    assert len(world.model.jobs) == 1
    assert world.generation(generation_id).charged == 1
    world.assert_books_balance()


@pytest.mark.parametrize("seconds", [0, 20, 40, 299])
def test_a_live_worker_is_left_alone(purged: World, seconds: int) -> None:
    world, generation_id = purged, purged.create()

    def meanwhile() -> None:
        purge(world)
        world.later(seconds=seconds)
        before = world.generation(generation_id)
        world.app.sweeper.sweep()
        assert world.generation(generation_id) == before

    world.queue.waiting.clear()
    world.model.script = [meanwhile]
    world.deliver(generation_id)
    assert world.generation(generation_id).attempt == 1
    assert world.generation(generation_id).status is Status.COMPLETED
    assert not world.queue.waiting


@pytest.mark.parametrize("dispatch", [1, 2])
def test_what_a_worker_gives_back_after_the_purge_is_not_lost(purged: World, dispatch: int) -> None:
    """The generation's task is gone, too. If the task was of a later dispatch, only the long wait shows that."""
    world, generation_id = purged, purged.create()
    if dispatch == 2:
        crash(world, generation_id)
        world.later(minutes=5)
        world.app.sweeper.sweep()

    def purged_at_work() -> None:
        purge(world)
        world.later(seconds=40)
        raise OVERLOADED

    world.model.script = [purged_at_work]
    with suppress(HttpsError):
        world.deliver(generation_id)
    sweep_each_minute(world, minutes(1 if dispatch == 1 else 15))
    assert names(world) == [f"{generation_id}-{dispatch + 1}"]
    world.deliver_all()
    assert world.generation(generation_id).status is Status.COMPLETED
    world.assert_books_balance()


def test_what_has_ended_stays_so_after_a_purge(purged: World) -> None:
    for fate in (purged.deliver, lambda one: purged.app.cancelling.cancel("alice", one)):
        fate(purged.create())
    purge(purged)
    before = purged.records()
    sweep_each_minute(purged, hours=1)
    assert purged.records() == before
    assert not purged.queue.waiting


def test_two_sweeps_at_once_after_a_purge_make_one_new_name(purged: World) -> None:
    generation_id = purged.create()
    sweep_each_minute(purged, minutes(20))
    purge(purged)
    purged.later(minutes=1)
    another = World(purged.now, documents=purged.documents)
    another.queue = another.app.made["queue"] = purged.queue
    known = [*another.app.generations.due(now=purged.now + timedelta(hours=1))]
    assert purged.app.sweeper.sweep().dispatched_again == 1
    batches = [known, []]
    another.app.generations.due = lambda **_: batches.pop(0)  # type: ignore[assignment]  # it read just before
    another.app.sweeper.sweep()
    assert names(purged) == [f"{generation_id}-2"]


def test_what_is_too_many_for_one_sweep_is_sent_by_the_next_ones(purged: World) -> None:
    """Each takes 20 seconds, and a sweep begins nothing after 45."""
    ids = [purged.create() for _ in range(10)]
    sweep_each_minute(purged, hours=2)
    purge(purged)
    purged.app.made["queue"] = slow = SlowQueue(purged, seconds=20)
    purged.app.made.pop("sweeper", None)
    sweep_each_minute(purged, minutes(1))
    assert len(slow.waiting) == 3
    sweep_each_minute(purged, minutes(3))
    assert sorted(task.name for task in slow.waiting) == sorted(f"{one}-2" for one in ids)


def test_while_the_queue_is_down_after_a_purge_nothing_is_lost(purged: World) -> None:
    ids = [purged.create() for _ in range(3)]
    sweep_each_minute(purged, hours=1)
    purge(purged)
    purged.queue.is_down = True
    sweep_each_minute(purged, hours=1)
    purged.queue.is_down = False
    sweep_each_minute(purged, minutes(31))
    purged.deliver_all()
    assert {purged.generation(one).status for one in ids} == {Status.COMPLETED}
    purged.assert_books_balance()


def test_what_is_too_old_is_failed_after_a_purge_too(purged: World) -> None:
    generation_id = purged.create()
    purge(purged)
    purged.later(hours=26)
    assert purged.app.sweeper.sweep().failed == 1
    assert purged.generation(generation_id).refunded == 1


def test_a_sweep_reads_the_mark_once() -> None:
    documents = UnsteadyDocuments()
    world = World(datetime.fromisoformat("2026-03-04T12:00:00+00:00"), documents=documents)
    for _ in range(3):
        world.create()
    purge(world)
    world.later(minutes=1)
    documents.forget_counts()
    assert world.app.sweeper.sweep().dispatched_again == 3
    assert documents.gets.count("system/queue") == 1


# --- many generations ---


def test_a_sweep_takes_more_than_one_batch(world: World) -> None:
    world.queue.is_down = True
    for _ in range(100):
        world.create()
    world.add_user("dora", 50)
    for _ in range(50):
        world.create("dora")
    world.queue.is_down = False
    world.later(minutes=2)
    assert world.app.sweeper.sweep().resent == 150
    assert world.deliver_all() == 150
    world.assert_books_balance()


class Failing(MemoryDocuments):
    """A database that refuses to write the named documents."""

    def __init__(self) -> None:
        super().__init__()
        self.broken = ""

    def commit(self, writes: list[Write]) -> list[datetime]:  # type: ignore[override]
        if self.broken and any(write.path.endswith(self.broken) for write in writes):
            raise Unavailable("The database does not answer")
        return super().commit(writes)


def test_one_that_cannot_be_rescued_does_not_keep_the_others_from_it() -> None:
    documents = Failing()
    world = World(datetime.fromisoformat("2026-03-04T12:00:00+00:00"), documents=documents)
    first, second = world.create(), world.create()
    world.later(hours=25)
    documents.broken = min(first, second)
    world.app.sweeper.sweep()
    assert world.generation(max(first, second)).status is Status.FAILED
    documents.broken = ""
    world.later(minutes=1)
    world.app.sweeper.sweep()
    assert world.generation(min(first, second)).status is Status.FAILED
    world.assert_books_balance()


@pytest.mark.parametrize(("seconds", "begun"), [(50, 1), (20, 3), (4, 12)])
def test_a_sweep_begins_nothing_after_its_time_and_the_next_one_goes_on(
    world: World, seconds: float, begun: int
) -> None:
    world.queue.is_down = True
    ids = [world.create() for _ in range(14)]
    world.later(minutes=2)
    world.app.made["queue"] = queue = SlowQueue(world, seconds=seconds)
    world.app.made.pop("sweeper", None)
    assert world.app.sweeper.sweep().resent == begun
    for _ in range(14):
        world.app.sweeper.sweep()
    assert sorted({task.name for task in queue.waiting}) == sorted(f"{one}-1" for one in ids)


def test_what_failed_is_put_off_so_that_the_next_sweep_comes_to_the_others() -> None:
    """Its write takes all the time of a sweep, and fails. If it was not put off, it would come first each time."""

    class Slow(MemoryDocuments):
        def commit(self, writes: list[Write]) -> list[datetime]:  # type: ignore[override]
            if any(write.fields.get("status") == "failed" for write in writes if not isinstance(write, Delete)):
                world.later(seconds=50)
                if writes[0].path.endswith(first):
                    raise Unavailable("The database does not answer")
            return super().commit(writes)

    first = ""
    world = World(datetime.fromisoformat("2026-03-04T12:00:00+00:00"), documents=Slow())
    ids = []
    for _ in range(3):
        ids.append(world.create())
        world.later(seconds=1)
    world.later(hours=25)
    first = ids[0]
    outcomes = [world.app.sweeper.sweep() for _ in range(3)]
    assert [(each.unavailable, each.failed) for each in outcomes] == [(1, 0), (0, 1), (0, 1)]
    assert [world.generation(one).status for one in ids] == ["queued", "failed", "failed"]
    first = "nothing"
    world.later(minutes=30)
    assert world.app.sweeper.sweep().failed == 1
    world.assert_books_balance()


def test_what_was_due_long_ago_is_put_off_from_now_on(world: World) -> None:
    generation_id = world.create()
    world.later(hours=10)
    world.app.sweeper.sweep()
    assert world.generation(generation_id).due_at == world.now + timedelta(minutes=1)
    world.later(seconds=30)
    assert world.app.sweeper.sweep() == NOTHING


def test_a_sweep_does_not_try_one_commit_for_longer_than_three_seconds() -> None:
    """A document that others keep changing costs a sweep three seconds, and not the fifteen of a request."""
    seconds = iter(range(100))
    tries: list[int] = []

    def attempt(_: Exception | None) -> None:
        tries.append(1)
        raise Conflict("another writer")

    transaction = OptimisticTransaction(monotonic=lambda: next(seconds), pause=lambda _: None)
    with pytest.raises(Unavailable):
        transaction.run(attempt, patience=rescuing._PATIENCE)
    assert len(tries) == 3
