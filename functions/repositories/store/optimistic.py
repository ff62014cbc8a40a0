"""The optimistic transaction: read, decide, commit with a precondition; when that fails, read again and decide again.

Not Firestore's own transaction: on a contended document it livelocks (1 success of 80 at 16 threads, docs/adr/0001).
"""

import random
import time
from collections.abc import Callable
from datetime import timedelta

from core.errors import Unavailable
from repositories.store.documents import Ambiguous, Conflict

_PAUSE_SECONDS = 0.005
_PAUSE_SECONDS_MAX = 0.4


class Stale(Conflict):
    """The decision came from a cached copy and cannot stand: decide on a fresh one, at once."""


class OptimisticTransaction:
    """Runs a try again until it commits or the deadline passes; waits with full jitter, so that rivals spread out."""

    def __init__(
        self,
        *,
        deadline_seconds: float = 15.0,
        monotonic: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._deadline_seconds = deadline_seconds
        self._monotonic = monotonic
        self._pause = pause
        self._uniform = uniform

    def run[T](self, attempt: Callable[[Exception | None], T], *, patience: timedelta | None = None) -> T:
        """`attempt` gets what the last try failed with: None, Conflict or Ambiguous. Raises Unavailable.

        `patience` is how long it goes on trying, where that is less than usual.
        """
        seconds = self._deadline_seconds if patience is None else patience.total_seconds()
        deadline = self._monotonic() + seconds
        failure: Exception | None = None
        tries = 0
        while True:
            try:
                return attempt(failure)
            except (Conflict, Ambiguous) as error:
                failure = error if not isinstance(failure, Ambiguous) else failure
                if self._monotonic() >= deadline:
                    raise Unavailable(_GIVEN_UP) from error
                if not isinstance(error, Stale):
                    self._pause(self._uniform(0, min(_PAUSE_SECONDS_MAX, _PAUSE_SECONDS * 2**tries)))
                    tries += 1


_GIVEN_UP = (
    "The database is too busy, or does not answer. Whether the request took effect is not known; "
    "repeat it with the same Idempotency-Key to find out."
)
