from collections.abc import Callable, Mapping

from core.damage import UnreadableRecord
from domain.catalog.catalog import Catalog
from domain.catalog.models import Model
from domain.catalog.options import ListedOption, Option, OptionKind
from domain.catalog.shipped_models import SHIPPED_MODELS
from repositories.accounts.audit_mapping import audit_fields
from repositories.catalog.model_mapping import model_from, price_rule_from
from repositories.catalog.option_mapping import (
    color_from,
    is_active,
    listed_fields,
    listed_reader,
    size_from,
    style_from,
)
from repositories.catalog.option_paths import option_path, options_path
from repositories.store.documents import (
    AlreadyExists,
    Ambiguous,
    Conflict,
    Create,
    Document,
    Documents,
    Query,
    Update,
    Write,
)
from repositories.store.optimistic import OptimisticTransaction
from repositories.store.paths import COLORS, MODELS, PRICE_RULES, SIZES, STYLES, audit_path
from repositories.store.rows import read_row, readable
from services.catalog.editing import OptionChange


class CatalogRepository:
    def __init__(self, documents: Documents, transaction: OptimisticTransaction) -> None:
        self._documents = documents
        self._transaction = transaction

    def load(self) -> Catalog:
        """Read the catalog with five queries, which cost one read for each option, model and price rule.

        What cannot be read is not on offer.
        """
        models = self._models()
        return Catalog(
            models={model.id: model for model in models.values() if model.is_active},
            known_models=models,
            price_rules=tuple(readable(self._documents, Query(collection=PRICE_RULES), price_rule_from)),
            styles=self._active(STYLES, style_from),
            colors=self._active(COLORS, color_from),
            sizes=self._active(SIZES, size_from),
        )

    def options(self, kind: OptionKind) -> list[ListedOption]:
        listed = readable(self._documents, Query(collection=options_path(kind)), listed_reader(kind))
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
            options = _options(kind, option_id, documents)
            if isinstance(failure, Ambiguous) and self._documents.get(audit_path(record_id)) is not None:
                return options[option_id]  # the change was written, and only the answer was lost
            change = decide(options)
            if change is None:
                return options[option_id]
            try:
                self._documents.commit(_writes(option_path(kind, option_id), documents, options, change))
            except AlreadyExists as error:
                raise Conflict(str(error)) from error
            return change.option

        return self._transaction.run(attempt)

    def _models(self) -> dict[str, Model]:
        """Return all models in their order. A document takes the place of the shipped model with its id."""
        found = {model.id: model for model in SHIPPED_MODELS}
        for document in self._documents.query(Query(collection=MODELS)):
            row = read_row(document, model_from)
            if isinstance(row, UnreadableRecord):
                found.pop(document.id, None)
            else:
                found[row.id] = row
        return {model.id: model for model in sorted(found.values(), key=lambda each: (each.sort_order, each.id))}

    def _all(self, kind: OptionKind) -> list[Document]:
        return self._documents.query(Query(collection=options_path(kind)))

    def _active[T: Option](self, collection: str, read: Callable[[Document], T]) -> dict[str, T]:
        """Return the options by id, in their sort order."""
        documents = self._documents.query(Query(collection=collection))
        rows = [read_row(document, read) for document in documents if is_active(document)]
        options = [row for row in rows if not isinstance(row, UnreadableRecord)]
        return {option.id: option for option in sorted(options, key=lambda option: (option.sort_order, option.id))}


def _options(kind: OptionKind, wanted: str, documents: Mapping[str, Document]) -> dict[str, ListedOption]:
    """Return the options that can be read, by id. Raises UnreadableRecord if the wanted one cannot be read."""
    rows = {each: read_row(document, listed_reader(kind)) for each, document in documents.items()}
    stopped = rows.get(wanted)
    if isinstance(stopped, UnreadableRecord):
        raise stopped
    return {each: row for each, row in rows.items() if not isinstance(row, UnreadableRecord)}


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
        # If the last two options were withdrawn at the same time, each withdrawal would count on the other one to stay.
        # So an option that stays is written too, unchanged, and the commit expects its version.
        stays = next((each for each in options.values() if each.is_active and each.id != option.id), None)
        if stays is not None:
            writes.append(Update(documents[stays.id].path, {}, documents[stays.id].version))
    return writes
