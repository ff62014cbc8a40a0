"""Requests that wait must leave threads for the others. docs/guide.md says what a client is told."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from controllers.generations.waiting import Waits
from world import ORDER, Response, World

THREADS = 16
PATIENCE_SECONDS = 60


class Crowd:
    """Has as many threads as an instance. A request that waits stands still until the test lets it go on."""

    def __init__(self, world: World, pool: ThreadPoolExecutor) -> None:
        self.waiting = threading.Semaphore(0)
        self.go_on = threading.Event()
        self._world = world
        self._pool = pool
        world.app.made["pause"] = self._pause

    def _pause(self, seconds: float) -> None:
        self.waiting.release()
        assert self.go_on.wait(PATIENCE_SECONDS)
        self._world.later(seconds=seconds)

    def asks(self, user_id: str, generation_id: str) -> Future[Response]:
        path, headers = f"/v1/generations/{generation_id}", {"Prefer": "wait=1"}
        return self._pool.submit(self._world.api, "GET", path, user_id, headers=headers)

    def is_waiting(self, count: int) -> None:
        for _ in range(count):
            assert self.waiting.acquire(timeout=PATIENCE_SECONDS)


@contextmanager
def crowd(world: World) -> Iterator[Crowd]:
    with ThreadPoolExecutor(THREADS) as pool:
        made = Crowd(world, pool)
        try:
            yield made
        finally:
            made.go_on.set()


def applied(future: Future[Response]) -> str:
    return future.result(PATIENCE_SECONDS).headers["Preference-Applied"]


def test_while_all_who_may_wait_do_the_others_are_answered_at_once(world: World) -> None:
    """There are sixteen threads. Four of them wait, two for each caller."""
    with crowd(world) as others:
        own = {user_id: world.create(user_id) for user_id in ("alice", "mallory")}
        waits = [others.asks(user_id, own[user_id]) for user_id in ("alice", "mallory") for _ in range(2)]
        others.is_waiting(4)
        late = [others.asks(user_id, own[user_id]) for user_id in ("alice", "mallory") for _ in range(6)]
        assert {applied(each) for each in late} == {"wait=0"}
        assert world.api("GET", "/v1/healthz").status == 200
        created = world.api("POST", "/v1/generations", "alice", json=ORDER, headers={"Prefer": "wait=20"})
        assert (created.status, created.headers["Preference-Applied"]) == (202, "wait=0")
        assert created.body["status"] == "queued"
        assert not any(each.done() for each in waits)
        others.go_on.set()
        assert [applied(each) for each in waits] == ["wait=1"] * 4
        assert applied(others.asks("alice", own["alice"])) == "wait=1"


def test_one_caller_has_half_of_the_places(world: World) -> None:
    with crowd(world) as others:
        own = {user_id: world.create(user_id) for user_id in ("alice", "mallory")}
        waits = [others.asks("alice", own["alice"]) for _ in range(2)]
        others.is_waiting(2)
        assert applied(others.asks("alice", own["alice"])) == "wait=0"
        waits.append(others.asks("mallory", own["mallory"]))
        others.is_waiting(1)
        others.go_on.set()
        assert [applied(each) for each in waits] == ["wait=1"] * 3


@pytest.mark.parametrize(("threads", "most", "most_of_one"), [(1, 1, 1), (4, 1, 1), (16, 4, 2), (80, 20, 10)])
def test_a_quarter_of_the_threads_may_wait(threads: int, most: int, most_of_one: int) -> None:
    waits = Waits(threads=threads)
    assert (waits.most, waits.most_of_one) == (most, most_of_one)


def test_the_owner_and_who_acts_for_it_have_a_share_each() -> None:
    """A key of many users may not wait more often than another key, and a user with many keys may not either."""
    waits = Waits(threads=16)
    with ExitStack() as stack:
        granted = [stack.enter_context(waits.place(5, f"user-{n}", "key-1")) for n in range(3)]
        assert granted == [5, 5, 0]
        assert stack.enter_context(waits.place(5, "user-0", "key-2")) == 5
        assert stack.enter_context(waits.place(5, "user-0", "key-3")) == 0
    with waits.place(5, "user-0", "key-1") as free:
        assert free == 5


def test_a_wait_that_breaks_gives_its_place_back() -> None:
    waits = Waits(threads=4)

    def breaks() -> None:
        with waits.place(5, "alice") as granted:
            raise RuntimeError(granted)

    for _ in range(3):
        with pytest.raises(RuntimeError, match="5"):
            breaks()
    with waits.place(0, "alice") as nothing, waits.place(5, "alice") as granted:
        assert (nothing, granted) == (0, 5)
