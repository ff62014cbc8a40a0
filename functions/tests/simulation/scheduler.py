"""One actor runs at a time, and a seeded random number says which one goes on. The actors are threads that pass a baton
at every call to the outside.

The same seed gives the same order, so a run that failed can be played again, step for step.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

# This is a Sunday.
STARTS_AT = datetime(2026, 3, 8, 11, 59, 56, tzinfo=UTC)


class Violation(BaseException):
    """A rule is broken. This is no Exception, so that nothing in the product mistakes it for one of its own."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(f"{rule}: {detail}")
        self.rule = rule


class Killed(BaseException):
    """The process in which this actor worked is dead."""


class Stopped(BaseException):
    """The run is over, because somebody else has found a violation."""


@dataclass(slots=True, eq=False)
class Op:
    """One request, delivery or scheduled run, from its beginning to its answer, with all that it has done so far."""

    kind: str
    place: Any = None
    leases: set[str] = field(default_factory=set)
    polled: set[str] = field(default_factory=set)
    drawn: list[str] = field(default_factory=list)
    lost_races: set[tuple[str, datetime]] = field(default_factory=set)


class Actor:
    def __init__(self, name: str, live: Callable[[], None]) -> None:
        self.name = name
        self.live = live
        self.op = Op("idle")
        self.wakes_at = STARTS_AT
        self.waits_for: Lock | None = None
        self.baton = threading.Lock()
        self.baton.acquire()

    @property
    def is_doomed(self) -> bool:
        return self.op.place is not None and not self.op.place.is_alive

    def is_ready(self, now: datetime) -> bool:
        return self.is_doomed or (self.wakes_at <= now and (self.waits_for is None or not self.waits_for.is_held))


class Scheduler:
    """`each_step` is called at every step. It may cause faults, and it may raise Violation."""

    def __init__(self, chance: Random, *, stickiness: float, tempo: timedelta) -> None:
        self.chance = chance
        self.now = STARTS_AT
        self.actors: list[Actor] = []
        self.current: Actor | None = None
        self.trace: list[tuple[datetime, str, str, str]] = []
        self.steps = 0
        self.each_step: Callable[[], None] = lambda: None
        self._stickiness = stickiness
        self._tempo = tempo
        self._failure: BaseException | None = None
        self._over = threading.Lock()

    def run(self, actors: list[Actor]) -> None:
        """Run until each actor has ended. Raise the first Violation, or any other exception of an actor."""
        self.actors = list(actors)
        threads = [threading.Thread(target=self._live, args=(actor,), daemon=True) for actor in actors]
        self._over.acquire()
        for thread in threads:
            thread.start()
        self._hand_on()
        with self._over:
            pass
        for thread in threads:
            thread.join()
        if self._failure is not None:
            raise self._failure

    def step(self, what: str) -> None:
        """Let the others go first, if one of them is drawn. Raise Killed if the process has died meanwhile."""
        me = self.current
        if me is None:
            return
        self.steps += 1
        self.note(what)
        self.now += self._tempo
        self.each_step()
        self._go_on(me)

    def answer(self) -> None:
        """Take the way back of an answer. Now and then somebody else is faster."""
        if self.chance.random() < _SLOW_ANSWERS:
            self.step("waits for the answer")

    def note(self, what: str) -> None:
        me = self.current
        name, place = ("-", "") if me is None else (me.name, me.op.place.name if me.op.place else "")
        self.trace.append((self.now, name, place, what))

    def pause(self, seconds: float) -> None:
        if self.current is None:
            self.now += timedelta(seconds=seconds)
            return
        self.current.wakes_at = self.now + timedelta(seconds=seconds)
        self.step(f"sleeps {seconds:.3f} s")

    def seconds(self) -> float:
        return (self.now - STARTS_AT).total_seconds()

    def lock(self) -> "Lock":
        return Lock(self)

    def wait_for(self, lock: "Lock") -> None:
        me = self.current
        assert me is not None
        me.waits_for = lock
        try:
            self._go_on(me)
        finally:
            me.waits_for = None

    def _go_on(self, me: Actor) -> None:
        if not (me.is_ready(self.now) and self.chance.random() < self._stickiness):
            chosen = self._chosen()
            if chosen is not me:
                self.current = chosen
                chosen.baton.release()
                me.baton.acquire()
        if self._failure is not None:
            raise Stopped
        if me.is_doomed:
            raise Killed

    def _chosen(self) -> Actor:
        ready = [actor for actor in self.actors if actor.is_ready(self.now)]
        if not ready:
            sleepers = [actor for actor in self.actors if actor.waits_for is None or not actor.waits_for.is_held]
            if not sleepers:
                raise Violation("deadlock", f"{[actor.name for actor in self.actors]} wait for each other")
            self.now = min(actor.wakes_at for actor in sleepers)
            ready = [actor for actor in self.actors if actor.is_ready(self.now)]
        return ready[int(self.chance.random() * len(ready))]

    def _live(self, actor: Actor) -> None:
        actor.baton.acquire()
        try:
            if self._failure is None:
                actor.live()
        except Stopped:
            pass
        except BaseException as failure:  # noqa: BLE001 - of a thread: it comes out of run()
            self._failure = self._failure or failure
        self.actors.remove(actor)
        try:
            self._hand_on()
        except Violation as deadlock:
            self._failure = deadlock
            self._hand_on()

    def _hand_on(self) -> None:
        """Pass the baton to the next actor. The caller will not need it again. After a failure each actor wakes up only
        to stop.
        """
        if not self.actors:
            self.current = None
            self._over.release()
            return
        self.current = self.actors[0] if self._failure is not None else self._chosen()
        self.current.baton.release()


class Lock:
    """Waiting for this lock is a step like any other, and whoever is drawn first gets it."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.is_held = False
        self._scheduler = scheduler

    def __enter__(self) -> None:
        if self._scheduler.current is None:
            return
        self._scheduler.step("takes a lock")
        while self.is_held:
            self._scheduler.wait_for(self)
        self.is_held = True

    def __exit__(self, *_: object) -> None:
        self.is_held = False


@contextmanager
def inside(actor: Actor, op: Op) -> Iterator[Op]:
    """Put the actor inside a process. It may die with it."""
    actor.op = op
    try:
        yield op
    finally:
        actor.op = Op("idle")


_SLOW_ANSWERS = 0.25
