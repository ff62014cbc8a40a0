"""The real services run under a seeded scheduler with every fault that it knows, and no rule of docs/ledger.md ever
breaks.

`make simulate SEEDS=100000` plays more runs. The message of a failure says how to play it again.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

import pytest

from simulation.faults import OF_CALLS, OF_LENGTH, OF_MOMENTS, Faults
from simulation.invariants import Books, broken
from simulation.play import play
from simulation.scheduler import Actor, Killed, Lock, Op, Scheduler, Violation, inside

SEEDS = 320
GROUPS = 8


@pytest.mark.parametrize("group", range(GROUPS))
def test_no_rule_breaks(group: int) -> None:
    for seed in range(group, SEEDS, GROUPS):
        played = play(seed)
        assert played.rule is None, f"\n{played}"
        assert played.steps > 200


def test_one_seed_is_one_run() -> None:
    assert play(17).trace == play(17).trace
    assert play(17).trace != play(18).trace


def test_a_failure_tells_the_seed_and_the_way_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.generations.lifecycle.complete", None)
    played = next(played for played in map(play, range(20)) if played.rule is not None)
    assert played.rule == "bug"
    assert f"tools/simulate.py --seed {played.seed} --trace" in str(played)
    assert "commits generation_requests/" in str(played)


def test_the_runs_meet_every_fault() -> None:
    drawn = Counter(fault for seed in range(SEEDS) for fault in Faults(Random(seed)).rates)
    assert set(drawn) == {*OF_CALLS, *OF_LENGTH, *OF_MOMENTS}
    assert min(drawn.values()) > SEEDS // 10


class TestScheduler:
    def scheduler(self, seed: int = 1) -> Scheduler:
        return Scheduler(Random(seed), stickiness=0.3, tempo=timedelta(seconds=1))

    def test_one_runs_at_a_time_and_all_come_to_their_end(self) -> None:
        scheduler, seen = self.scheduler(), list[str]()

        def live(name: str) -> None:
            for _ in range(20):
                scheduler.step("works")
                seen.append(name)

        scheduler.run([Actor(name, partial(live, name)) for name in "abc"])
        assert Counter(seen) == {"a": 20, "b": 20, "c": 20}
        assert seen != sorted(seen)

    def test_when_all_sleep_time_passes(self) -> None:
        scheduler, woken = self.scheduler(), list[tuple[str, float]]()

        def live(name: str, seconds: float) -> None:
            scheduler.pause(seconds)
            woken.append((name, round(scheduler.seconds())))

        scheduler.run([Actor("late", partial(live, "late", 500)), Actor("early", partial(live, "early", 100))])
        assert [name for name, _ in woken] == ["early", "late"]
        assert woken[1][1] >= 500

    def test_a_lock_keeps_the_others_out_and_stops_nobody_else(self) -> None:
        scheduler = self.scheduler()
        lock, inside_now, most = scheduler.lock(), list[str](), list[int]()

        def live(name: str) -> None:
            with lock:
                inside_now.append(name)
                scheduler.step("holds the lock")
                most.append(len(inside_now))
                inside_now.remove(name)

        scheduler.run([Actor(name, partial(live, name)) for name in "abcdef"])
        assert most == [1] * 6

    def test_who_waits_for_each_other_is_found(self) -> None:
        scheduler = self.scheduler()
        locks = scheduler.lock(), scheduler.lock()

        def live(first: Lock, second: Lock) -> None:
            with first:
                scheduler.pause(5)
                with second:
                    pass

        with pytest.raises(Violation, match="deadlock"):
            scheduler.run([Actor("a", partial(live, *locks)), Actor("b", partial(live, *reversed(locks)))])

    def test_a_dead_process_takes_along_who_is_in_it(self) -> None:
        scheduler, died = self.scheduler(), list[str]()

        class Process:
            name = "p"
            is_alive = True

        process = Process()

        def live() -> None:
            with pytest.raises(Killed), inside(actor, Op("works", process)):
                scheduler.pause(1000)
            died.append("actor")

        def kill() -> None:
            process.is_alive = False

        actor = Actor("actor", live)
        scheduler.run([actor, Actor("killer", kill)])
        assert died == ["actor"]
        assert scheduler.seconds() < 1000


def test_empty_books_break_no_rule() -> None:
    assert list(broken(Books(), {}, datetime(2026, 1, 1, tzinfo=UTC))) == []
