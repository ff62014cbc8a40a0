"""Plays the scenarios. Each has a function that injects its faults, while the clients ask, and then returns."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from core.clock import utc_now
from core.errors import AppError
from tools.faults import clients, plan
from tools.faults.books import examine
from tools.faults.clients import Load
from tools.faults.stage import NotSettled, Stage

USERS = 4
_LOOK_SECONDS = 0.02
_STALL = "database: stopped for a while"
_HASTY = "sweeper: ran ahead of the leases"
_HASTE = timedelta(seconds=90)

WIRE_FAULTS: Mapping[str, float] = {
    plan.COMMIT_LOST: 0.05,
    plan.COMMIT_ANSWER_LOST: 0.05,
    plan.COMMIT_LATE: 0.03,
    plan.COMMIT_TWICE: 0.03,
    plan.COMMIT_DELAYED: 0.10,
    plan.READ_LOST: 0.05,
    plan.READ_CUT: 0.03,
    plan.READ_DELAYED: 0.05,
    plan.STORE_ANSWER_LOST: 0.03,
}


@dataclass(frozen=True)
class Size:
    """
    The size of a run. `least` is the least number of requests, `kills` is the number of kills at each step, `stalls`
    are the seconds of each stop of the database, and `credits` is what each user is granted.
    """

    least: int
    clients: int
    kills: int
    stalls: tuple[float, ...]
    down_seconds: float
    credits: int


FULL = Size(least=800, clients=16, kills=4, stalls=(5.0, 8.0), down_seconds=60.0, credits=1000)
SHORT = Size(least=40, clients=8, kills=1, stalls=(5.0,), down_seconds=3.0, credits=100)


@dataclass(frozen=True)
class Scenario:
    """
    One scenario. The least number of requests is spread over about `seconds`, in which the faults let requests through.
    `never` are answers and faults that this scenario must not lead to, though they are documented, or come of others.
    """

    name: str
    title: str
    inject: Callable[[Stage, Size], None]
    seconds: Callable[[Size], float]
    never: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    scenario: Scenario
    sent: int
    answers: Counter[str]
    deliveries: Counter[str]
    faults: Counter[str]
    credits_before: int
    credits_after: int
    charged: int
    statuses: Counter[str]
    sweeps: int
    ahead: timedelta
    differences: tuple[str, ...]
    seconds: float


def play(stage: Stage, scenario: Scenario, size: Size) -> Outcome:
    """Play the load with its faults, then sweep until all is final, and then examine the books."""
    began = time.monotonic()
    before = _faults(stage)
    delivered = stage.tasks.deliveries.copy()
    granted = {f"{scenario.name}-{number}": size.credits for number in range(USERS)}
    granted[f"{scenario.name}-0"] = size.credits // 10  # this user is refused sooner or later
    for user, amount in granted.items():
        stage.add_user(user, amount)
    history = _under_load(stage, scenario, size, [*granted])
    problems: list[str] = []
    sweeps = 0
    try:
        sweeps = stage.bring_to_the_end()
    except NotSettled as error:
        problems.append(str(error))
    seen = _faults(stage) - before
    books = examine(stage, granted, history)
    return Outcome(
        scenario=scenario,
        sent=history.sent,
        answers=history.answers,
        deliveries=stage.tasks.deliveries - delivered,
        faults=Counter({kind: times for kind, times in seen.items() if kind != plan.OVERLAP}),
        credits_before=sum(granted.values()),
        credits_after=books.credits,
        charged=books.charged,
        statuses=books.statuses,
        sweeps=sweeps,
        ahead=stage.clock.ahead,
        differences=(*problems, *books.differences, *_unexpected(scenario, history.answers + seen)),
        seconds=time.monotonic() - began,
    )


def _under_load(stage: Stage, scenario: Scenario, size: Size, users: list[str]) -> clients.History:
    pause = 2 * size.clients * scenario.seconds(size) / size.least
    load = Load(clients=size.clients, least=size.least, most=5 * size.least, pause=pause)
    stage.load_is_over.clear()
    with ThreadPoolExecutor(1) as pool:
        faults = pool.submit(scenario.inject, stage, size)
        try:
            history = clients.run(stage, load, users, scenario.name, lambda: not faults.done())
        finally:
            stage.load_is_over.set()
        faults.result()
    stage.calm()
    return history


def _unexpected(scenario: Scenario, seen: Counter[str]) -> Iterator[str]:
    for what in sorted(scenario.never & seen.keys()):
        yield f"{what}: {seen[what]} times, which these faults must not lead to"


def _faults(stage: Stage) -> Counter[str]:
    return stage.plan.counts() + stage.tasks.faults


def kills(stage: Stage, size: Size) -> None:
    """Kill one API server and one worker at a time, at one step after the other. Gunicorn replaces them."""
    with ThreadPoolExecutor(2) as pool:
        rows = [pool.submit(_strike, stage, steps * size.kills) for steps in (plan.CREATION_STEPS, plan.WORKER_STEPS)]
        for row in rows:
            row.result()


def _strike(stage: Stage, steps: Iterable[str]) -> None:
    for step in steps:
        stage.plan.arm(step)
        while stage.plan.is_armed(step) and not stage.load_is_over.wait(_LOOK_SECONDS):
            pass


def stalls(stage: Stage, size: Size) -> None:
    for seconds in size.stalls:
        stage.load_is_over.wait(1)
        with stage.database.stopped():
            stage.plan.happened(_STALL)
            stage.load_is_over.wait(seconds)


def bad_wire(stage: Stage, _: Size) -> None:
    stage.plan.set_rates(WIRE_FAULTS)
    stage.tasks.mood.answers_lost = 0.05


def twice(stage: Stage, _: Size) -> None:
    stage.tasks.mood.copies = 2


def down(stage: Stage, size: Size) -> None:
    stage.load_is_over.wait(1)
    with _tasks_down(stage):
        stage.load_is_over.wait(size.down_seconds)


def everything(stage: Stage, size: Size) -> None:
    """Inject all faults at once, but only a quarter of the wire's, because they add up here."""
    stage.plan.set_rates({kind: rate / 4 for kind, rate in WIRE_FAULTS.items()})
    stage.tasks.mood.copies = 2
    stage.tasks.mood.answers_lost = 0.02
    with _hasty_sweeper(stage), ThreadPoolExecutor(2) as pool:
        struck = pool.submit(kills, stage, size)
        stalled = pool.submit(stalls, stage, size)
        down(stage, size)
        stalled.result()
        struck.result()


