"""A task queue in memory that remembers names, as Cloud Tasks does. Tests take from it what they deliver."""

from collections import deque

from core.errors import Unavailable
from services.ports import TaskMessage


class MemoryQueue:
    def __init__(self) -> None:
        self.waiting: deque[TaskMessage] = deque()
        self.is_down = False
        self._names: set[str] = set()

    def enqueue(self, message: TaskMessage) -> bool:
        if self.is_down:
            raise Unavailable("The task queue does not answer")
        if message.name in self._names:
            return False
        self._names.add(message.name)
        self.waiting.append(message)
        return True
