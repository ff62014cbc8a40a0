import threading
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.clock import Clock
from core.errors import FieldError
from domain.catalog.catalog import Catalog
from domain.catalog.errors import ModelNotFound
from domain.catalog.models import Ask
from services.catalog.ports import Catalogs

if TYPE_CHECKING:
    from domain.catalog.checking import Checker, Choice, Offer

_FRESH_FOR = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class _Loaded:
    catalog: Catalog
    checker: "Checker"
    stale_at: datetime


class CatalogService:
    """The service keeps the catalog for at most a minute, so that not every request has to read it.

    `providers` are those that this deployment has. Models of others are not on offer.
    """

    def __init__(self, catalogs: Catalogs, providers: Collection[str], clock: Clock) -> None:
        self._catalogs = catalogs
        self._providers = providers
        self._clock = clock
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    def current(self) -> Catalog:
        return self._fresh().catalog

    def forget(self) -> None:
        """Drop the catalog, because it has changed. The next call reads it again."""
        with self._lock:
            self._loaded = None

    def faults(self, ask: Ask) -> list[FieldError]:
        """Return everything that is wrong with the ask, each with what is allowed."""
        return self._fresh().checker.faults(ask)

    def checked(self, ask: Ask) -> "Choice":
        """Return the model, the parameters and the price. Raise InvalidRequest, which lists all faults."""
        return self._fresh().checker.checked(ask)

    def offers(self) -> list["Offer"]:
        """Return the models on offer, in their order."""
        fresh = self._fresh()
        return [fresh.checker.offer_of(model) for model in fresh.catalog.models.values()]

    def offer(self, model_id: str) -> "Offer":
        """Return a model on offer. Raise ModelNotFound."""
        fresh = self._fresh()
        model = fresh.catalog.models.get(model_id)
        if model is None:
            raise ModelNotFound(model_id)
        return fresh.checker.offer_of(model)

    def _fresh(self) -> _Loaded:
        from domain.catalog.checking import Checker  # noqa: PLC0415 - many requests need no library of schemas

        with self._lock:
            now = self._clock()
            if self._loaded is None or now >= self._loaded.stale_at:
                catalog = self._on_offer(self._catalogs.load())
                self._loaded = _Loaded(catalog, Checker(catalog), now + _FRESH_FOR)
            return self._loaded

    def _on_offer(self, catalog: Catalog) -> Catalog:
        models = {model.id: model for model in catalog.models.values() if model.provider in self._providers}
        return replace(catalog, models=models)
