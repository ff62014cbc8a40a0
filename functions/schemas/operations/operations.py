from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from schemas.base import Inbound, Outbound, Text, Words
from services.operations.auditing import Audit
from services.operations.ports import QueueStatus
from services.operations.queue_operations import QueueOverview
from services.operations.sweeping import SweepResult


class GiveReason(Inbound):
    reason: Annotated[Words, Field(max_length=500)] = Field(
        description="The reason, for the audit log.", examples=["The vendor is down"]
    )


class QueuePart(Outbound):
    """This is one of the queues. A value is null if the queue does not tell it."""

    name: str = Field(description="The name of the queue.", examples=["processImageGeneration"])
    state: str = Field(description="`running`, `paused` or `unknown`.")
    depth: int | None = Field(description="The approximate number of tasks that wait.")
    oldest_at: datetime | None
    purged_at: datetime | None
    max_attempts: int | None
    max_concurrent_dispatches: int | None
    max_dispatches_per_second: float | None

    @classmethod
    def of(cls, status: QueueStatus) -> Self:
        return cls(**{name: getattr(status, name) for name in cls.model_fields})


class QueueResource(Outbound):
    """These are the values of all queues together, and each queue is in `queues`.

    A value is null if one of them does not tell it. `state` is `unknown` if the queues have different states.
    """

    state: str = Field(description="`running`, `paused` or `unknown`.")
    depth: int | None = Field(description="The approximate number of tasks that wait.")
    oldest_at: datetime | None
    purged_at: datetime | None
    max_attempts: int | None
    max_concurrent_dispatches: int | None
    max_dispatches_per_second: float | None
    queued: int = Field(description="The number of generations that wait for a worker.")
    processing: int = Field(description="The number of generations that a worker or a vendor works on.")
    queues: list[QueuePart]

    @classmethod
    def of(cls, overview: QueueOverview) -> Self:
        status = overview.status
        return cls(
            **{name: getattr(status, name) for name in QueuePart.model_fields if name != "name"},
            queued=overview.queued,
            processing=overview.processing,
            queues=[*map(QueuePart.of, status.parts)],
        )


class SweepResource(Outbound):
    """This counts the overdue generations by what was done with them."""

    resent: int
    dispatched_again: int
    failed: int
    settled_meanwhile: int
    unavailable: int
    unreadable: int = Field(
        description="The number that cannot be read. The log names them, and an operator has to repair them."
    )
    disputed: int = Field(
        description="The number that cannot be settled, because an entry of theirs is there already. See the log."
    )

    @classmethod
    def of(cls, result: SweepResult) -> Self:
        return cls(**asdict(result))


class RunAudit(Inbound):
    user_id: Annotated[Text, Field(min_length=1, max_length=128)] | None = Field(
        default=None, description="Default: all users together, and each user that changed in the last 25 hours."
    )


class DifferenceResource(Outbound):
    invariant: str = Field(description="The number of the invariant in docs/ledger.md.", examples=["I2"])
    detail: str
    expected: int
    actual: int


class UserDifferences(Outbound):
    user_id: str
    differences: list[DifferenceResource]


class AuditResource(Outbound):
    """This says whether the books agree with themselves."""

    is_exact: bool
    is_complete: bool = Field(description="false: the audit stopped, at 500 users or after 40 seconds.")
    is_conclusive: bool = Field(
        description="false: more than 100 users are older than the ledger, so that the totals say nothing."
    )
    users_checked: int
    differences: list[DifferenceResource] = Field(
        description="The differences of the totals over all users whose books are open."
    )
    different: list[UserDifferences]
    unopened: list[str] = Field(description="The checked users who are older than the ledger.")
    unopened_count: int
    unreadable: list[str] = Field(description="Paths of users' documents that cannot be read.")

    @classmethod
    def of(cls, audit: Audit) -> Self:
        return cls.model_validate({**asdict(audit), "is_exact": audit.is_exact})
