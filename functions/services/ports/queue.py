"""The queue of tasks: sending to it, and looking after it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, Self

from core.queues import Queue
from domain.generation import Generation


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMessage:
    """`not_before` is a wish: a task may come early, late, twice or never. A name is unique in its queue only."""

    generation_id: str
    dispatch: int
    request_id: str | None = None
    not_before: datetime | None = None
    queue: Queue = Queue.GENERATIONS

    @classmethod
    def of(cls, generation: Generation, *, not_before: datetime | None = None) -> Self:
        """Return the task of the generation's newest dispatch. While a vendor has its job, that is a poll."""
        return cls(
            generation_id=generation.id,
            dispatch=generation.dispatch,
            request_id=generation.request_id,
            not_before=not_before,
            queue=generation.queue if generation.provider_job is None else Queue.POLLS,
        )

    @property
    def name(self) -> str:
        return f"{self.generation_id}-{self.dispatch}"


class TaskQueue(Protocol):
    def enqueue(self, message: TaskMessage) -> bool:
        """False: a task of this name exists already, or did until lately. Raises Unavailable."""
        ...

    def remove(self, message: TaskMessage) -> bool:
        """Take a task out of its queue. False: there is none of its name. Raises Unavailable.

        One that is being delivered may go on being delivered.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many generations wait in a queue, and when the oldest and the newest of them were created."""

    count: int
    oldest_at: datetime | None
    newest_at: datetime | None

    def place_of(self, created_at: datetime) -> int:
        """Estimate the place of a generation, from 1, as if the others had come evenly between the two moments."""
        if self.oldest_at is None or self.newest_at is None or created_at <= self.oldest_at:
            return 1
        if created_at > self.newest_at:
            return self.count + 1
        return 1 + round((self.count - 1) * ((created_at - self.oldest_at) / (self.newest_at - self.oldest_at)))


class QueueState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStatus:
    """`depth` counts the tasks that wait; None where the queue does not tell.

    The status of several queues has each of them in `parts`, by its name.
    """

    state: QueueState
    depth: int | None
    oldest_at: datetime | None
    purged_at: datetime | None
    max_attempts: int | None
    max_concurrent_dispatches: int | None
    max_dispatches_per_second: float | None
    name: str = ""
    parts: "tuple[QueueStatus, ...]" = ()


class QueueControl(Protocol):
    """Raises Unavailable; the last three also NotSupported where the queue has no such operation, as the emulator."""

    def status(self) -> QueueStatus: ...

    def pause(self) -> QueueStatus: ...

    def resume(self) -> QueueStatus: ...

    def purge(self) -> QueueStatus:
        """Drop every task that waits. What they were about is untouched."""
        ...
