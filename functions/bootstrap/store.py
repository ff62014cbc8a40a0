"""Makes the database, and what every room writes to it with."""

from typing import TYPE_CHECKING

from bootstrap.parts import Parts, part

if TYPE_CHECKING:
    from repositories.store.creates import Creates
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

    @part
    def creates(self) -> "Creates":
        from domain.accounts.audit_log import AuditRecord
        from domain.credits.ledger import Entry
        from domain.generations.generation import Generation
        from repositories.accounts.audit_mapping import audit_create
        from repositories.credits.entry_mapping import entry_create
        from repositories.generations.generation_mapping import generation_create
        from repositories.store.creates import Creates

        return Creates({AuditRecord: audit_create, Entry: entry_create, Generation: generation_create})
