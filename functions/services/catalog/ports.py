"""The catalog room needs this from outside: the store of options."""

from collections.abc import Mapping
from typing import Protocol

from domain.catalog.options import Catalog, ModelOffer


class Catalogs(Protocol):
    def load(self, models: Mapping[str, ModelOffer]) -> Catalog: ...
