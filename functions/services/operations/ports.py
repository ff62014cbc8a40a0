"""The operations room needs these from outside: sums over the books, the audit log, and control of the queues."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from core.records import Cursor
from domain.accounts.audit_log import AuditRecord
from domain.credits.ledger import Entry
from domain.credits.user import User
from domain.generations.generation import Generation

UNOPENED_MOST = 100
"""With more unopened users than this, their sums are not taken out of everybody's, and the totals say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookTotals:
    """Sums over one user's records, or over everybody's; each is one aggregation, never a scan."""

    current: int
    held: int
    entries_in: int
    entries_out: int
    deductions: int
    deductions_count: int
    refunds: int
    generations_count: int
    generations_price: int
    generations_held: int
    generations_charged: int
    generations_refunded: int
    overrefunded_count: int
    clawbacks: int
    unopened_count: int
    in_flight: int
    generations_in_flight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusTotals:
    """What the states of generations come to: each is a number of what should not be, or one side of a comparison.

    `prices` compares, for each size at its present price, what its generations cost with what they should.
    """

    completed_uncharged: int
    completed_free: int
    without_outputs: int
    outputs_gone: int
    ended_held: int
    failed_charged: int
    unsettled_charged: int
    unsettled_count: int
    due_count: int
    marks: int
    deduction_marks: int
    refunded_marks: int
    refund_marks: int
    prices: tuple[tuple[str, int, int], ...] = ()


class BookSums(Protocol):
    """Sums over the books of one moment."""

    def moment(self) -> datetime:
        """A moment at which sums can be taken, for an hour. Sums of different moments cannot be compared."""
        ...

    def totals(self, user_id: str | None, at: datetime | None = None) -> BookTotals:
        """Of one user, or of all whose books are open. Raises UserNotFound, UnreadableRecord."""
        ...

    def status_totals(self, user_id: str | None, at: datetime) -> StatusTotals:
        """As `totals`; with twice as many aggregations."""
        ...


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


class AuditLog(Protocol):
    def add(self, record: AuditRecord) -> bool:
        """False: there is one of this id already."""
        ...

    def page(self, wanted: "AuditFilter", *, after: Cursor | None, limit: int) -> list[AuditRecord]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    actor: str | None = None
    action: str | None = None
    target: str | None = None


class Demo(Protocol):
    """Writes demo data; each call is one commit, and one whose first document exists already changes nothing."""

    def put_catalog(self, documents: Mapping[str, Mapping[str, Any]]) -> bool: ...

    def put_user(self, user: User, generations: Sequence[Generation], entries: Sequence[Entry]) -> bool: ...
