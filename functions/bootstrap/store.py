"""Makes the database, and what every room writes to it with."""

from typing import TYPE_CHECKING

from bootstrap.parts import Parts, part

if TYPE_CHECKING:
    from repositories.store.documents import Documents
    from repositories.store.optimistic import OptimisticTransaction


class StoreParts(Parts):
    @part
    def documents(self) -> "Documents":
        from google.cloud import firestore

        from repositories.store.firestore import FirestoreDocuments

        return FirestoreDocuments(firestore.Client(project=self.settings.project_id))

    @part
    def transaction(self) -> "OptimisticTransaction":
        from repositories.store.optimistic import OptimisticTransaction

        return OptimisticTransaction()
