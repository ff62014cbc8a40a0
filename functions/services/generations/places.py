"""The place of a generation in its queue is estimated from one count, which all requests of an instance share."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from core.clock import Clock
from core.errors import Unavailable
from core.queues import Queue
from domain.generations.generation import Generation
from services.generations.ports import Generations, Waiting

log = logging.getLogger(__name__)

# This function starts some work beside the request, which does not wait for it.
RunInBackground = Callable[[Callable[[], None]], object]

COUNTED_EVERY = timedelta(seconds=5)
# Older counts are of no use. If nobody asks for a place, nothing is counted.
_BELIEVED_FOR = timedelta(seconds=30)


class Places:
    """No request waits for a count.

    A request starts a count that runs beside it, at most every five seconds, and answers from the last count.
    """

    def __init__(self, generations: Generations, clock: Clock, run_in_background: RunInBackground) -> None:
        self._generations = generations
        self._clock = clock
        self._run_in_background = run_in_background
        self._counts: dict[Queue, tuple[datetime, Waiting]] = {}
        self._under_way: set[Queue] = set()
        self._lock = threading.Lock()

    def of(self, generation: Generation) -> int | None:
        """Return the place of a generation that waits, from 1 for the next, or None where nothing is known yet."""
        now, queue = self._clock(), generation.queue
        counted = self._counts.get(queue)
        if (counted is None or now - counted[0] >= COUNTED_EVERY) and self._begins(queue):
            self._run_in_background(lambda: self._count(queue))
        if counted is None or now - counted[0] > _BELIEVED_FOR:
            return None
        return counted[1].place_of(generation.created_at)

    def _begins(self, queue: Queue) -> bool:
        with self._lock:
            is_idle = queue not in self._under_way
            self._under_way.add(queue)
            return is_idle

    def _count(self, queue: Queue) -> None:
        at = self._clock()
        try:
            self._counts[queue] = (at, self._generations.waiting(queue))
        except Unavailable as error:
            log.info("queue_not_counted", extra={"queue": queue, "reason": error.message})
        finally:
            self._under_way.discard(queue)
