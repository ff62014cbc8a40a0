"""The generations room needs these from outside: where generations are kept, and the queue of their tasks."""

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


@dataclass(frozen=True, slots=True)
class Created:
    """`replayed`: the id existed before, and nothing was written."""

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
        """None for another's too, and at the same cost: memory never answers a stranger, who could tell by the time."""
        ...

    def create(
        self, generation_id: str, user_id: str, decide: Callable[[User], Commit[Generation]], *, may_exist: bool
    ) -> Created:
        """Commit what `decide` makes of the user, or find that the id exists.

        `decide` may run on a cached user; a refusal that it raises only comes out on a fresh one. `may_exist` says
        that the id is derived from an idempotency key, so that no refusal is given while the id exists.
        Raises UserNotFound, Unavailable, and what `decide` raises.
        """
        ...

    def change(
        self,
        known: Stored[Generation],
        decide: Callable[[Generation], Commit[Generation] | None],
        *,
        patience: timedelta | None = None,
    ) -> Stored[Generation]:
        """Commit what `decide` makes of the generation, fenced by its version; None leaves it as it is.

        When another writer was first, or an answer was lost, `decide` runs again on a fresh read, for as long as
        `patience` or the usual time allow. Raises Unavailable; SettlementConflict where an entry of the settlement is
        there, and the generation has not ended; UserNotFound where credits are to move and the user is not there.
        """
        ...

    def page(
        self, owners: Collection[str], wanted: GenerationFilter, *, after: Cursor | None, limit: int
    ) -> list[Generation]:
        """Of these users, newest first; of everybody where none is named."""
        ...

    def due(self, *, now: datetime) -> Iterator[Stored[Generation] | UnreadableRecord]:
        """Unsettled and past `due_at`, the longest overdue first.

        In the place of one that cannot be read there is what is wrong with it; so it is in `each`.
        """
        ...

    def each(self, owners: Collection[str]) -> Iterator[Stored[Generation] | UnreadableRecord]:
        """All generations of these users, in no particular order."""
        ...

    def inherited(self, user_id: str) -> Iterator[Stored[Generation]]:
        """This user's generations that Darkroom's own fields are not in yet. Raises UnreadableRecord."""
        ...

    def waiting(self, queue: Queue) -> Waiting:
        """Count those that wait for a start in this queue: one aggregation and two reads."""
        ...

    def count(self, status: Status) -> int: ...


class UsageCounts(Protocol):
    def months(self, owners: Collection[str], months: Collection[Month]) -> list[MonthUsage]:
        """Of these users together, in the order of `months`: sums that the database makes, for each model.

        What is of none of the models that are known comes under the name `other`. Raises Unavailable.
        """
        ...
