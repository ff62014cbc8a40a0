"""A worker claims a generation for one attempt, and gives it back if another attempt may succeed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from core.clock import Clock
from core.errors import Unavailable
from core.queues import Queue
from core.records import Stored
from domain.credits.commits import Commit
from domain.generations import lifecycle
from domain.generations.generation import OUT_OF_ATTEMPTS, Failure, Generation
from services.generations.model_jobs import ModelJobs
from services.generations.ports import Generations
from services.generations.settling import Fence, Settlements

log = logging.getLogger(__name__)


class AttemptFailed(Unavailable):
    """The attempt failed, and another one may succeed. The queue is to bring the task again."""

    code = "attempt_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptLimits:
    """`retry_within` is the queue's longest backoff. After it, the sweeper looks after a released generation."""

    attempts_max: int
    lease_of: Callable[[Queue], timedelta]
    retry_within: timedelta = timedelta(seconds=330)


@dataclass(frozen=True, slots=True)
class Attempt:
    claimed: Stored[Generation]
    owner: str

    def holds_lease(self, generation: Generation) -> bool:
        return generation.lease_owner == self.owner


class Attempts:
    def __init__(
        self,
        *,
        generations: Generations,
        jobs: ModelJobs,
        settlements: Settlements,
        limits: AttemptLimits,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._generations = generations
        self._jobs = jobs
        self._settlements = settlements
        self._limits = limits
        self._clock = clock
        self._new_id = new_id

    def claim(self, found: Stored[Generation]) -> Attempt | None:
        """Take the lease, and return the attempt. Return None if the generation is not to be worked on now.

        A generation that has used up its attempts fails.
        """
        owner, expected = self._new_id(), self._jobs.expected_seconds(found.value)

        def decide(generation: Generation) -> Commit[Generation] | None:
            now = self._clock()
            if generation.is_final or generation.provider_job is not None or generation.is_leased(now):
                return None
            if generation.attempt >= self._limits.attempts_max:
                return lifecycle.fail(generation, OUT_OF_ATTEMPTS, now=now)
            return lifecycle.claim(
                generation, owner=owner, now=now, lease=self._lease_of(generation), expected_seconds=expected
            )

        claimed = self._generations.change(found, decide)
        if claimed.value.lease_owner != owner:
            log.info("task_not_claimed", extra={"status": claimed.value.status})
            return None
        log.info("attempt_started", extra={"attempt": claimed.value.attempt})
        return Attempt(claimed, owner)

    def give_back(self, found: Stored[Generation], fence: Fence, failure: Failure) -> None:
        """Give the lease back, and raise AttemptFailed. After the last attempt, fail the generation instead."""
        if found.value.attempt >= self._limits.attempts_max:
            self._settlements.fail(found, fence, failure)
            return
        now = self._clock()

        def decide(generation: Generation) -> Commit[Generation] | None:
            if not fence(generation):
                return None
            return lifecycle.release(generation, failure, now=now, due_at=now + self._limits.retry_within)

        self._generations.change(found, decide)
        log.info("attempt_failed", extra={"code": failure.code, "attempt": found.value.attempt})
        raise AttemptFailed(failure.message)

    def _lease_of(self, generation: Generation) -> timedelta:
        """Return a lease that is longer than the deadline of each queue that may bring the generation's task.

        That is its own queue. If a vendor lost its job, it is the polls' queue, which brings the last poll again.
        """
        return max(self._limits.lease_of(generation.queue), self._limits.lease_of(Queue.POLLS))
