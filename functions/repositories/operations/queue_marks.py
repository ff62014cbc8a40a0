from datetime import datetime

from repositories.store.documents import AlreadyExists, Conflict, Create, Documents, Update
from repositories.store.optimistic import OptimisticTransaction
from repositories.store.paths import system_path
from repositories.store.typed import utc

_PATH = system_path("queue")


class QueueMarkRepository:
    """Stores in one document when the queue was purged, which Cloud Tasks does not remember for us."""

    def __init__(self, documents: Documents, transaction: OptimisticTransaction) -> None:
        self._documents = documents
        self._transaction = transaction

    def purged_at(self) -> datetime | None:
        document = self._documents.get(_PATH)
        moment = None if document is None else document.fields.get("purged_at")
        return None if moment is None else utc(moment)

    def mark_purged(self, at: datetime) -> None:
        def attempt(_: Exception | None) -> None:
            fields = {"purged_at": at}
            if self._documents.get(_PATH) is not None:
                self._documents.commit([Update(_PATH, fields)])
                return
            try:
                self._documents.commit([Create(_PATH, fields)])
            except AlreadyExists as error:
                raise Conflict(_PATH) from error

        self._transaction.run(attempt)
