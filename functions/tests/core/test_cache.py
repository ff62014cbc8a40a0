"""Values that were found out before: no more than so many, and until a moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from core.cache import KeptUntil, RecentlyUsed

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


class TestRecentlyUsed:
    def test_what_was_never_put_is_not_there(self) -> None:
        assert RecentlyUsed[str, str](2).get("a") is None

    def test_putting_it_again_replaces_the_value(self) -> None:
        found = RecentlyUsed[str, str](1)
        found.put("a", "one")
        found.put("a", "two")
        assert found.get("a") == "two"

    def test_what_was_not_used_for_longest_makes_room(self) -> None:
        found = RecentlyUsed[str, str](3)
        for key in "abc":
            found.put(key, key)
        found.get("a")
        found.put("b", "again")
        found.put("d", "d")
        assert [found.get(key) for key in "abcd"] == ["a", "again", None, "d"]

    def test_what_was_dropped_is_gone(self) -> None:
        found = RecentlyUsed[str, str](2)
        found.put("a", "one")
        found.drop("a")
        found.drop("never there")
        assert found.get("a") is None


class TestKeptUntil:
    def test_what_was_never_put_is_not_there(self, clock: Clock) -> None:
        assert KeptUntil[str, str](2, clock).get("a") is None

    def test_it_is_there_until_its_moment(self, clock: Clock) -> None:
        found = KeptUntil[str, str](2, clock)
        found.put("a", "one", LATER)
        found.put("b", "two", LATER + timedelta(seconds=1))
        clock.now = LATER - timedelta(microseconds=1)
        assert [found.get("a"), found.get("b")] == ["one", "two"]
        clock.now = LATER
        assert [found.get("a"), found.get("b")] == [None, "two"]

    def test_putting_it_again_replaces_value_and_moment(self, clock: Clock) -> None:
        found = KeptUntil[str, str](2, clock)
        found.put("a", "one", NOON)
        found.put("a", "two", LATER)
        assert found.get("a") == "two"

    def test_what_was_not_used_for_longest_makes_room(self, clock: Clock) -> None:
        found = KeptUntil[str, str](2, clock)
        found.put("a", "one", LATER)
        found.put("b", "two", LATER)
        found.get("a")
        found.put("c", "three", LATER)
        assert [found.get(key) for key in "abc"] == ["one", None, "three"]

    def test_what_was_dropped_is_gone(self, clock: Clock) -> None:
        found = KeptUntil[str, str](2, clock)
        found.put("a", "one", LATER)
        found.drop("a")
        assert found.get("a") is None


def recently_used() -> tuple[Callable[[str], int | None], Callable[[str, int], None]]:
    found = RecentlyUsed[str, int](8)
    return found.get, found.put


def kept_until() -> tuple[Callable[[str], int | None], Callable[[str, int], None]]:
    found = KeptUntil[str, int](8, Clock())
    return found.get, lambda key, value: found.put(key, value, LATER)


@pytest.mark.parametrize("cache", [recently_used, kept_until])
def test_threads_share_it(
    cache: Callable[[], tuple[Callable[[str], int | None], Callable[[str, int], None]]],
) -> None:
    get, put = cache()

    def use(n: int) -> bool:
        put(str(n % 16), n % 16)
        return get(str(n % 16)) in (n % 16, None)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(use, range(4000)))
    assert sum(get(str(n)) is not None for n in range(16)) == 8
