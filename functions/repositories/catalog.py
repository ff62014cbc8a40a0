from collections.abc import Callable, Mapping

from domain.catalog import Catalog, ListedOption, ModelOffer, OptionKind
from repositories.documents import AlreadyExists, Ambiguous, Conflict, Create, Document, Documents, Query, Update, Write
from repositories.mapping import (
    COLORS,
    SIZES,
    STYLES,
    active,
    audit_fields,
    audit_path,
    color_from,
    listed_fields,
    listed_from,
    option_path,
    options_path,
    size_from,
    style_from,
)
from repositories.optimistic import OptimisticTransaction
from services.catalog_editing import OptionChange


class CatalogRepository:
    def __init__(self, documents: Documents, transaction: OptimisticTransaction) -> None:
        self._documents = documents
        self._transaction = transaction

    def load(self, models: Mapping[str, ModelOffer]) -> Catalog:
        """Three queries, one read for each option."""
        return Catalog(
            models=models,
            styles={document.id: style_from(document) for document in self._active(STYLES)},
            colors={document.id: color_from(document) for document in self._active(COLORS)},
            sizes={document.id: size_from(document) for document in self._active(SIZES)},
        )

    def options(self, kind: OptionKind) -> list[ListedOption]:
        listed = [listed_from(kind, document) for document in self._all(kind)]
        return sorted(listed, key=lambda each: (each.option.sort_order, each.id))

    def change(
        self,
        kind: OptionKind,
        option_id: str,
        record_id: str,
        decide: Callable[[Mapping[str, ListedOption]], OptionChange | None],
    ) -> ListedOption:
        def attempt(failure: Exception | None) -> ListedOption:
            documents = {document.id: document for document in self._all(kind)}
            options = {each: listed_from(kind, document) for each, document in documents.items()}
            if isinstance(failure, Ambiguous) and self._documents.get(audit_path(record_id)) is not None:
                return options[option_id]  # it took effect, and only the answer was lost
            change = decide(options)
            if change is None:
                return options[option_id]
            try:
                self._documents.commit(_writes(option_path(kind, option_id), documents, options, change))
            except AlreadyExists as error:
                raise Conflict(str(error)) from error
            return change.option

        return self._transaction.run(attempt)

    def _all(self, kind: OptionKind) -> list[Document]:
        return self._documents.query(Query(collection=options_path(kind)))

    def _active(self, collection: str) -> list[Document]:
        return active(self._documents.query(Query(collection=collection)))


def _writes(
    path: str, documents: Mapping[str, Document], options: Mapping[str, ListedOption], change: OptionChange
) -> list[Write]:
    option, record = change.option, change.audit
    before, fields = documents.get(option.id), listed_fields(option)
    writes: list[Write] = [Create(audit_path(record.id), audit_fields(record))]
    if before is None:
        return [*writes, Create(path, fields | {"created_at": option.updated_at})]
    writes.append(Update(path, fields, before.version))
    if not option.is_active:
        # Where two options are withdrawn at once, each sees the other stay: so one that stays is part of the fence.
        stays = next((each for each in options.values() if each.is_active and each.id != option.id), None)
        if stays is not None:
            writes.append(Update(documents[stays.id].path, {}, documents[stays.id].version))
    return writes
