"""A generation goes from `queued` to `processing`, and ends as `completed`, `failed` or `cancelled`.

Each function takes a generation and returns the Commit that leads to its next state. Final states never change. A
retryable failure puts a generation back to `queued`, where it waits for its next attempt.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from domain.credits.commits import BalanceDelta, Commit
from domain.credits.holds import refund_entry, settle
from domain.credits.ledger import Entry
from domain.generations.generation import Failure, Generation, Output, Status


def claim(
    generation: Generation, *, owner: str, now: datetime, lease: timedelta, expected_seconds: float
) -> Commit[Generation]:
    """Give the lease to the next attempt. Every write of that attempt must name this `owner`."""
    return _moved(
        generation,
        now,
        status=Status.PROCESSING,
        attempt=generation.attempt + 1,
        lease_owner=owner,
        lease_until=now + lease,
        due_at=now + lease,
        deferrals=0,
        expected_seconds=expected_seconds,
        started_at=now,
    )


def release(generation: Generation, failure: Failure, *, now: datetime, due_at: datetime) -> Commit[Generation]:
    """Give the lease back after a retryable failure; the queue, or the sweeper at `due_at`, brings the next attempt."""
    return _moved(
        generation,
        now,
        status=Status.QUEUED,
        failure=failure,
        lease_owner=None,
        lease_until=None,
        provider_job=None,
        due_at=due_at,
    )


def submitted(generation: Generation, job: str, *, now: datetime, due_at: datetime) -> Commit[Generation]:
    """Store the job of a remote provider. From now on the job is polled, so no attempt needs a lease."""
    return _moved(
        generation,
        now,
        provider_job=job,
        dispatch=generation.dispatch + 1,
        lease_owner=None,
        lease_until=None,
        due_at=due_at,
    )


def dispatched_again(generation: Generation, *, now: datetime, due_at: datetime) -> Commit[Generation]:
    """Make the generation ready for its next task, which needs a new name because the last name is used up.

    Without a job at a provider, the generation is queued again.
    """
    return _next_dispatch(generation, now, due_at, deferrals=generation.deferrals + 1)


def polled_again(generation: Generation, *, now: datetime, due_at: datetime) -> Commit[Generation]:
    """Make the generation ready for the next poll of its job. The poll is a new task, and nothing is overdue then."""
    return _next_dispatch(generation, now, due_at, deferrals=0)


def deferred(generation: Generation, *, now: datetime, due_at: datetime) -> Commit[Generation]:
    """Look again at `due_at` at a generation that still waits in the queue. Each further wait is longer.

    Nothing else has happened to it, so it does not count as updated.
    """
    waiting = replace(generation, deferrals=generation.deferrals + 1, due_at=due_at)
    return Commit(user_id=generation.user_id, at=now, subject=waiting)


def adopt(generation: Generation, *, refunded: int, now: datetime) -> Commit[Generation]:
    """Bring a generation of feraset-imagen's into the books.

    It costs what its entries say, and if it is unsettled, the rest is held. `refunded` is the sum of its refund
    entries. Some were refunded more than once, which shows as a charge below 0.
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
    return Commit(user_id=generation.user_id, at=now, subject=adopted, delta=delta)


def complete(
    generation: Generation, outputs: tuple[Output, ...], image_url: str, *, now: datetime, charged: int | None = None
) -> Commit[Generation]:
    """End a generation that came to something.

    `charged` is less than its price if it delivered less than was asked for; the rest is refunded.
    """
    owed = generation.price - generation.refunded
    refund = 0 if charged is None else owed - charged
    settled = replace(
        _ended(generation, Status.COMPLETED, now),
        outputs=outputs,
        image_url=image_url,
        failure=None,
        charged=owed - refund,
        refunded=generation.refunded + refund,
    )
    reason = _refund_text(settled, f"{len(outputs)} delivered")
    return settle(generation, settled, refund=refund, reason=reason, at=now, images=len(outputs))


def fail(generation: Generation, failure: Failure, *, now: datetime) -> Commit[Generation]:
    return _refunded(replace(_ended(generation, Status.FAILED, now), failure=failure), generation, failure.message)


def cancel(generation: Generation, *, now: datetime) -> Commit[Generation]:
    failure = Failure(code="cancelled", message="Cancelled by the user", retryable=False)
    change = _refunded(replace(_ended(generation, Status.CANCELLED, now), failure=failure), generation, failure.message)
    return replace(change, is_late_cancel=generation.attempt > 0)


def refund_of(generation: Generation, credits_: int, reason: str, at: datetime) -> Entry:
    """Return the entry of a refund; its words are feraset-imagen's."""
    return refund_entry(generation, credits_, _refund_text(generation, reason), at)


def _refund_text(generation: Generation, reason: str) -> str:
    return f"Refund for {generation.status} generation: {reason}"


def _moved(generation: Generation, now: datetime, **changes: Any) -> Commit[Generation]:
    """Return the commit of a step that moves no credits."""
    return Commit(user_id=generation.user_id, at=now, subject=replace(generation, updated_at=now, **changes))


def _next_dispatch(generation: Generation, now: datetime, due_at: datetime, *, deferrals: int) -> Commit[Generation]:
    return _moved(
        generation,
        now,
        status=Status.QUEUED if generation.provider_job is None else Status.PROCESSING,
        dispatch=generation.dispatch + 1,
        deferrals=deferrals,
        lease_owner=None,
        lease_until=None,
        due_at=due_at,
    )


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


def _refunded(settled: Generation, before: Generation, reason: str) -> Commit[Generation]:
    """Return the commit that refunds what is still owed.

    What feraset-imagen has already refunded is not refunded again. If it refunded more than the price, the charge is
    below 0.
    """
    owed = max(0, settled.price - settled.refunded)
    refunded = settled.refunded + owed
    settled = replace(settled, refunded=refunded, charged=settled.price - refunded)
    return settle(before, settled, refund=owed, reason=_refund_text(settled, reason), at=settled.updated_at)
