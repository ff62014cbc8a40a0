from collections.abc import Iterable

from controllers.http.auth import document_id
from controllers.http.wire import Access, Answer, Call, Route
from core.errors import InvalidRequest
from domain.catalog.errors import ModelNotFound
from schemas.catalog import CatalogResource, ModelList, ModelResource
from services.catalog.catalog import CatalogService

# Instances keep the catalog for as long, so a client loses nothing.
_FOR_A_MINUTE = {"Cache-Control": "public, max-age=60"}


class CatalogController:
    def __init__(self, catalog: CatalogService) -> None:
        self._catalog = catalog

    def routes(self) -> Iterable[Route]:
        yield Route(
            method="GET",
            path="/v1/catalog",
            name="getCatalog",
            summary="Get the models, styles, colours and sizes on offer, with prices.",
            handle=self.get,
            answers={200: CatalogResource},
            access=Access.PUBLIC,
        )

        yield Route(
            method="GET",
            path="/v1/models",
            name="listModels",
            summary="List the models on offer, with the schema of their parameters and their prices.",
            handle=self.models,
            answers={200: ModelList},
            access=Access.PUBLIC,
        )
        yield Route(
            method="GET",
            path="/v1/models/{id}",
            name="getModel",
            summary="Get one model on offer.",
            handle=self.model,
            answers={200: ModelResource},
            errors=(InvalidRequest, ModelNotFound),
            access=Access.PUBLIC,
        )

    def models(self, _: Call) -> Answer:
        return Answer(body=ModelList(data=[*map(ModelResource.of, self._catalog.offers())]), headers=_FOR_A_MINUTE)

    def model(self, call: Call) -> Answer:
        model_id = document_id("id", call.path["id"])
        return Answer(body=ModelResource.of(self._catalog.offer(model_id)), headers=_FOR_A_MINUTE)

    def get(self, _: Call) -> Answer:
        catalog = CatalogResource.of(self._catalog.current())
        return Answer(body=catalog, headers=_FOR_A_MINUTE)
