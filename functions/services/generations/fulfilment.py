"""The worker takes a generation from a delivered task to its settlement, once, however often the task comes."""

import logging
from collections.abc import Callable

from core.records import Stored
from domain.generations.generation import Failure, Generation
from services.generations.attempts import Attempt, Attempts
from services.generations.jobs import temporary_folder
from services.generations.model_jobs import ModelJobs
from services.generations.model_ports import ModelRejected, ModelUnavailable, RemoteProvider
from services.generations.ports import Generations
from services.generations.remote_jobs import RemoteJobs
from services.generations.settling import Fence, Settlements

log = logging.getLogger(__name__)


class FulfilmentService:
    """Decides what a delivered task needs: a new attempt, a look at a remote job, or nothing any more."""

    def __init__(
        self,
        *,
        generations: Generations,
        attempts: Attempts,
        jobs: ModelJobs,
        remote_jobs: RemoteJobs,
        settlements: Settlements,
    ) -> None:
        self._generations = generations
        self._attempts = attempts
        self._jobs = jobs
        self._remote_jobs = remote_jobs
        self._settlements = settlements

    def fulfil(self, generation_id: str, dispatch: int | None = None) -> None:
        """Work on one delivery of the task with this dispatch number. If the method returns, the task is done.

        Raise AttemptFailed or Unavailable to have the task delivered again.
        """
        found = self._generations.get(generation_id)
        if found is None:
            log.warning("task_of_unknown_generation")
        elif found.value.is_final:
            log.info("task_of_ended_generation", extra={"status": found.value.status})
            self._settlements.remove_files_of_erased(found.value)
        elif found.value.provider_job is not None:
            self._follow(found, found.value.provider_job, dispatch)
        else:
            self._work(found)

    def _work(self, found: Stored[Generation]) -> None:
        attempt = self._attempts.claim(found)
        if attempt is not None:
            self._take_step(attempt.claimed, attempt.holds_lease, lambda: self._run(attempt))

    def _run(self, attempt: Attempt) -> None:
        with temporary_folder() as folder:
            model, job = self._jobs.of(attempt.claimed.value, folder)
            if isinstance(model, RemoteProvider):
                self._remote_jobs.submit(model, job, attempt)
            else:
                self._settlements.deliver(attempt.claimed, model.generate(job), attempt.holds_lease)

    def _follow(self, found: Stored[Generation], provider_job: str, dispatch: int | None) -> None:
        def is_this_job(generation: Generation) -> bool:
            return not generation.is_final and generation.provider_job == provider_job

        self._take_step(
            found, is_this_job, lambda: self._remote_jobs.follow(found, provider_job, is_this_job, dispatch)
        )

    def _take_step(self, found: Stored[Generation], fence: Fence, step: Callable[[], None]) -> None:
        """Take the step. If the model rejects the job, fail the generation; if it is unavailable, give it back."""
        try:
            step()
        except ModelRejected as error:
            self._settlements.fail(found, fence, Failure(code=error.code, message=str(error), retryable=False))
        except ModelUnavailable as error:
            self._attempts.give_back(found, fence, Failure(code=error.code, message=str(error), retryable=True))
