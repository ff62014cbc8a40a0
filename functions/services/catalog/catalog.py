import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

from core.clock import Clock
from core.errors import InvalidRequest
from domain.catalog.options import Catalog, ModelOffer, Size, option_id
from domain.generations.generation import Spec
from services.catalog.ports import Catalogs

_FRESH_FOR = timedelta(seconds=60)


class CatalogService:
    """The service keeps the catalog for at most a minute, so that not every request has to read it."""

    def __init__(self, catalogs: Catalogs, models: Mapping[str, ModelOffer], clock: Clock) -> None:
        self._catalogs = catalogs
        self._models = models
        self._clock = clock
        self._lock = threading.Lock()
        self._catalog: Catalog | None = None
        self._stale_at: datetime | None = None

    def current(self) -> Catalog:
        with self._lock:
            now = self._clock()
            if self._catalog is None or self._stale_at is None or now >= self._stale_at:
                self._catalog = self._catalogs.load(self._models)
                self._stale_at = now + _FRESH_FOR
            return self._catalog

    def forget(self) -> None:
        """Drop the catalog, because it has changed. The next call reads it again."""
        with self._lock:
            self._catalog = None

    def checked(self, spec: Spec) -> tuple[Spec, Size]:
        """Return the spec with the ids of its options, and the size, which has the price.

        Raise InvalidRequest, which lists every option that is not on offer.
        """
        catalog = self.current()
        asked = {"model": spec.model, "style": spec.style, "color": spec.color, "size": spec.size}
        problems = catalog.problems(asked)
        if problems:
            raise InvalidRequest(problems)
        ids = {name: option_id(name, text) for name, text in asked.items()}
        return Spec(**ids, prompt=spec.prompt, seed=spec.seed), catalog.sizes[ids["size"]]
