from core.errors import Unavailable
from core.records import Cursor
from domain.accounts.audit_log import AuditRecord
from repositories.accounts.audit_mapping import audit_fields, audit_from
from repositories.store.documents import AlreadyExists, Ambiguous, Conflict, Create, Documents, Query
from repositories.store.paths import AUDIT_LOG, audit_path
from repositories.store.rows import readable
from services.operations.ports import AuditFilter


class AuditLogRepository:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def add(self, record: AuditRecord) -> bool:
        try:
            self._documents.commit([Create(audit_path(record.id), audit_fields(record))])
        except AlreadyExists:
            return False
        except (Ambiguous, Conflict) as error:
            raise Unavailable("The audit log could not be written.") from error
        return True

    def page(self, wanted: AuditFilter, *, after: Cursor | None, limit: int) -> list[AuditRecord]:
        conditions = (("actor", "==", wanted.actor), ("action", "==", wanted.action), ("target", "==", wanted.target))
        query = Query(
            collection=AUDIT_LOG,
            where=tuple(each for each in conditions if each[2] is not None),
            order_by=("-at",),
            after=(after.at, after.id) if after else None,
            limit=limit,
        )
        return readable(self._documents, query, audit_from)
