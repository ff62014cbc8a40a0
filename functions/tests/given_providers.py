"""A test gives these providers of models to an application, in place of its own."""

from collections.abc import Mapping

from services.generations.media import Media
from services.generations.model_ports import DirectProvider, Job, Provider


class GivenProviders:
    def __init__(self, **providers: Provider) -> None:
        """`remote` stands for the provider `simulated-remote`."""
        self._providers = {"simulated": providers.get("direct"), "simulated-remote": providers.get("remote")}

    def find(self, name: str) -> Provider:
        found = self._providers[name]
        if found is None:
            raise KeyError(name)
        return found


class ByModel:
    """This provider has another script for each model."""

    def __init__(self, models: Mapping[str, DirectProvider]) -> None:
        self._models = models

    def expected_seconds(self) -> float:
        return 10.0

    def generate(self, job: Job) -> tuple[Media, ...]:
        return self._models[job.model].generate(job)
