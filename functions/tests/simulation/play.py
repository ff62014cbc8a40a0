"""Play one run from beginning to end, and describe it if it failed."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from simulation import heritage
from simulation.admins import Admin
from simulation.clients import Clients
from simulation.evening import close_the_books, close_the_grants, come_to_rest
from simulation.scheduler import Actor, Violation
from simulation.staff import Staff
from simulation.trainers import Trainer
from simulation.universe import Universe, quiet_log

# There are so many steps of chaos before everything comes to rest. A seed gives the same run only with the same number.
STEPS = 600

_TOLD = 60
_HAS_ADMIN = 0.5
_UUID = re.compile(r"([0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    seed: int
    chaos: int
    steps: int
    trace: tuple[str, ...]
    rule: str | None = None
    detail: str = ""

    def __str__(self) -> str:
        """Tell the last steps, the rule that broke, and how to play the run again."""
        steps = "" if self.chaos == STEPS else f" --steps {self.chaos}"
        again = (
            f"again, from the first step: functions/venv/bin/python tools/simulate.py --seed {self.seed}{steps} --trace"
        )
        return "\n".join([*self.trace[-_TOLD:], "", self.verdict, again])

    @property
    def verdict(self) -> str:
        return f"seed {self.seed}, step {self.steps}: {self.detail or 'all rules held'}"


def play(seed: int, *, steps: int = STEPS) -> Played:
    universe = Universe(seed, steps_most=steps)
    try:
        with quiet_log():
            universe.scheduler.run(_actors(universe))
            universe.scheduler.run([Actor("evening", partial(_evening, universe))])
    except Violation as violation:
        return _played(universe, violation)
    return _played(universe, None)


def _evening(universe: Universe) -> None:
    universe.faults.calm()
    staff = Staff(universe)
    if universe.has_heritage:
        staff.open_books()
    come_to_rest(universe, staff)
    trainer = Trainer(universe)
    while trainer.end_one():
        pass
    close_the_books(universe)
    close_the_grants(universe, staff)


def _actors(universe: Universe) -> list[Actor]:
    chance, staff, clients = universe.chance, Staff(universe), Clients(universe)
    staffed: tuple[tuple[str, Callable[[], None], tuple[int, ...]], ...] = (
        ("worker", staff.worker, (1, 2, 3)),
        ("sweeper", staff.sweeper, (1, 1, 2)),
        ("accountant", staff.accountant, (0, 1, 2)),
        ("postman", staff.postman, (0, 1)),
        ("archivist", staff.archivist, (0, 1, 2)),
        ("auditor", staff.auditor, (0, 1, 1)),
        ("trainer", Trainer(universe).live, (0, 1, 2)),
        ("nightwatch", staff.nightwatch, (0, 1)),
    )
    admins = [Actor("admin-1", Admin(universe).live)] if chance.random() < _HAS_ADMIN else []
    customers = [partial(clients.live, chance.choice(universe.users)) for _ in range(chance.randint(1, 5))]
    if universe.has_heritage:
        customers.append(partial(clients.live, heritage.USER))
    return [
        *admins,
        *(Actor(f"client-{number}", live) for number, live in enumerate(customers, start=1)),
        *(
            Actor(f"{name}-{number}", live)
            for name, live, counts in staffed
            for number in range(1, chance.choice(counts) + 1)
        ),
    ]


def _played(universe: Universe, violation: Violation | None) -> Played:
    trace = tuple(
        f"{moment:%H:%M:%S.%f}"[:-3] + f"  {name:13}{'@' + place if place else '':5} {_UUID.sub(r'\1', what)}"
        for moment, name, place, what in universe.scheduler.trace
    )
    return Played(
        seed=universe.seed,
        chaos=universe.steps_most,
        steps=universe.scheduler.steps,
        trace=trace,
        rule=violation.rule if violation else None,
        detail=str(violation) if violation else "",
    )
