"""The worker takes a generation from a delivered task to its settlement, once, however often the task comes.

Every write is fenced: by the attempt's own lease while a model works, and by the provider's job id while a job is
remote.
"""

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
from domain.generations.generation import JOB_LOST, OUT_OF_ATTEMPTS, TOOK_TOO_LONG, Failure, Generation
from services.catalog.catalog import CatalogService
from services.generations.dispatching import Dispatcher
from services.generations.jobs import job_of
from services.generations.model_ports import (
    Job,
    ModelRejected,
    ModelUnavailable,
    Picture,
    RemoteModel,
    RemoteResult,
    RemoteStatus,
)
from services.generations.models import ModelRegistry
from services.generations.output_files import OutputFiles
from services.generations.ports import Generations

log = logging.getLogger(__name__)
# Copying the result is tried again after this time at most. Each try fetches the picture from the vendor once more.
_COPY_AGAIN_MAX = timedelta(minutes=2)

Fence = Callable[[Generation], bool]


class AttemptFailed(Unavailable):
    """The attempt failed, and another one may succeed. The queue is to bring the task again."""

    code = "attempt_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`retry_within` is the queue's longest backoff. After it, the sweeper looks after a released generation."""

    attempts_max: int
    provider_timeout: timedelta
    lease_of: Callable[[Queue], timedelta]
    retry_within: timedelta = timedelta(seconds=330)
    poll_every: timedelta = timedelta(seconds=5)
    poll_overdue: timedelta = timedelta(seconds=60)
    remote_max: timedelta = timedelta(minutes=15)
    age_max: timedelta = timedelta(hours=25)


