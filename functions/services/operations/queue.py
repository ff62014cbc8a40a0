"""The queue as a whole: how it is, and what an operator can do to it."""

import logging
from datetime import datetime
from typing import Protocol

from core.clock import Clock
from services.operations.ports import QueueControl, QueueStatus

log = logging.getLogger(__name__)


class QueueMarks(Protocol):
    """What the sweeper must know of the queue's past. Raises Unavailable."""

    def purged_at(self) -> datetime | None: ...

    def mark_purged(self, at: datetime) -> None: ...


class QueueService:
    def __init__(self, control: QueueControl, marks: QueueMarks, clock: Clock) -> None:
        self._control = control
        self._marks = marks
        self._clock = clock

    def status(self) -> QueueStatus:
        return self._control.status()

    def pause(self) -> QueueStatus:
        status = self._control.pause()
        log.warning("queue_paused")
        return status

    def resume(self) -> QueueStatus:
        status = self._control.resume()
        log.warning("queue_resumed")
        return status

    def purge(self) -> QueueStatus:
        """Drop every task that waits; the generations stay, and the sweeper sends them again within two minutes.

        The mark comes first. Where the purge then fails, or nobody hears of it, a task too many is sent for some.
        """
        self._marks.mark_purged(self._clock())
        status = self._control.purge()
        log.warning("queue_purged")
        return status
