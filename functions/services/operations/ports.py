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

# With more unopened users than this, their sums are not subtracted from those of all users, and the totals say nothing.
UNOPENED_MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class BookTotals:
    """These are sums over one user's records, or over everybody's. Each is one aggregation, never a scan."""

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
    # These are of one user. Over everybody they would need a scan, so they are 0 there.
    grants_left: int = 0
    faulty_grants: int = 0
    faulty_allowances: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusTotals:
    """These are sums by the states of generations. Each counts what should not exist, or is one side of a comparison.

    `prices` has each size at its present price: its id, what its generations should have cost, and what they cost.
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
    """These are sums over the books at one moment."""

    def moment(self) -> datetime:
        """Return a moment at which sums can be taken for an hour. Sums of different moments cannot be compared."""
        ...

    def totals(self, user_id: str | None, at: datetime | None = None) -> BookTotals:
        """Return the sums of one user, or of all users whose books are open. Raise UserNotFound or UnreadableRecord."""
        ...

    def status_totals(self, user_id: str | None, at: datetime) -> StatusTotals:
        """Return the sums by status of one user, or of all. It takes twice as many aggregations as `totals`."""
        ...


class QueueState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStatus:
    """`depth` counts the tasks that wait, or is None if the queue does not tell.

    The status of several queues has each of them in `parts`, with its name.
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
    """All methods raise Unavailable.

    The last three raise NotSupported if the queue has no such operation, as on the emulator.
    """

    def status(self) -> QueueStatus: ...

    def pause(self) -> QueueStatus: ...

    def resume(self) -> QueueStatus: ...

    def purge(self) -> QueueStatus:
        """Drop every task that waits. The generations are not changed."""
        ...


class AuditLog(Protocol):
    def add(self, record: AuditRecord) -> bool:
        """Add a record. Return False if there is one with this id already."""
        ...

    def page(self, wanted: "AuditFilter", *, after: Cursor | None, limit: int) -> list[AuditRecord]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    actor: str | None = None
    action: str | None = None
    target: str | None = None


class Demo(Protocol):
    """This writes demo data.

    Each call is one commit. If its first document exists already, it changes nothing.
    """

    def put_catalog(self, documents: Mapping[str, Mapping[str, Any]]) -> bool: ...

    def put_user(self, user: User, generations: Sequence[Generation], entries: Sequence[Entry]) -> bool: ...