class FulfilmentService:
    def __init__(
        self,
        *,
        generations: Generations,
        catalog: CatalogService,
        dispatcher: Dispatcher,
        outputs: OutputFiles,
        models: ModelRegistry,
        limits: Limits,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._generations = generations
        self._catalog = catalog
        self._dispatcher = dispatcher
        self._outputs = outputs
        self._models = models
        self._limits = limits
        self._clock = clock
        self._new_id = new_id

    def fulfil(self, generation_id: str, dispatch: int | None = None) -> None:
        """Work on one delivery of the task with this dispatch number. If the method returns, the task is done.

        Raise AttemptFailed or Unavailable to have the task delivered again.
        """
        found = self._generations.get(generation_id)
        if found is None:
            log.warning("task_of_unknown_generation")
        elif found.value.is_final:
            log.info("task_of_ended_generation", extra={"status": found.value.status})
            if found.value.is_erased:  # an attempt may have stopped right after it stored a file
                self._outputs.remove_all(found.value)
        elif found.value.provider_job is not None:
            self._follow(found, found.value.provider_job, dispatch)
        else:
            self._work(found)

    def _work(self, found: Stored[Generation]) -> None:
        owner = self._new_id()
        claimed = self._claim(found, owner)
        if claimed.value.lease_owner != owner:
            log.info("task_not_claimed", extra={"status": claimed.value.status})
            return
        log.info("attempt_started", extra={"attempt": claimed.value.attempt})

        def holds_lease(generation: Generation) -> bool:
            return generation.lease_owner == owner

        try:
            self._run(claimed, holds_lease)
        except ModelRejected as error:
            self._fail(claimed, holds_lease, Failure(code=error.code, message=str(error), retryable=False))
        except ModelUnavailable as error:
            self._give_back(claimed, holds_lease, Failure(code=error.code, message=str(error), retryable=True))

    def _claim(self, found: Stored[Generation], owner: str) -> Stored[Generation]:
        expected = self._models.expected_seconds(found.value.spec.model)

        def decide(generation: Generation) -> Commit[Generation] | None:
            now = self._clock()
            if generation.is_final or generation.provider_job is not None or generation.is_leased(now):
                return None
            if generation.attempt >= self._limits.attempts_max:
                return lifecycle.fail(generation, OUT_OF_ATTEMPTS, now=now)
            return lifecycle.claim(
                generation, owner=owner, now=now, lease=self._lease_of(generation), expected_seconds=expected
            )

        return self._generations.change(found, decide)

    def _lease_of(self, generation: Generation) -> timedelta:
        """Return a lease that is longer than the deadline of each queue that may bring the generation's task.

        That is its own queue. If a vendor lost its job, it is the polls' queue, which brings the last poll again.
        """
        return max(self._limits.lease_of(generation.queue), self._limits.lease_of(Queue.POLLS))

    def _run(self, claimed: Stored[Generation], holds_lease: Fence) -> None:
        model, job = self._models.named(claimed.value.spec.model), self._job_of(claimed.value)
        if isinstance(model, RemoteModel):
            self._submit(model, claimed, job, holds_lease)
        else:
            self._deliver(claimed, model.generate(job), holds_lease)

    def _submit(self, model: RemoteModel, claimed: Stored[Generation], job: Job, holds_lease: Fence) -> None:
        """Submit the job, and store the provider's id of it before anything else happens to it."""
        provider_job = model.submit(job)
        now = self._clock()

        def decide(generation: Generation) -> Commit[Generation] | None:
            if not holds_lease(generation):
                return None
            due_at = now + self._limits.poll_every + self._limits.poll_overdue
            return lifecycle.submitted(generation, provider_job, now=now, due_at=due_at)

        stored = self._generations.change(claimed, decide).value
        if stored.provider_job == provider_job:
            log.info("job_submitted", extra={"provider_job": provider_job})
            self._dispatcher.send(stored, not_before=self._clock() + self._limits.poll_every)
        elif stored.is_final:
            self._models.cancel_job(stored.spec.model, provider_job)

    def _follow(self, found: Stored[Generation], provider_job: str, dispatch: int | None) -> None:
        """Ask the provider how the job is. A poll's task, a callback or the sweeper may be the cause."""

        def is_this_job(generation: Generation) -> bool:
            return not generation.is_final and generation.provider_job == provider_job

        try:
            result = self._poll(found.value, provider_job)
        except ModelRejected as error:
            self._fail(found, is_this_job, Failure(code=error.code, message=str(error), retryable=False))
            return
        if result.status is RemoteStatus.SUCCEEDED:
            self._deliver_or_look_again(found, result.pictures, is_this_job, dispatch)
        elif result.status is RemoteStatus.FAILED:
            self._fail(found, is_this_job, result.failure or JOB_LOST)
        elif result.status is RemoteStatus.UNKNOWN:
            self._give_back(found, is_this_job, JOB_LOST)
        elif dispatch is None or dispatch >= found.value.dispatch:
            # An older task asks, too, but it leaves the next look to the newest task. Otherwise each callback would
            # start a chain of its own.
            self._wait_for_job(found, provider_job, is_this_job)

    def _poll(self, generation: Generation, provider_job: str) -> RemoteResult:
        """Ask the provider. One that cannot be reached counts as still at work, until the job has taken too long."""
        model = self._models.named(generation.spec.model)
        assert isinstance(model, RemoteModel), "only a remote model gives out jobs"  # noqa: S101 - a bug
        try:
            return model.poll(provider_job, self._job_of(generation))
        except ModelUnavailable as error:
            log.warning("poll_failed", extra={"provider_job": provider_job, "reason": str(error)})
            return RemoteResult(status=RemoteStatus.RUNNING)

    def _deliver_or_look_again(
        self, found: Stored[Generation], pictures: tuple[Picture, ...], is_this_job: Fence, dispatch: int | None
    ) -> None:
        """Deliver the pictures. If our copying of them fails, try it again by a task with a new name.

        The job itself is done, so it keeps its id. The same task cannot be used again: the queue gives it up after some
        tries, and then refuses its name for an hour.
        """
        try:
            self._deliver(found, pictures, is_this_job)
        except ModelRejected as error:
            self._fail(found, is_this_job, Failure(code=error.code, message=str(error), retryable=False))
        except ModelUnavailable as error:
            log.warning("delivery_postponed", extra={"reason": str(error)})
            pause = self._limits.poll_every * 2.0 ** min(found.value.deferrals, 10)
            if self._clock() - found.value.created_at > self._limits.age_max:
                self._fail(found, is_this_job, TOOK_TOO_LONG)
            elif dispatch is None or dispatch >= found.value.dispatch:
                self._look_again(found, is_this_job, lifecycle.dispatched_again, min(_COPY_AGAIN_MAX, pause))

    def _wait_for_job(self, found: Stored[Generation], provider_job: str, is_this_job: Fence) -> None:
        now = self._clock()
        started = found.value.started_at or found.value.created_at
        if now - started > self._limits.remote_max:
            self._fail(found, is_this_job, TOOK_TOO_LONG)
            self._models.cancel_job(found.value.spec.model, provider_job)
            return

        self._look_again(found, is_this_job, lifecycle.polled_again, self._limits.poll_every)

    def _look_again(
        self,
        found: Stored[Generation],
        is_this_job: Fence,
        following: Callable[..., Commit[Generation]],
        wait: timedelta,
    ) -> None:
        """Store the name of the next task and send it, unless another look has done so since this one began."""
        now = self._clock()

        def decide(generation: Generation) -> Commit[Generation] | None:
            if not is_this_job(generation) or generation.dispatch != found.value.dispatch:
                return None
            return following(generation, now=now, due_at=now + wait + self._limits.poll_overdue)

        stored = self._generations.change(found, decide).value
        if stored.dispatch == found.value.dispatch + 1:
            self._dispatcher.send(stored, not_before=self._clock() + wait)

    def _deliver(self, found: Stored[Generation], pictures: tuple[Picture, ...], fence: Fence) -> None:
        if not pictures:
            raise ModelRejected("nothing_delivered", "The model delivered nothing")
        try:
            outputs, address = self._outputs.put(found.value, pictures)
        except Unavailable as error:
            raise ModelUnavailable("storage_unavailable", "The result could not be stored") from error

        def decide(generation: Generation) -> Commit[Generation] | None:
            if not fence(generation):
                return None
            return lifecycle.complete(generation, outputs, address, now=self._clock())

        settled = self._settle(found, decide)
        if settled.is_final:
            self._outputs.remove_strays(settled, len(outputs))

    def _give_back(self, found: Stored[Generation], fence: Fence, failure: Failure) -> None:
        if found.value.attempt >= self._limits.attempts_max:
            self._fail(found, fence, failure)
            return
        now = self._clock()

        def decide(generation: Generation) -> Commit[Generation] | None:
            if not fence(generation):
                return None
            return lifecycle.release(generation, failure, now=now, due_at=now + self._limits.retry_within)

        self._generations.change(found, decide)
        log.info("attempt_failed", extra={"code": failure.code, "attempt": found.value.attempt})
        raise AttemptFailed(failure.message)

    def _fail(self, found: Stored[Generation], fence: Fence, failure: Failure) -> None:
        def decide(generation: Generation) -> Commit[Generation] | None:
            return lifecycle.fail(generation, failure, now=self._clock()) if fence(generation) else None

        self._settle(found, decide)

    def _settle(
        self, found: Stored[Generation], decide: Callable[[Generation], Commit[Generation] | None]
    ) -> Generation:
        settled = self._generations.change(found, decide).value
        log.info(
            "generation_settled",
            extra={"status": settled.status, "charged": settled.charged, "refunded": settled.refunded},
        )
        return settled

    def _job_of(self, generation: Generation) -> Job:
        return job_of(generation, self._catalog.current(), self._limits.provider_timeout)
