"""Keeps documents in memory, for tests and the simulation. It is as strict as Firestore, and as fast as a dict."""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from repositories.store.documents import (
    REMOVED,
    AlreadyExists,
    Conflict,
    Create,
    Delete,
    Document,
    Fields,
    Increment,
    Query,
    Totals,
    Write,
    check_name,
)
from repositories.store.limits import check_document, check_path, check_query, check_write

_TICK = timedelta(microseconds=1)
_MOMENTS_KEPT = 32
_SCALARS = (str, int, float, datetime, bytes, type(None))


class MemoryDocuments:
    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}
        self._now = datetime(2025, 1, 1, tzinfo=UTC)
        self._lock = threading.Lock()
        self._moments: dict[datetime, dict[str, Document]] = {}

    def moment(self) -> datetime:
        """Return the time. Reads are possible at the last 32 of these moments, and not at those of a whole hour."""
        with self._lock:
            self._moments[self._now] = dict(self._documents)
            while len(self._moments) > _MOMENTS_KEPT:
                del self._moments[next(iter(self._moments))]
            return self._now

    def get(self, path: str, *, at: datetime | None = None) -> Document | None:
        check_path(path)
        with self._lock:
            found = self._standing(at).get(path)
            return None if found is None else _copy(found)

    def commit(self, writes: Sequence[Write]) -> list[datetime]:
        if len({write.path for write in writes}) < len(writes):
            raise ValueError("a commit writes a document once")
        for write in writes:
            check_write(write)
        with self._lock:
            written = {write.path: self._result_of(write, self._now + _TICK) for write in writes}
            self._now += _TICK
            return [self._store(path, document) for path, document in written.items()]

    def query(self, query: Query) -> list[Document]:
        check_query(query)
        return self._found(query, None)

    def _standing(self, at: datetime | None) -> dict[str, Document]:
        return self._documents if at is None else self._moments[at]

    def _found(self, query: Query, at: datetime | None) -> list[Document]:
        with self._lock:
            found = [_copy(document) for document in self._standing(at).values() if _matches(document, query)]
        for name, descending in reversed(_sort_keys(query)):
            found.sort(key=lambda document: _sort_value(document, name), reverse=descending)
        if query.after is not None:
            found = [document for document in found if _is_after(document, query)]
        found = found[: query.limit]
        return [_selected(document, query.fields) for document in found]

    def totals(self, query: Query, sums: Sequence[str] = (), *, at: datetime | None = None) -> Totals:
        check_query(query)
        for name in sums:
            check_name(name)
        rows = [[_value_at(document.fields, name) for name in sums] for document in self._found(query, at)]
        found = [row for row in rows if _NOTHING not in row]
        return Totals(
            len(found), {name: int(sum(_number(row[place]) for row in found)) for place, name in enumerate(sums)}
        )

    def _store(self, path: str, document: Document | None) -> datetime:
        """Store the document, and return its version, or the present time if it is None and is deleted."""
        if document is None:
            self._documents.pop(path, None)
            return self._now
        self._documents[path] = document
        return document.version

    def _result_of(self, write: Write, now: datetime) -> Document | None:
        """Return the document that the write leads to, or None if it is a deletion.

        Raises AlreadyExists or Conflict.
        """
        found = self._documents.get(write.path)
        if isinstance(write, Create):
            if found is not None:
                raise AlreadyExists(write.path)
            created = _stored(write.fields)
            check_document(write.path, created)
            return Document(write.path, created, now)
        if write.version is not None and (found is None or found.version != write.version):
            raise Conflict(write.path)
        if isinstance(write, Delete):
            return None
        if found is None:
            raise Conflict(write.path)
        fields = dict(found.fields)
        for name, value in write.fields.items():
            _change(fields, name, value)
        check_document(write.path, fields)
        # Firestore, too, keeps the update time of a write that changes nothing.
        return found if _is_same(fields, found.fields) else Document(write.path, fields, now)


def _change(fields: dict[str, Any], name: str, value: Any) -> None:
    first, _, inside = name.partition(".")
    if inside:
        _change_inside(fields, first, inside, value)
    elif value is REMOVED:
        fields.pop(name, None)
    elif isinstance(value, Increment):
        fields[name] = _number(fields.get(name)) + value.by
    else:
        fields[name] = _stored(value)


