"""Makes the catalog room: models and options."""

from typing import TYPE_CHECKING

from bootstrap.credits import CreditParts
from bootstrap.parts import part

if TYPE_CHECKING:
    from repositories.catalog.catalog import CatalogRepository
    from services.catalog.catalog import CatalogService
    from services.catalog.editing import CatalogEditingService
    from services.generations.models import ModelRegistry


class CatalogParts(CreditParts):
    @part
    def models(self) -> "ModelRegistry":
        from providers.models.simulated.direct import SimulatedModel
        from providers.models.simulated.remote import SimulatedRemoteModel
        from services.generations.models import ModelRegistry

        settings = self.settings
        rate, latency = settings.simulated_failure_rate, settings.simulated_latency_seconds
        return ModelRegistry(
            [
                SimulatedModel("Model A", "Landscapes", failure_rate=rate, latency=latency),
                SimulatedModel("Model B", "Still lifes and abstracts", failure_rate=rate, latency=latency),
                SimulatedRemoteModel(
                    "Model R",
                    "Works at a vendor's: submitted, then polled",
                    failure_rate=rate,
                    latency=latency,
                    clock=self.clock,
                ),
            ]
        )

    @part
    def options(self) -> "CatalogRepository":
        from repositories.catalog.catalog import CatalogRepository

        return CatalogRepository(self.documents, self.transaction)

    @part
    def catalog(self) -> "CatalogService":
        from services.catalog.catalog import CatalogService

        return CatalogService(self.options, self.models.offers(), self.clock)

    @part
    def catalog_editing(self) -> "CatalogEditingService":
        from services.catalog.editing import CatalogEditingService

        return CatalogEditingService(options=self.options, catalog=self.catalog, clock=self.clock)
