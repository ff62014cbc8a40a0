"""The cache remembers what was found out about tokens, until a given moment, and for a limited number of them."""

import gc
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from providers.identity.token_cache import TokenCache

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_what_was_never_put_is_not_there(clock: Clock) -> None:
    assert TokenCache[str](2, clock).get("a") is None


def test_it_is_there_until_its_moment(clock: Clock) -> None:
    found = TokenCache[str](2, clock)
    found.put("a", "one", LATER)
    found.put("b", "two", LATER + timedelta(seconds=1))
    clock.now = LATER - timedelta(microseconds=1)
    assert [found.get("a"), found.get("b")] == ["one", "two"]
    clock.now = LATER
    assert [found.get("a"), found.get("b")] == [None, "two"]


def test_putting_it_again_replaces_value_and_moment(clock: Clock) -> None:
    found = TokenCache[str](2, clock)
    found.put("a", "one", NOON)
    found.put("a", "two", LATER)
    assert found.get("a") == "two"


def test_what_was_not_used_for_longest_makes_room(clock: Clock) -> None:
    found = TokenCache[str](2, clock)
    found.put("a", "one", LATER)
    found.put("b", "two", LATER)
    found.get("a")
    found.put("c", "three", LATER)
    assert [found.get(token) for token in "abc"] == ["one", None, "three"]


def test_the_tokens_themselves_are_not_kept(clock: Clock) -> None:
    found = TokenCache[str](2, clock)
    found.put("a secret token", "one", LATER)
    assert "a secret token" not in repr(gc.get_referents(found._found))


def test_threads_share_it(clock: Clock) -> None:
    found = TokenCache[int](8, clock)

    def use(n: int) -> bool:
        token = str(n % 16)
        found.put(token, n % 16, LATER)
        return found.get(token) in (n % 16, None)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(use, range(4000)))
    assert len(found._found) == 8
