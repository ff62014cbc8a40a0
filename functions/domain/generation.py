"""A generation and its state machine: `queued` -> `processing` -> `completed` | `failed` | `cancelled`.

Each function takes a generation and returns the next one, or a Change when credits move with it. Final states never
change. A retryable failure puts a generation back to `queued`, to wait for its next attempt.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zlib import crc32

from core.queues import Queue
from domain.ledger import BalanceDelta, Change, refund_entry


class Status(StrEnum):
    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED})

PROGRESS_QUEUED = 10.0
PROGRESS_CLAIMED = 20.0
PROGRESS_NEARLY = 95.0
PROGRESS_UNKNOWN = 50.0
"""10, 50 and 100 are feraset-imagen's, for queued, processing, ended; where a duration is expected, time moves it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What was asked for. `seed` fixes the model's choices; None lets the generation's id decide."""

    model: str
    style: str
    color: str
    size: str
    prompt: str
    seed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One file in the store of outputs, and beside it a small copy, unless none could be made or stored."""

    path: str
    content_type: str
    width: int
    height: int
    bytes: int
    thumbnail_path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    code: str
    message: str
    retryable: bool


OUT_OF_ATTEMPTS = Failure(
    code="out_of_attempts", message="The generation was given up after too many attempts", retryable=True
)
TOOK_TOO_LONG = Failure(code="timeout", message="The generation took too long", retryable=True)
JOB_LOST = Failure(code="job_lost", message="The provider no longer knows the job", retryable=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """`held`, `charged` and `refunded` always add up to `price`.

    `in_flight`: it is counted in its user's `in_flight`, and in that of the key that asked for it. `price_version` is
    the version of the size whose price it was. `mark` is a number drawn from the id, which its entries carry too; those
    from before there were marks have none. `queue` is the one that its task waits in until a model starts: a name is
    unique in a queue only, so that a repeat has to go to the same one.
    """

    id: str
    user_id: str
    spec: Spec
    status: Status
    price: int
    created_at: datetime
    updated_at: datetime
    held: int = 0
    charged: int = 0
    refunded: int = 0
    kind: str = "image"
    outputs: tuple[Output, ...] = ()
    image_url: str | None = None
    failure: Failure | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    attempt: int = 0
    dispatch: int = 1
    deferrals: int = 0
    lease_owner: str | None = None
    lease_until: datetime | None = None
    due_at: datetime | None = None
    provider_job: str | None = None
    expected_seconds: float | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    fingerprint: str | None = None
    request_id: str | None = None
    in_flight: bool = False
    api_key_id: str | None = None
    price_version: int | None = None
    mark: int | None = None
    queue: Queue = Queue.GENERATIONS
    inherited: bool = False
    """Read from a document of feraset-imagen's, which Darkroom's own fields are not in yet."""

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def is_erased(self) -> bool:
        """Nothing is left of what its owner asked for, or of what came out."""
        return self.is_final and not (self.spec.prompt or self.metadata or self.outputs or self.image_url)

    def is_leased(self, now: datetime) -> bool:
        return self.lease_until is not None and self.lease_until > now

    def progress(self, now: datetime) -> float:
        """0-100, from the clock and the expected duration, so that showing it costs no write."""
        if self.is_final:
            return 100.0
        if self.status is Status.QUEUED:
            return PROGRESS_QUEUED
        if not self.expected_seconds or self.started_at is None:
            return PROGRESS_UNKNOWN
        done = min(1.0, max(0.0, (now - self.started_at).total_seconds() / self.expected_seconds))
        return round(PROGRESS_CLAIMED + (PROGRESS_NEARLY - PROGRESS_CLAIMED) * done, 1)


def mark_of(generation_id: str) -> int:
    """Two different sets of generations hardly ever have the same sum of marks, even with a million in each."""
    return crc32(generation_id.encode())


def claim(
    generation: Generation, *, owner: str, now: datetime, lease: timedelta, expected_seconds: float
) -> Generation:
    """The next attempt takes the lease; `owner` fences every write that it will make."""
    return replace(
        generation,
        status=Status.PROCESSING,
        attempt=generation.attempt + 1,
        lease_owner=owner,
        lease_until=now + lease,
        due_at=now + lease,
        deferrals=0,
        expected_seconds=expected_seconds,
        started_at=now,
        updated_at=now,
    )


def release(generation: Generation, failure: Failure, *, now: datetime, due_at: datetime) -> Generation:
    """Give the lease back after a retryable failure; the queue, or the sweeper at `due_at`, brings the next attempt."""
    return replace(
        generation,
        status=Status.QUEUED,
        failure=failure,
        lease_owner=None,
        lease_until=None,
        provider_job=None,
        due_at=due_at,
        updated_at=now,
    )


def submitted(generation: Generation, job: str, *, now: datetime, due_at: datetime) -> Generation:
    """A remote provider has the job: from here it is polled, so no attempt needs a lease."""
    return replace(
        generation,
        provider_job=job,
        dispatch=generation.dispatch + 1,
        lease_owner=None,
        lease_until=None,
        due_at=due_at,
        updated_at=now,
    )


def dispatched_again(generation: Generation, *, now: datetime, due_at: datetime) -> Generation:
    """The next task gets a name of its own: the last one's is used up. Without a provider's job, it waits anew."""
    return replace(
        generation,
        status=Status.QUEUED if generation.provider_job is None else Status.PROCESSING,
        dispatch=generation.dispatch + 1,
        deferrals=generation.deferrals + 1,
        lease_owner=None,
        lease_until=None,
        due_at=due_at,
        updated_at=now,
    )


def polled_again(generation: Generation, *, now: datetime, due_at: datetime) -> Generation:
    """The job has been looked at, so nothing is overdue: its next poll is a task of its own."""
    return replace(dispatched_again(generation, now=now, due_at=due_at), deferrals=0)


def deferred(generation: Generation, *, due_at: datetime) -> Generation:
    """Still waiting in the queue: look again later, each time later."""
    return replace(generation, deferrals=generation.deferrals + 1, due_at=due_at)


def adopt(generation: Generation, *, refunded: int, now: datetime) -> Change:
    """Bring a generation of feraset-imagen's into the books: what its entries say it cost, and a hold if unsettled.

    `refunded` is the sum of its refund entries: some were refunded more than once, which shows as a charge below 0.
    """
    held = 0 if generation.is_final else max(0, generation.price - refunded)
    adopted = replace(
        generation,
        held=held,
        charged=generation.price - held - refunded,
        refunded=refunded,
        due_at=None if generation.is_final else now,
        in_flight=not generation.is_final,
        inherited=False,
    )
    delta = BalanceDelta(held=held, in_flight=adopted.in_flight - generation.in_flight)
    return Change(user_id=generation.user_id, at=now, generation=adopted, delta=delta)


def complete(generation: Generation, outputs: tuple[Output, ...], image_url: str, *, now: datetime) -> Change:
    settled = replace(
        _ended(generation, Status.COMPLETED, now),
        outputs=outputs,
        image_url=image_url,
        failure=None,
        charged=generation.price - generation.refunded,
    )
    return Change(
        user_id=generation.user_id,
        at=now,
        generation=settled,
        delta=BalanceDelta(held=-generation.held, images=len(outputs), in_flight=-generation.in_flight),
    )


def fail(generation: Generation, failure: Failure, *, now: datetime) -> Change:
    return _refunded(replace(_ended(generation, Status.FAILED, now), failure=failure), generation, failure.message)


def cancel(generation: Generation, *, now: datetime) -> Change:
    failure = Failure(code="cancelled", message="Cancelled by the user", retryable=False)
    change = _refunded(replace(_ended(generation, Status.CANCELLED, now), failure=failure), generation, failure.message)
    return replace(change, is_late_cancel=generation.attempt > 0)


def _ended(generation: Generation, status: Status, now: datetime) -> Generation:
    return replace(
        generation,
        status=status,
        held=0,
        in_flight=False,
        lease_owner=None,
        lease_until=None,
        due_at=None,
        completed_at=now,
        updated_at=now,
    )


def _refunded(settled: Generation, before: Generation, reason: str) -> Change:
    """What feraset-imagen gave back already is not given back again; beyond the price, it shows as a charge below 0."""
    at = settled.updated_at
    owed = max(0, settled.price - settled.refunded)
    refunded = settled.refunded + owed
    return Change(
        user_id=settled.user_id,
        at=at,
        generation=replace(settled, refunded=refunded, charged=settled.price - refunded),
        delta=BalanceDelta(current=owed, held=-before.held, in_flight=-before.in_flight),
        entry=replace(refund_entry(settled, reason, at), credits=owed) if owed else None,
    )
