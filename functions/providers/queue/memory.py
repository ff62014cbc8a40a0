"""Has a task queue that remembers names, as Cloud Tasks does. Tests take tasks from it to deliver them."""

from collections import deque
from datetime import datetime

from core.clock import Clock
from core.errors import Unavailable
from core.queues import Queue
from services.generations.ports import TaskMessage
from services.operations.ports import QueueState, QueueStatus


class MemoryQueue:
    """Holds the tasks of all queues in one line, in the order in which they came. A task says which queue it is in."""

    def __init__(self) -> None:
        self.waiting: deque[TaskMessage] = deque()
        self.is_down = False
        self._names: set[tuple[Queue, str]] = set()

    def enqueue(self, message: TaskMessage) -> bool:
        self.check()
        name = (message.queue, message.name)
        if name in self._names:
            return False
        self._names.add(name)
        self.waiting.append(message)
        return True

    def remove(self, message: TaskMessage) -> bool:
        self.check()
        same = [each for each in self.waiting if (each.queue, each.name) == (message.queue, message.name)]
        for each in same:
            self.waiting.remove(each)
        return bool(same)

    def check(self) -> None:
        if self.is_down:
            raise Unavailable("The task queue does not answer")


class MemoryControl:
    """Controls the queue in memory. As in Cloud Tasks, the name of a task that was purged cannot be used again."""

    def __init__(self, queue: MemoryQueue, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock
        self._state = QueueState.RUNNING
        self._purged_at: datetime | None = None

    def status(self) -> QueueStatus:
        self._queue.check()
        return QueueStatus(
            state=self._state,
            depth=len(self._queue.waiting),
            oldest_at=None,
            purged_at=self._purged_at,
            max_attempts=None,
            max_concurrent_dispatches=None,
            max_dispatches_per_second=None,
        )

    def pause(self) -> QueueStatus:
        return self._switched(QueueState.PAUSED)

    def resume(self) -> QueueStatus:
        return self._switched(QueueState.RUNNING)

    def purge(self) -> QueueStatus:
        self._queue.check()
        self._queue.waiting.clear()
        self._purged_at = self._clock()
        return self.status()

    def _switched(self, state: QueueState) -> QueueStatus:
        self._queue.check()
        self._state = state
        return self.status()
