"""Converts entries of the ledger into documents, and back."""

from typing import Any

from domain.credits.ledger import Entry, EntryType
from repositories.store.documents import Create, Document
from repositories.store.paths import entry_path
from repositories.store.rows import reader
from repositories.store.shallow import fields_of
from repositories.store.typed import typed, utc


@reader
def entry_from(document: Document) -> Entry:
    fields = document.fields
    return typed(
        Entry,
        id=document.id,
        type=EntryType(fields["type"]),
        credits=fields["credits"],
        user_id=fields["user_id"],
        description=fields.get("description", ""),
        timestamp=utc(fields["timestamp"]),
        generation_request_id=fields.get("generation_request_id"),
        mark=fields.get("mark"),
    )


def entry_fields(entry: Entry) -> dict[str, Any]:
    return {**fields_of(entry), "type": entry.type.value}


def entry_create(entry: Entry) -> Create:
    return Create(entry_path(entry.user_id, entry.id), entry_fields(entry))
