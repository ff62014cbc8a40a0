from collections.abc import Iterable

from controllers.http.wire import Access, Answer, Call, Route
from schemas.catalog import CatalogResource
from services.catalog.catalog import CatalogService


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

    def get(self, _: Call) -> Answer:
        catalog = CatalogResource.of(self._catalog.current())
        return Answer(body=catalog, headers={"Cache-Control": "public, max-age=60"})
