"""This is what can go wrong, and how often. Each run draws a mixture of faults, because most bugs need a few faults
with quiet times between them.
"""

from collections.abc import Mapping
from random import Random

# These are drawn at the call that they hit.
OF_CALLS = (
    "the request is lost",
    "the answer is lost",
    "the commit comes late",
    "another transaction is in the way",
    "the read fails",
    "the queue is down",
    "the queue's answer is lost",
    "the acknowledgement is lost",
    "the task comes twice",
    "the task comes early",
    "the store is down",
    "the store's answer is lost",
    "the model is down",
    "the model refuses",
    "the model delivers nothing",
    "the model times out",
    "the picture cannot be read",
    "the vendor is down",
    "the vendor's answer is lost",
    "the vendor forgets",
    "the vendor fails",
    "the client hears nothing",
)

# These are drawn like the others, but they are frequent if they occur at all: a single slow call ends before it meets
# another.
OF_LENGTH = ("the model is slower than the lease", "the vendor is slow")

# These are drawn at every step, whoever makes it.
OF_MOMENTS = (
    "an instance dies",
    "an admin is demoted or granted",
    "an admin is deactivated or activated",
    "an admin is signed out",
    "an actor stalls",
    "time jumps",
    "the queue forgets names",
    "the queue drops a task",
    "an outage begins",
    "the catalog changes",
    "a user is switched off or on",
    "a key is revoked or given back",
)

_RATES = (0.03, 0.15, 0.4)
_RATES_OF_LENGTH = (0.2, 0.5, 0.9)
_RATES_OF_MOMENTS = (0.002, 0.006, 0.02)


class Faults:
    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self.rates: Mapping[str, float] = {
            **_mixture(chance, OF_CALLS, _RATES),
            **_mixture(chance, OF_LENGTH, _RATES_OF_LENGTH),
            **_mixture(chance, OF_MOMENTS, _RATES_OF_MOMENTS),
        }
        self.outages: set[str] = set()
        self.is_calm = True

    def hits(self, fault: str) -> bool:
        rate = self.rates.get(fault)
        return rate is not None and not self.is_calm and self._chance.random() < rate

    def begin(self) -> None:
        self.is_calm = False

    def calm(self) -> None:
        self.is_calm = True
        self.outages.clear()


def _mixture(chance: Random, kinds: tuple[str, ...], rates: tuple[float, ...]) -> dict[str, float]:
    share = chance.choice((0.0, 0.2, 0.5, 0.9))
    return {kind: chance.choice(rates) for kind in kinds if chance.random() < share}
