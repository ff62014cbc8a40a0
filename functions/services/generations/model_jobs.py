"""The worker asks a generation's model to do its job, how the job is, or to stop."""

import logging
from datetime import timedelta
from pathlib import Path

from domain.generations.generation import Generation
from services.catalog.catalog import CatalogService
from services.generations.jobs import job_of
from services.generations.model_ports import Job, ModelUnavailable, Provider, RemoteProvider, RemoteResult, RemoteStatus
from services.generations.models import ModelRegistry

log = logging.getLogger(__name__)


class ModelJobs:
    """`timeout` is how long a model may work on one job."""

    def __init__(self, models: ModelRegistry, catalog: CatalogService, timeout: timedelta) -> None:
        self._models = models
        self._catalog = catalog
        self._timeout = timeout

    def of(self, generation: Generation, folder: Path) -> tuple[Provider, Job]:
        """Return the model and its job, which may use the folder.

        Raise ModelRejected if the model or an option was withdrawn after the order.
        """
        model = self._models.named(generation.spec.model)
        return model, self._job_of(generation, folder)

    def expected_seconds(self, generation: Generation) -> float:
        return self._models.expected_seconds(generation.spec.model)

    def poll(self, generation: Generation, provider_job: str, folder: Path) -> RemoteResult:
        """Ask the provider. One that cannot be reached counts as still at work, until the job has taken too long."""
        model = self._models.named(generation.spec.model)
        assert isinstance(model, RemoteProvider), "only a remote model gives out jobs"  # noqa: S101 - a bug
        try:
            return model.poll(provider_job, self._job_of(generation, folder))
        except ModelUnavailable as error:
            log.warning("poll_failed", extra={"provider_job": provider_job, "reason": str(error)})
            return RemoteResult(status=RemoteStatus.RUNNING)

    def time_max(self, generation: Generation) -> timedelta:
        """Return the time after which the generation's job at a vendor's is given up."""
        return self._models.job_time_max(generation.spec.model)

    def cancel(self, generation: Generation, provider_job: str) -> None:
        self._models.cancel_job(generation.spec.model, provider_job)

    def _job_of(self, generation: Generation, folder: Path) -> Job:
        return job_of(generation, self._catalog.current(), self._timeout, folder)
