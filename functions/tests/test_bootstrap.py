"""The composition root makes each part once, when it is first asked for, however many threads ask."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bootstrap import Darkroom, part
from core.errors import Unavailable
from core.settings import Settings
from providers.identity.memory import MemoryTokens
from services.accounts.ports import Identity
from world import ENVIRONMENT

ALICE = Identity("alice")


class Counting(Darkroom):
    """Makes its own verifier of tokens, and counts how often. It raises the `failures` first."""

    def __init__(self, *failures: Exception) -> None:
        super().__init__(Settings.from_environment(ENVIRONMENT))
        self.failures = [*failures]
        self.count = 0

    @part
    def tokens(self) -> MemoryTokens:
        self.count += 1
        if self.failures:
            raise self.failures.pop()
        return MemoryTokens({"a": ALICE})


def test_a_later_part_is_made_when_something_is_asked_of_it_and_then_once() -> None:
    app = Counting()
    tokens = app.later(lambda: app.tokens)
    assert app.count == 0
    assert [tokens.verify("a"), tokens.verify("a")] == [ALICE, ALICE]
    assert app.count == 1


def test_threads_that_come_at_once_share_one() -> None:
    app, everybody = Counting(), threading.Barrier(8)

    def verify(_: int) -> Identity:
        everybody.wait(10)
        identity: Identity = app.later(lambda: app.tokens).verify("a")
        return identity

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(verify, range(8))) == {ALICE}
    assert app.count == 1


def test_a_part_that_could_not_be_made_is_tried_again() -> None:
    app = Counting(Unavailable("not yet"))
    with pytest.raises(Unavailable):
        app.later(lambda: app.tokens).verify("a")
    assert app.later(lambda: app.tokens).verify("a") == ALICE
