"""The generations room needs these from outside: the store of generations, and the queue of their tasks."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, Self

from core.calendar import Month
from core.damage import UnreadableRecord
from core.queues import Queue
from core.records import Cursor, Stored
from domain.credits.commits import Commit
from domain.credits.user import User
from domain.generations.generation import Generation, Status
from domain.generations.usage import MonthUsage


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMessage:
    """`not_before` is only a wish: a task may come early, late, twice or never.

    A task's name is unique in its queue only.
    """

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
        """Enqueue a task. Return False if one with this name exists, or existed until lately. Raise Unavailable."""
        ...

    def remove(self, message: TaskMessage) -> bool:
        """Take a task out of its queue. Return False if there is none with its name. Raise Unavailable.

        A task that is just being delivered may still arrive.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """This counts the generations that wait in a queue, and says when the oldest and newest were created."""

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


@dataclass(frozen=True, slots=True)
class Created:
    """`replayed` says that the id existed before, and that nothing was written."""

    generation: Generation
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationFilter:
    status: Status | None = None
    style: str | None = None
    model: str | None = None
    credits: int | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None


class Generations(Protocol):
    def get(self, generation_id: str) -> Stored[Generation] | None: ...

    def owned(self, generation_id: str, owners: Collection[str]) -> Stored[Generation] | None:
        """Return the generation if one of `owners` owns it, and None otherwise.

        Another user's generation takes as long as one that does not exist. It is never answered from memory, because a
        stranger could tell by the time that it exists.
        """
        ...

    def create(
        self, generation_id: str, user_id: str, decide: Callable[[User], Commit[Generation]], *, may_exist: bool
    ) -> Created:
        """Commit what `decide` makes of the user, or find that the id exists.

        `decide` may run on a cached user, but its refusal is raised only after a run on a fresh one. `may_exist` says
        that the id is derived from an idempotency key: then no refusal is raised if the id exists. Raise UserNotFound,
        Unavailable, and what `decide` raises.
        """
        ...

    def change(
        self,
        known: Stored[Generation],
        decide: Callable[[Generation], Commit[Generation] | None],
        *,
        patience: timedelta | None = None,
    ) -> Stored[Generation]:
        """Commit what `decide` makes of the generation, fenced by its version. If it returns None, nothing changes.

        If another writer was first, or an answer was lost, `decide` runs again on a fresh read, for as long as
        `patience` or the usual time allows. Raise Unavailable. Raise SettlementConflict if an entry of the settlement
        is there, but the generation has not ended. Raise UserNotFound if credits are to move and the user is not there.
        """
        ...

    def page(
        self, owners: Collection[str], wanted: GenerationFilter, *, after: Cursor | None, limit: int
    ) -> list[Generation]:
        """Return the generations of these users, newest first, or of all users if none is named."""
        ...

    def due(self, *, now: datetime) -> Iterator[Stored[Generation] | UnreadableRecord]:
        """Yield the unsettled generations that are past `due_at`, the longest overdue first.

        An error stands in the place of each one that cannot be read. The same holds for `each`.
        """
        ...

    def each(self, owners: Collection[str]) -> Iterator[Stored[Generation] | UnreadableRecord]:
        """Yield all generations of these users, in no particular order."""
        ...

    def inherited(self, user_id: str) -> Iterator[Stored[Generation]]:
        """Yield this user's generations that do not have Darkroom's own fields yet. Raise UnreadableRecord."""
        ...

    def waiting(self, queue: Queue) -> Waiting:
        """Count the generations that wait for a start in this queue. It costs one aggregation and two reads."""
        ...

    def count(self, status: Status) -> int: ...


class UsageCounts(Protocol):
    def months(self, owners: Collection[str], months: Collection[Month]) -> list[MonthUsage]:
        """Return the usage of these users together, in the order of `months`.

        The database makes the sums for each model. Usage of any unknown model comes under the name `other`. Raise
        Unavailable.
        """
        ...
