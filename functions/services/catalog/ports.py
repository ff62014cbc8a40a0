"""The catalog room needs this from outside: the store of options and models."""

from typing import Protocol

from domain.catalog.catalog import Catalog


class Catalogs(Protocol):
    def load(self) -> Catalog:
        """Return the catalog with all active models, whoever provides them."""
        ...
