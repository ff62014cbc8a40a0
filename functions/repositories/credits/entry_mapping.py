"""Converts entries of the ledger into documents, and back."""

from typing import Any

from domain.credits.ledger import Entry, EntryType
from repositories.store.documents import Create, Document
from repositories.store.field_table import FieldTable, Form
from repositories.store.paths import entry_path
from repositories.store.rows import reader
from repositories.store.typed import utc

_ENTRIES = FieldTable(
    Entry,
    given=("id",),
    seldom=("taken",),
    forms={
        "type": Form(read=EntryType, write=lambda kind: kind.value),
        "description": Form(absent=""),
        "timestamp": Form(read=utc),
        "taken": Form(write=dict),
    },
)


@reader
def entry_from(document: Document) -> Entry:
    return _ENTRIES.read(document.fields, id=document.id)


def entry_fields(entry: Entry) -> dict[str, Any]:
    return {"id": entry.id, **_ENTRIES.write(entry)}


def entry_create(entry: Entry) -> Create:
    return Create(entry_path(entry.user_id, entry.id), entry_fields(entry))
