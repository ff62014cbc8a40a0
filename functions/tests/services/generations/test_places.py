from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Unavailable
from core.queues import Queue
from services.generations.places import Places
from services.generations.ports import Waiting
from world import World

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "place"),
    [(-1, 1), (0, 1), (1, 11), (5, 51), (10, 100), (11, 101)],
)
def test_a_place_is_estimated_between_the_oldest_and_the_newest(seconds: int, place: int) -> None:
    """A hundred came within ten seconds. A generation that came after the count is behind all of them."""
    waiting = Waiting(count=100, oldest_at=NOON, newest_at=NOON + timedelta(seconds=10))
    assert waiting.place_of(NOON + timedelta(seconds=seconds)) == place


@pytest.mark.parametrize("count", [0, 1])
def test_where_one_waits_or_none_is_counted_it_is_the_next(count: int) -> None:
    moment = NOON if count else None
    assert Waiting(count=count, oldest_at=moment, newest_at=moment).place_of(NOON) == 1


def place(world: World, generation_id: str) -> int | None:
    return world.app.viewing.get(world.generation(generation_id).user_id, generation_id).queue_position


def test_nothing_is_known_before_the_first_count_and_then_everybody_is_told_from_it(world: World) -> None:
    ids = []
    for user_id in ("alice", "mallory", "alice"):
        ids.append(world.create(user_id))
        world.later(seconds=1)
    assert [place(world, each) for each in ids] == [None, None, None]
    assert len(world.asides) == 1
    world.run_asides()
    assert [place(world, each) for each in ids] == [1, 2, 3]
    world.deliver(ids[0])
    world.later(seconds=4)
    assert [place(world, each) for each in ids] == [None, 2, 3]
    assert not world.asides
    world.later(seconds=1)
    assert place(world, ids[2]) == 3  # as it was counted last
    world.run_asides()
    assert [place(world, each) for each in ids] == [None, 1, 2]


def test_each_queue_is_counted_by_itself(world: World) -> None:
    ids = [world.create() for _ in range(5)]
    other = world.create("mallory")
    for each in (ids[4], other):
        place(world, each)
    world.run_asides()
    assert world.generation(ids[4]).queue is Queue.BACKLOG
    assert (place(world, ids[3]), place(world, other)) == (1, 1)


def test_an_old_count_says_nothing(world: World) -> None:
    waits = world.create()
    place(world, waits)
    world.run_asides()
    world.later(seconds=31)
    assert place(world, waits) is None
    world.run_asides()
    assert place(world, waits) == 1


def test_a_count_that_fails_is_made_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(_: Queue) -> Waiting:
        raise Unavailable("The database does not answer")

    waits = world.create()
    with monkeypatch.context() as patch:
        patch.setattr(world.app.generations, "waiting", down)
        assert place(world, waits) is None
        world.run_asides()
    assert place(world, waits) is None
    world.run_asides()
    assert place(world, waits) == 1


def test_while_a_count_is_under_way_no_other_begins(world: World) -> None:
    works: list[Callable[[], None]] = []
    places = Places(world.app.generations, lambda: world.now, works.append)
    generation = world.generation(world.create())
    for _ in range(3):
        assert places.of(generation) is None
        world.later(seconds=10)
    assert len(works) == 1
