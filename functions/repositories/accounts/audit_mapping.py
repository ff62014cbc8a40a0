"""Converts audit records into documents, and back."""

from typing import Any

from domain.accounts.audit_log import AuditRecord
from repositories.store.documents import Create, Document
from repositories.store.field_table import FieldTable, Form
from repositories.store.paths import audit_path
from repositories.store.rows import reader
from repositories.store.typed import utc

_RECORDS = FieldTable(AuditRecord, forms={"at": Form(read=utc)})


def audit_fields(record: AuditRecord) -> dict[str, Any]:
    return _RECORDS.write(record)


@reader
def audit_from(document: Document) -> AuditRecord:
    return _RECORDS.read(document.fields)


def audit_create(record: AuditRecord) -> Create:
    return Create(audit_path(record.id), audit_fields(record))
