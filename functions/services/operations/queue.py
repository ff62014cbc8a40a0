"""An operator can look at the queue as a whole, and pause, resume or purge it."""

import logging
from datetime import datetime
from typing import Protocol

from core.clock import Clock
from services.operations.ports import QueueControl, QueueStatus

log = logging.getLogger(__name__)


class QueueMarks(Protocol):
    """The sweeper needs to know when the queue was purged. All methods raise Unavailable."""

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
        """Drop every task that waits. The generations stay, and the sweeper sends them again within two minutes.

        The mark is written first. If the purge fails then, or its answer is lost, some generations get one task too
        many.
        """
        self._marks.mark_purged(self._clock())
        status = self._control.purge()
        log.warning("queue_purged")
        return status
