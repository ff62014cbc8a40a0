from dataclasses import asdict

from domain.credits.audit_verdict import AuditProgress, AuditVerdict
from repositories.store.documents import AlreadyExists, Conflict, Create, Document, Documents, Update
from repositories.store.optimistic import OptimisticTransaction
from repositories.store.paths import system_path
from repositories.store.rows import reader
from repositories.store.typed import known, typed

_PATH = system_path("audit")


class AuditVerdictRepository:
    """Stores what the last nightly audit found, in one document."""

    def __init__(self, documents: Documents, transaction: OptimisticTransaction) -> None:
        self._documents = documents
        self._transaction = transaction

    def last(self) -> AuditVerdict | None:
        document = self._documents.get(_PATH)
        return None if document is None or "at" not in document.fields else _verdict_from(document)

    def progress(self) -> AuditProgress | None:
        document = self._documents.get(_PATH)
        return None if document is None or "progress" not in document.fields else _progress_from(document)

    def put(self, verdict: AuditVerdict, progress: AuditProgress) -> None:
        fields = {**asdict(verdict), "progress": asdict(progress)}

        def attempt(_: Exception | None) -> None:
            try:
                is_there = self._documents.get(_PATH) is not None
                self._documents.commit([Update(_PATH, fields) if is_there else Create(_PATH, fields)])
            except AlreadyExists as error:
                raise Conflict(_PATH) from error

        self._transaction.run(attempt)


@reader
def _verdict_from(document: Document) -> AuditVerdict:
    return typed(AuditVerdict, **known(AuditVerdict, document.fields))


@reader
def _progress_from(document: Document) -> AuditProgress:
    return typed(AuditProgress, **known(AuditProgress, document.fields["progress"]))
