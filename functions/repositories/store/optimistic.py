"""The optimistic transaction reads, decides, and commits with a precondition. If that fails, it does so again.

Firestore's own transaction is not used, because it livelocks on a contended document (1 success of 80 at 16 threads,
docs/adr/0001).
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
    """The decision was made on a cached copy and is not valid. It is made again at once, on a fresh copy."""


class OptimisticTransaction:
    """Repeats a try until it commits or the deadline passes. Waits with full jitter, so that rivals spread out."""

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
        """Call `attempt` until it does not fail, and return its result. Raises Unavailable when the time is over.

        `attempt` gets the error of the last try: None, Conflict or Ambiguous. `patience` is a shorter time limit than
        the usual one.
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
