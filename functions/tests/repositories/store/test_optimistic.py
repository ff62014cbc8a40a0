from collections.abc import Callable
from typing import Any

import pytest

from core.errors import Unavailable
from domain.credits.errors import InsufficientCredits
from repositories.store.documents import AlreadyExists, Ambiguous, Conflict
from repositories.store.optimistic import OptimisticTransaction, Stale


class Bench:
    """Has a transaction whose clock moves only by its pauses. Each pause is `part` of the longest possible one."""

    def __init__(self, *, deadline_seconds: float = 15.0, part: float = 1.0) -> None:
        self.now = 100.0
        self.pauses: list[float] = []
        self.spans: list[tuple[float, float]] = []
        self.part = part
        self.transaction = OptimisticTransaction(
            deadline_seconds=deadline_seconds, monotonic=lambda: self.now, pause=self._pause, uniform=self._uniform
        )

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def _uniform(self, low: float, high: float) -> float:
        self.spans.append((low, high))
        return low + (high - low) * self.part

    def run(self, *outcomes: Exception | str) -> tuple[str, list[Exception | None]]:
        """Return the result, and what each try was told. Exceptions are raised in turn, and the last outcome is
        repeated for ever.
        """
        told: list[Exception | None] = []

        def attempt(failure: Exception | None) -> str:
            told.append(failure)
            outcome = outcomes[min(len(told), len(outcomes)) - 1]
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        return self.transaction.run(attempt), told


def test_the_first_success_is_the_result_and_costs_no_pause() -> None:
    bench = Bench()
    assert bench.run("done") == ("done", [None])
    assert not bench.pauses


@pytest.mark.parametrize("error", [Conflict("moved"), Ambiguous("lost")])
def test_a_failed_try_is_repeated_and_told_why(error: Exception) -> None:
    assert Bench().run(error, "done") == ("done", [None, error])


def test_pauses_grow_by_doubling_with_full_jitter_up_to_a_limit() -> None:
    bench = Bench(part=0.5)
    bench.run(*[Conflict("moved")] * 10, "done")
    ends = [0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.4, 0.4, 0.4]
    assert [low for low, _ in bench.spans] == [0] * 10
    assert [high for _, high in bench.spans] == pytest.approx(ends)
    assert bench.pauses == pytest.approx([end / 2 for end in ends])


def test_a_stale_decision_is_made_again_at_once() -> None:
    bench = Bench()
    stale, moved = Stale("cached"), Conflict("moved")
    assert bench.run(stale, moved, "done") == ("done", [None, stale, moved])
    assert bench.pauses == [0.005]


def test_a_lost_answer_is_not_forgotten_when_a_later_try_fails_otherwise() -> None:
    lost, moved = Ambiguous("lost"), Conflict("moved")
    _, told = Bench().run(moved, lost, moved, "done")
    assert told == [None, moved, lost, lost]


def test_tries_go_on_until_the_deadline_and_then_it_is_unavailable() -> None:
    bench = Bench(deadline_seconds=2.0)
    last = Conflict("moved")
    with pytest.raises(Unavailable) as given_up:
        bench.run(last)
    assert given_up.value.__cause__ is last
    assert "Idempotency-Key" in given_up.value.message
    assert bench.now >= 102.0
    assert bench.now - bench.pauses[-1] < 102.0, "it paused once more after the deadline"


def test_a_slow_try_that_outlives_the_deadline_is_not_repeated() -> None:
    bench = Bench(deadline_seconds=2.0)
    tries = 0

    def attempt(_: Exception | None) -> str:
        nonlocal tries
        tries += 1
        bench.now += 2.0
        raise Conflict("moved")

    with pytest.raises(Unavailable):
        bench.transaction.run(attempt)
    assert tries == 1


def test_a_slow_success_is_a_success() -> None:
    bench = Bench(deadline_seconds=2.0)

    def attempt(_: Exception | None) -> str:
        bench.now += 60.0
        return "done"

    assert bench.transaction.run(attempt) == "done"


@pytest.mark.parametrize(
    "error",
    [AlreadyExists("there"), InsufficientCredits(required=2, available=1), Unavailable("down"), KeyError("bug")],
)
def test_nothing_else_is_repeated(error: Exception) -> None:
    bench = Bench()
    with pytest.raises(type(error)):
        bench.run(error)
    assert not bench.pauses


def test_rivals_with_real_chance_do_not_pause_in_step() -> None:
    """The default is random, because two transactions with the same pauses would collide for ever."""

    def pauses_of_one() -> list[float]:
        paused: list[float] = []
        remaining = [Conflict("moved")] * 8

        def attempt(_: Any) -> None:
            if remaining:
                raise remaining.pop()

        run: Callable[[Callable[[Any], None]], None] = OptimisticTransaction(pause=paused.append).run
        run(attempt)
        return paused

    assert pauses_of_one() != pauses_of_one()
