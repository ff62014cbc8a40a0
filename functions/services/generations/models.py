import logging
from collections.abc import Iterable, Mapping

from domain.catalog.options import ModelOffer
from services.generations.model_ports import Model, ModelRejected, ModelUnavailable, RemoteModel

log = logging.getLogger(__name__)


class ModelRegistry:
    """This deployment runs these models. Each has the name that a request gives."""

    def __init__(self, models: Iterable[Model]) -> None:
        self._models: Mapping[str, Model] = {model.offer.name: model for model in models}

    def offers(self) -> Mapping[str, ModelOffer]:
        return {name: model.offer for name, model in self._models.items()}

    def named(self, name: str) -> Model:
        """Return the model. Raise ModelRejected if it was withdrawn after the order."""
        model = self._models.get(name)
        if model is None:
            raise ModelRejected("model_withdrawn", f"{name} is no longer offered")
        return model

    def expected_seconds(self, name: str) -> float:
        model = self._models.get(name)
        return 0.0 if model is None else model.expected_seconds()

    def cancel_job(self, name: str, provider_job: str) -> None:
        """Try to cancel the job. Our books are settled already, so a failure is only logged."""
        model = self._models.get(name)
        if not isinstance(model, RemoteModel):
            return
        try:
            model.cancel(provider_job)
        except ModelUnavailable as error:
            log.warning("provider_cancel_failed", extra={"provider_job": provider_job, "reason": str(error)})
