import logging
from collections.abc import Callable
from datetime import timedelta

from core.errors import Unavailable
from domain.catalog.models import JOB_SECONDS_MAX
from services.catalog.catalog import CatalogService
from services.generations.model_ports import ModelRejected, ModelUnavailable, Provider, RemoteProvider

log = logging.getLogger(__name__)


class ModelRegistry:
    """Finds what runs a model. `find_provider` raises KeyError if this deployment has no provider with that name."""

    def __init__(self, catalog: CatalogService, find_provider: Callable[[str], Provider]) -> None:
        self._catalog = catalog
        self._find_provider = find_provider

    def named(self, name: str) -> Provider:
        """Return the provider of the model. Raise ModelRejected if there is none any more."""
        found = self._provider_of(name)
        if found is None:
            raise ModelRejected("model_withdrawn", f"{name} is no longer offered")
        return found

    def expected_seconds(self, name: str) -> float:
        """Return how long the model takes, as its document says, or as its provider says. 0 means that nobody knows."""
        model = self._catalog.current().known_models.get(name)
        if model is not None and model.expected_seconds is not None:
            return model.expected_seconds
        provider = self._provider_of(name)
        return 0.0 if provider is None else provider.expected_seconds()

    def job_time_max(self, name: str) -> timedelta:
        """Return the time after which a job at a vendor's is given up."""
        model = self._catalog.current().known_models.get(name)
        return timedelta(seconds=JOB_SECONDS_MAX if model is None else model.job_seconds_max)

    def cancel_job(self, name: str, provider_job: str) -> None:
        """Try to cancel the job. Our books are settled already, so a failure is only logged."""
        try:
            provider = self._provider_of(name)
            if isinstance(provider, RemoteProvider):
                provider.cancel(provider_job)
        except (ModelUnavailable, Unavailable) as error:
            log.warning("provider_cancel_failed", extra={"provider_job": provider_job, "reason": str(error)})

    def _provider_of(self, name: str) -> Provider | None:
        model = self._catalog.current().known_models.get(name)
        if model is None:
            return None
        try:
            return self._find_provider(model.provider)
        except KeyError:
            log.error("provider_missing", extra={"model": name, "provider": model.provider})  # noqa: TRY400 - no bug
            return None
