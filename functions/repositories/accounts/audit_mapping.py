"""Converts audit records into documents, and back."""

from typing import Any

from domain.accounts.audit_log import AuditRecord
from repositories.store.documents import Create, Document
from repositories.store.paths import audit_path
from repositories.store.rows import reader
from repositories.store.shallow import fields_of
from repositories.store.typed import typed, utc


def audit_fields(record: AuditRecord) -> dict[str, Any]:
    return fields_of(record)


@reader
def audit_from(document: Document) -> AuditRecord:
    fields = document.fields
    names = ("id", "actor", "action", "target", "reason", "request_id", "details")
    return typed(AuditRecord, **{name: fields[name] for name in names}, at=utc(fields["at"]))


def audit_create(record: AuditRecord) -> Create:
    return Create(audit_path(record.id), audit_fields(record))