@contextmanager
def _tasks_down(stage: Stage) -> Iterator[None]:
    stage.tasks.mood.is_down = True
    try:
        yield
    finally:
        stage.tasks.mood.is_down = False


@contextmanager
def _hasty_sweeper(stage: Stage) -> Iterator[None]:
    """Run a sweeper whose clock is ahead of every lease, so that it takes generations from workers that are busy."""
    over = threading.Event()
    app = stage.application(lambda: utc_now() + _HASTE)

    def sweep() -> None:
        while not over.wait(1):
            with suppress(AppError):  # the database may be stopped, and the next sweep comes in a second
                app.sweeper.sweep()
                stage.plan.happened(_HASTY)

    with ThreadPoolExecutor(1) as pool:
        sweeping = pool.submit(sweep)
        try:
            yield
        finally:
            over.set()
            sweeping.result()


_NO_FAILURE = frozenset(
    f"{what}: {answer}" for what in ("create", "cancel", "status") for answer in ("503", "no answer")
)

SCENARIOS = (
    Scenario("kills", "`kill -9` of a server process at each step", kills, lambda size: 4.0 * size.kills),
    Scenario("stalls", "The database stops answering (SIGSTOP)", stalls, lambda size: 2.0 * len(size.stalls)),
    Scenario(
        "wire", "Commits and reads are lost, delayed, doubled on the wire", bad_wire, lambda size: size.least / 40
    ),
    Scenario(
        "twice",
        "Every task is delivered twice, at once",
        twice,
        lambda size: size.least / 40,
        _NO_FAILURE | {plan.OVERLAP},
    ),
    Scenario("down", "The tasks endpoint is down", down, lambda size: 1 + size.down_seconds, _NO_FAILURE),
    Scenario("everything", "All of it together", everything, lambda size: max(4.0 * size.kills, size.down_seconds)),
)
