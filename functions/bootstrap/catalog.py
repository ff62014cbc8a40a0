"""Makes the catalog room."""

from typing import TYPE_CHECKING

from bootstrap.credits import CreditParts
from bootstrap.parts import part
from bootstrap.provider_table import PROVIDERS

if TYPE_CHECKING:
    from repositories.catalog.catalog import CatalogRepository
    from services.catalog.catalog import CatalogService
    from services.catalog.editing import CatalogEditingService


class CatalogParts(CreditParts):
    @part
    def options(self) -> "CatalogRepository":
        from repositories.catalog.catalog import CatalogRepository

        return CatalogRepository(self.documents, self.transaction)

    @part
    def catalog(self) -> "CatalogService":
        from services.catalog.catalog import CatalogService

        return CatalogService(self.options, PROVIDERS, self.clock)

    @part
    def catalog_editing(self) -> "CatalogEditingService":
        from services.catalog.editing import CatalogEditingService

        return CatalogEditingService(options=self.options, catalog=self.catalog, clock=self.clock)
