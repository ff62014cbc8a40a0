from collections.abc import Mapping

from domain.catalog import Catalog, ModelOffer
from repositories.documents import Document, Documents, Query
from repositories.mapping import COLORS, SIZES, STYLES, active, color_from, size_from, style_from


class CatalogRepository:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def load(self, models: Mapping[str, ModelOffer]) -> Catalog:
        """Three queries, one read for each option."""
        return Catalog(
            models=models,
            styles={document.id: style_from(document) for document in self._active(STYLES)},
            colors={document.id: color_from(document) for document in self._active(COLORS)},
            sizes={document.id: size_from(document) for document in self._active(SIZES)},
        )

    def _active(self, collection: str) -> list[Document]:
        return active(self._documents.query(Query(collection=collection)))
