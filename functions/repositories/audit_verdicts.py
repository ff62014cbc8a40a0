from dataclasses import asdict

from domain.audit_verdict import AuditVerdict
from repositories.documents import AlreadyExists, Conflict, Create, Documents, Update
from repositories.mapping import system_path, utc
from repositories.optimistic import OptimisticTransaction

_PATH = system_path("audit")


class AuditVerdictRepository:
    """What the last nightly audit found: one document."""

    def __init__(self, documents: Documents, transaction: OptimisticTransaction) -> None:
        self._documents = documents
        self._transaction = transaction

    def last(self) -> AuditVerdict | None:
        document = self._documents.get(_PATH)
        if document is None:
            return None
        fields = document.fields
        return AuditVerdict(
            at=utc(fields["at"]),
            is_exact=fields["is_exact"],
            users_checked=fields["users_checked"],
            different=fields["different"],
        )

    def put(self, verdict: AuditVerdict) -> None:
        fields = asdict(verdict)

        def attempt(_: Exception | None) -> None:
            try:
                known = self._documents.get(_PATH) is not None
                self._documents.commit([Update(_PATH, fields) if known else Create(_PATH, fields)])
            except AlreadyExists as error:
                raise Conflict(_PATH) from error

        self._transaction.run(attempt)
