"""Operators look at the queue, and pause, resume or purge it."""

from dataclasses import dataclass

from domain.generations.generation import Status
from services.accounts.instructions import Instruction
from services.generations.ports import Generations
from services.operations.operation_log import OperationLog
from services.operations.ports import QueueStatus
from services.operations.queue import QueueService


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueOverview:
    """This is the queue, with the counts of generations by status, whether or not a task of theirs waits in it."""

    status: QueueStatus
    queued: int
    processing: int


class QueueOperations:
    def __init__(self, queue: QueueService, generations: Generations, log: OperationLog) -> None:
        self._queue = queue
        self._generations = generations
        self._log = log

    def overview(self) -> QueueOverview:
        """Return the queue. It costs two aggregations. Raise Unavailable."""
        return self._overview(self._queue.status())

    def pause(self, instruction: Instruction) -> QueueOverview:
        """Pause the queue. This method and the next two raise Unavailable or NotSupported."""
        self._log.write_down(instruction, "queue.pause", "queue")
        return self._overview(self._queue.pause())

    def resume(self, instruction: Instruction) -> QueueOverview:
        self._log.write_down(instruction, "queue.resume", "queue")
        return self._overview(self._queue.resume())

    def purge(self, instruction: Instruction) -> QueueOverview:
        self._log.write_down(instruction, "queue.purge", "queue")
        return self._overview(self._queue.purge())

    def _overview(self, status: QueueStatus) -> QueueOverview:
        return QueueOverview(
            status=status,
            queued=self._generations.count(Status.QUEUED),
            processing=self._generations.count(Status.PROCESSING),
        )
