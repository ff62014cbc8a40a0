"""A remote model works at a vendor's: its job is submitted, and looked at until it has ended."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from core.clock import Clock
from core.records import Stored
from domain.credits.commits import Commit
from domain.generations import lifecycle
from domain.generations.generation import JOB_LOST, TOOK_TOO_LONG, Generation
from services.generations.attempts import Attempt
from services.generations.dispatching import Dispatcher
from services.generations.jobs import temporary_folder
from services.generations.media import Media
from services.generations.model_jobs import ModelJobs
from services.generations.model_ports import Job, ModelUnavailable, RemoteProvider, RemoteStatus
from services.generations.ports import Generations
from services.generations.settling import Fence, Settlements

log = logging.getLogger(__name__)

# Copying the result is tried again after this time at most. Each try fetches the output from the vendor once more.
_COPY_AGAIN_MAX = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteLimits:
    """`age_max` is for a generation whose result cannot be stored. How long a job may take, its model says."""

    age_max: timedelta
    poll_every: timedelta = timedelta(seconds=5)
    poll_overdue: timedelta = timedelta(seconds=60)


class RemoteJobs:
    def __init__(
        self,
        *,
        generations: Generations,
        dispatcher: Dispatcher,
        jobs: ModelJobs,
        settlements: Settlements,
        limits: RemoteLimits,
        clock: Clock,
    ) -> None:
        self._generations = generations
        self._dispatcher = dispatcher
        self._jobs = jobs
        self._settlements = settlements
        self._limits = limits
        self._clock = clock

    def submit(self, model: RemoteProvider, job: Job, attempt: Attempt) -> None:
        """Submit the job, and store the provider's id of it before anything else happens to it.

        Raise ModelRejected or ModelUnavailable.
        """
        provider_job = model.submit(job)
        now = self._clock()

        def decide(generation: Generation) -> Commit[Generation] | None:
            if not attempt.holds_lease(generation):
                return None
            due_at = now + self._limits.poll_every + self._limits.poll_overdue
            return lifecycle.submitted(generation, provider_job, now=now, due_at=due_at)

        stored = self._generations.change(attempt.claimed, decide).value
        if stored.provider_job == provider_job:
            log.info("job_submitted", extra={"provider_job": provider_job})
            self._dispatcher.send(stored, not_before=self._clock() + self._limits.poll_every)
        elif stored.is_final:
            self._jobs.cancel(stored, provider_job)

    def follow(self, found: Stored[Generation], provider_job: str, is_this_job: Fence, dispatch: int | None) -> None:
        """Ask the provider how the job is. A poll's task, a callback or the sweeper may be the cause.

        Raise ModelRejected, or ModelUnavailable if the provider has lost the job.
        """
        # An older task asks, too, but it leaves the next look to the newest task. Otherwise each callback would start
        # a chain of its own.
        is_newest = dispatch is None or dispatch >= found.value.dispatch
        with temporary_folder() as folder:
            result = self._jobs.poll(found.value, provider_job, folder)
            if result.status is RemoteStatus.SUCCEEDED:
                self._deliver_or_look_again(found, result.media, is_this_job, is_newest=is_newest)
            elif result.status is RemoteStatus.FAILED:
                self._settlements.fail(found, is_this_job, result.failure or JOB_LOST)
            elif result.status is RemoteStatus.UNKNOWN:
                raise ModelUnavailable(JOB_LOST.code, JOB_LOST.message)
            elif is_newest:
                self._wait_for_job(found, provider_job, is_this_job)

    def _deliver_or_look_again(
        self, found: Stored[Generation], media: tuple[Media, ...], is_this_job: Fence, *, is_newest: bool
    ) -> None:
        """Deliver the media. If our copying of them fails, try it again by a task with a new name.

        The job itself is done, so it keeps its id. The same task cannot be used again: the queue gives it up after some
        tries, and then refuses its name for an hour.
        """
        try:
            self._settlements.deliver(found, media, is_this_job)
        except ModelUnavailable as error:
            log.warning("delivery_postponed", extra={"reason": str(error)})
            pause = self._limits.poll_every * 2.0 ** min(found.value.deferrals, 10)
            if self._clock() - found.value.created_at > self._limits.age_max:
                self._settlements.fail(found, is_this_job, TOOK_TOO_LONG)
            elif is_newest:
                self._look_again(found, is_this_job, lifecycle.dispatched_again, min(_COPY_AGAIN_MAX, pause))

    def _wait_for_job(self, found: Stored[Generation], provider_job: str, is_this_job: Fence) -> None:
        now = self._clock()
        started = found.value.started_at or found.value.created_at
        if now - started > self._jobs.time_max(found.value):
            self._settlements.fail(found, is_this_job, TOOK_TOO_LONG)
            self._jobs.cancel(found.value, provider_job)
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