def _change_inside(fields: dict[str, Any], outer: str, name: str, value: Any) -> None:
    """Change the field in a copy of the map, because the map itself belongs to the document as it was before."""
    found = fields.get(outer)
    if isinstance(found, dict) or value is not REMOVED:
        fields[outer] = dict(found) if isinstance(found, dict) else {}
        _change(fields[outer], name, value)


class _Nothing(Enum):
    NOTHING = "nothing"


_NOTHING = _Nothing.NOTHING


def _value_at(fields: Fields, name: str) -> Any:
    """Return the value at the name, or _NOTHING if there is no such field."""
    if "." not in name:
        return fields.get(name, _NOTHING)
    found: Any = fields
    for part in name.split("."):
        if not isinstance(found, dict) or part not in found:
            return _NOTHING
        found = found[part]
    return found


def _stored(value: Any) -> Any:
    """Return a copy as Firestore would give it back: tuples as lists, and times in UTC. Raises TypeError."""
    if isinstance(value, Mapping):
        return {name: _stored(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_stored(each) for each in value]
    if not isinstance(value, _SCALARS):
        raise TypeError(f"Firestore has no value for {type(value).__name__}")
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _is_same(value: Any, other: Any) -> bool:
    """Return whether the values are equal, and of the same type, because 1 equals True and 1.0 in Python."""
    if isinstance(value, dict) and isinstance(other, dict):
        return value.keys() == other.keys() and all(_is_same(value[name], other[name]) for name in value)
    if isinstance(value, list) and isinstance(other, list):
        return len(value) == len(other) and all(map(_is_same, value, other))
    return type(value) is type(other) and bool(value == other)


def _number(value: Any) -> Any:
    """Return the value if it is a number, and otherwise 0, as Firestore does."""
    return value if _rank(value) == _NUMBER else 0


def _copy(document: Document) -> Document:
    return Document(document.path, _stored(document.fields), document.version)


_NUMBER = 2
_RANKS: tuple[tuple[type, ...], ...] = ((type(None),), (bool,), (int, float), (datetime,), (str,), (bytes,), (list,))


def _rank(value: Any) -> int:
    """Return the place of the value's type in Firestore's order of types. Only values of one type are compared."""
    return next((rank for rank, kinds in enumerate(_RANKS) if isinstance(value, kinds)), len(_RANKS))


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": lambda value, wanted: bool(value == wanted),
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
        and all(_value_at(document.fields, name.lstrip("-")) is not _NOTHING for name in query.order_by)
    )


def _holds(fields: Fields, condition: tuple[str, str, Any]) -> bool:
    name, operator, wanted = condition
    value = _value_at(fields, name)
    if value is _NOTHING:
        return False
    if operator == "in":
        return value is not None and any(_holds(fields, (name, "==", each)) for each in wanted)
    return _rank(value) == _rank(wanted) and _OPERATORS[operator](value, wanted)


def _sort_keys(query: Query) -> list[tuple[str, bool]]:
    """Return the fields to sort by. If the query names none, ranges are sorted by their fields, as in Firestore."""
    ranges = sorted({name for name, operator, _ in query.where if operator not in ("==", "in")})
    names = query.order_by or tuple(ranges)
    keys = [(name.lstrip("-"), name.startswith("-")) for name in names]
    return [*keys, ("__name__", keys[-1][1] if keys else False)]


def _sort_value(document: Document, name: str) -> tuple[int, Any]:
    if name == "__name__":
        return (0, document.path.split("/"))
    value = _value_at(document.fields, name)
    return (_rank(value), 0 if value is None else value)


def _is_after(document: Document, query: Query) -> bool:
    for (name, descending), bound in zip(_sort_keys(query), query.after or (), strict=True):
        if name == "__name__":
            value = document.path if query.group else document.id
            key, limit = (0, value.split("/")), (0, bound.split("/"))
        else:
            value = _value_at(document.fields, name)
            key, limit = (_rank(value), value), (_rank(bound), bound)
        if key != limit:
            return key < limit if descending else key > limit
    return False


def _selected(document: Document, names: tuple[str, ...] | None) -> Document:
    if names is None:
        return document
    kept: dict[str, Any] = {}
    for name in names:
        value = _value_at(document.fields, name)
        if value is not _NOTHING:
            _change(kept, name, value)
    return Document(document.path, kept, document.version)
