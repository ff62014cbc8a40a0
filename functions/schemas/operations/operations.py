from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from schemas.base import Inbound, Outbound, Text, Words
from services.operations.auditing import Audit
from services.operations.operations import QueueOverview
from services.operations.ports import QueueStatus
from services.operations.sweeping import SweepResult


class GiveReason(Inbound):
    reason: Annotated[Words, Field(max_length=500)] = Field(
        description="For the audit log.", examples=["The vendor is down"]
    )


class QueuePart(Outbound):
    """One of the queues. Null is what it does not tell."""

    name: str = Field(description="The name of the queue.", examples=["processImageGeneration"])
    state: str = Field(description="`running`, `paused` or `unknown`.")
    depth: int | None = Field(description="Tasks that wait, about.")
    oldest_at: datetime | None
    purged_at: datetime | None
    max_attempts: int | None
    max_concurrent_dispatches: int | None
    max_dispatches_per_second: float | None

    @classmethod
    def of(cls, status: QueueStatus) -> Self:
        return cls(**{name: getattr(status, name) for name in cls.model_fields})


class QueueResource(Outbound):
    """All queues together, and each of them in `queues`. Null is what one of them does not tell.

    `state` is `unknown` where they are not all in the same one.
    """

    state: str = Field(description="`running`, `paused` or `unknown`.")
    depth: int | None = Field(description="Tasks that wait, about.")
    oldest_at: datetime | None
    purged_at: datetime | None
    max_attempts: int | None
    max_concurrent_dispatches: int | None
    max_dispatches_per_second: float | None
    queued: int = Field(description="Generations that wait for a worker.")
    processing: int = Field(description="Generations that a worker or a vendor is at.")
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
    """How many generations were overdue, by what became of them."""

    resent: int
    dispatched_again: int
    failed: int
    settled_meanwhile: int
    unavailable: int
    unreadable: int = Field(description="Cannot be read. The log names them, and an operator has to repair them.")
    disputed: int = Field(description="Cannot be settled, for an entry of theirs is there already. As above.")

    @classmethod
    def of(cls, result: SweepResult) -> Self:
        return cls(**asdict(result))


class RunAudit(Inbound):
    user_id: Annotated[Text, Field(min_length=1, max_length=128)] | None = Field(
        default=None, description="Default: everybody together, and each user that changed in the last 25 hours."
    )


class DifferenceResource(Outbound):
    invariant: str = Field(description="As numbered in docs/ledger.md.", examples=["I2"])
    detail: str
    expected: int
    actual: int


class UserDifferences(Outbound):
    user_id: str
    differences: list[DifferenceResource]


class AuditResource(Outbound):
    """Whether the books agree with themselves."""

    is_exact: bool
    is_complete: bool = Field(description="false: it stopped, at 500 users or after 40 seconds.")
    is_conclusive: bool = Field(
        description="false: more than 100 users are older than the ledger, so that the totals say nothing."
    )
    users_checked: int
    differences: list[DifferenceResource] = Field(description="Of the totals over everybody whose books are open.")
    different: list[UserDifferences]
    unopened: list[str] = Field(description="Users, of those that were checked, who are older than the ledger.")
    unopened_count: int
    unreadable: list[str] = Field(description="Paths of users' documents that cannot be read.")

    @classmethod
    def of(cls, audit: Audit) -> Self:
        return cls.model_validate({**asdict(audit), "is_exact": audit.is_exact})
