"""The database in memory: as strict as Firestore, and as fast as a dict. For tests and the simulation."""

import threading
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from repositories.documents import (
    AlreadyExists,
    Conflict,
    Create,
    Document,
    Fields,
    Increment,
    Query,
    Totals,
    Update,
    Write,
)

_TICK = timedelta(microseconds=1)


class MemoryDocuments:
    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}
        self._now = datetime(2025, 1, 1, tzinfo=UTC)
        self._lock = threading.Lock()

    def get(self, path: str) -> Document | None:
        with self._lock:
            found = self._documents.get(path)
            return None if found is None else _copy(found)

    def commit(self, writes: Sequence[Write]) -> list[datetime]:
        with self._lock:
            for write in writes:
                self._check(write)
            self._now += _TICK
            return [self._apply(write) for write in writes]

    def query(self, query: Query) -> list[Document]:
        with self._lock:
            found = [_copy(document) for document in self._documents.values() if _matches(document, query)]
        for name, descending in reversed(_sort_keys(query)):
            found.sort(key=lambda document: _sort_value(document, name), reverse=descending)
        if query.after is not None:
            found = [document for document in found if _is_after(document, query)]
        found = found[: query.limit]
        return [_selected(document, query.fields) for document in found]

    def totals(self, query: Query, sums: Sequence[str] = ()) -> Totals:
        found = self.query(query)
        return Totals(len(found), {name: sum(document.fields.get(name) or 0 for document in found) for name in sums})

    def _check(self, write: Write) -> None:
        found = self._documents.get(write.path)
        if isinstance(write, Create):
            if found is not None:
                raise AlreadyExists(write.path)
        elif found is None or (write.version is not None and found.version != write.version):
            raise Conflict(write.path)

    def _apply(self, write: Write) -> datetime:
        if isinstance(write, Create):
            return self._store(write.path, dict(write.fields))
        before = self._documents[write.path].fields
        return self._store(write.path, {**before, **_resolved(write, before)})

    def _store(self, path: str, fields: dict[str, Any]) -> datetime:
        found = self._documents.get(path)
        if found is not None and found.fields == fields:
            return found.version  # Firestore, too, keeps the update time of a write that changes nothing
        self._documents[path] = Document(path, deepcopy(fields), self._now)
        return self._now


def _copy(document: Document) -> Document:
    return Document(document.path, deepcopy(document.fields), document.version)


def _resolved(write: Update, before: Fields) -> dict[str, Any]:
    return {
        name: (before.get(name) or 0) + value.by if isinstance(value, Increment) else value
        for name, value in write.fields.items()
    }


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": lambda value, wanted: bool(value == wanted),
    "in": lambda value, wanted: value in wanted,
    "<": lambda value, wanted: bool(value < wanted),
    "<=": lambda value, wanted: bool(value <= wanted),
    ">": lambda value, wanted: bool(value > wanted),
    ">=": lambda value, wanted: bool(value >= wanted),
}


def _matches(document: Document, query: Query) -> bool:
    collection = document.path.rpartition("/")[0]
    inside = collection.rpartition("/")[2] == query.collection if query.group else collection == query.collection
    return (
        inside
        and all(_holds(document.fields, condition) for condition in query.where)
        and all(name.lstrip("-") in document.fields for name in query.order_by)
    )


def _holds(fields: Fields, condition: tuple[str, str, Any]) -> bool:
    name, operator, wanted = condition
    if name not in fields:
        return False
    value = fields[name]
    if operator not in ("==", "in") and type(value) is not type(wanted):
        return False  # a range never crosses types, so null is in none of them
    return _OPERATORS[operator](value, wanted)


def _sort_keys(query: Query) -> list[tuple[str, bool]]:
    keys = [(name.lstrip("-"), name.startswith("-")) for name in query.order_by]
    return [*keys, ("__name__", keys[-1][1] if keys else False)]


def _sort_value(document: Document, name: str) -> tuple[bool, Any]:
    """Null sorts before everything else, as in Firestore."""
    value = document.path if name == "__name__" else document.fields[name]
    return (value is not None, value)


def _is_after(document: Document, query: Query) -> bool:
    for (name, descending), bound in zip(_sort_keys(query), query.after or (), strict=True):
        value = document.id if name == "__name__" else document.fields[name]
        if value != bound:
            return bool(value < bound) if descending else bool(value > bound)
    return False


def _selected(document: Document, names: tuple[str, ...] | None) -> Document:
    if names is None:
        return document
    kept = {name: document.fields[name] for name in names if name in document.fields}
    return Document(document.path, kept, document.version)
