"""Checks the limits of Firestore, so that the database in memory keeps them as well.

The numbers are those of https://firebase.google.com/docs/firestore/quotas#limits. The emulator keeps most of them, and
tests/contracts/test_limits.py compares it with these checks.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from core.errors import RefusedByDatabase
from repositories.store.documents import Delete, Fields, Query, Update, Write

NAME_BYTES_MAX = 1500
PATH_BYTES_MAX = 6 * 1024
DOCUMENT_BYTES_MAX = 1024 * 1024
VALUE_BYTES_MAX = DOCUMENT_BYTES_MAX - 89
DEPTH_MAX = 20
INDEX_ENTRIES_MAX = 40_000
INDEX_ENTRY_BYTES_MAX = 7680

# An index holds the first 1,500 bytes of a text.
_INDEXED_BYTES_MAX = 1500
_OVERHEAD_BYTES = 32
_PATH_OVERHEAD_BYTES = 16
_SCALAR_BYTES = 8


def is_reserved(name: str) -> bool:
    """Return whether Firestore reserves this name of a field, a document or a collection for itself."""
    return len(name) >= len("____") and name.startswith("__") and name.endswith("__")


def check_path(path: str, *, parts_are_even: bool = True) -> None:
    """Raise RefusedByDatabase unless this can be the path of a document, or of a collection if the parts are odd."""
    parts = path.split("/")
    if (len(parts) % 2 == 0) is not parts_are_even:
        raise RefusedByDatabase("the path has a wrong number of parts")
    for part in parts:
        if part in (".", ".."):
            raise RefusedByDatabase(f"{part!r} is no name")
        _check_name(part)
    if _path_bytes(path) > PATH_BYTES_MAX:
        raise RefusedByDatabase(f"the path has over {PATH_BYTES_MAX} bytes")


def check_write(write: Write) -> None:
    """Raise RefusedByDatabase if a name, the depth or a value of the write is over a limit."""
    check_path(write.path)
    if isinstance(write, Delete):
        return
    for name, value in write.fields.items():
        parts = name.split(".") if isinstance(write, Update) else [name]
        for part in parts:
            _check_name(part)
        if len(parts) > DEPTH_MAX or _text_bytes(name) > NAME_BYTES_MAX:
            raise RefusedByDatabase(f"the path of a field has over {DEPTH_MAX} parts or {NAME_BYTES_MAX} bytes")
        _check_value(value, DEPTH_MAX - len(parts) + 1)


def check_query(query: Query) -> None:
    """Raise RefusedByDatabase if the query has an impossible name, or compares with a value that no index holds."""
    check_path(query.collection, parts_are_even=False)
    for name in (*(name for name, _, _ in query.where), *query.order_by, *(query.fields or ())):
        _check_name(name.lstrip("-"))
    for _, operator, wanted in query.where:
        for each in wanted if operator == "in" else (wanted,):
            _check_indexed(each)
    if query.after:
        place = query.after[-1]
        check_path(place if query.group else f"{query.collection}/{place}")


def _check_indexed(value: Any) -> None:
    if isinstance(value, str | bytes) and _text_bytes(value) > _INDEXED_BYTES_MAX:
        raise RefusedByDatabase(f"a query compares with over {_INDEXED_BYTES_MAX} bytes")


def check_document(path: str, fields: Fields) -> None:
    """Raise RefusedByDatabase if the whole document, with the write applied, is too large.

    The index entries are counted as if no field were exempt: each plain value has one in both directions, and each
    value in a list has one.
    """
    size = _path_bytes(path) + _map_bytes(fields)
    if size > DOCUMENT_BYTES_MAX:
        raise RefusedByDatabase(f"the document has over {DOCUMENT_BYTES_MAX} bytes")
    if size > INDEX_ENTRIES_MAX and sum(_index_entries(value) for value in fields.values()) > INDEX_ENTRIES_MAX:
        raise RefusedByDatabase(f"the document has over {INDEX_ENTRIES_MAX} index entries")
    longest = _path_bytes(path) + _path_bytes(path.rpartition("/")[0]) + _OVERHEAD_BYTES
    if longest + min(_INDEXED_BYTES_MAX, _longest_text(fields.values())) > INDEX_ENTRY_BYTES_MAX:
        raise RefusedByDatabase(f"an index entry has over {INDEX_ENTRY_BYTES_MAX} bytes")


def _check_name(name: str) -> None:
    if not name:
        raise RefusedByDatabase("a name is empty")
    if is_reserved(name):
        raise RefusedByDatabase(f"the name {name[:100]!r} is reserved")
    if _text_bytes(name) > NAME_BYTES_MAX:
        raise RefusedByDatabase(f"a name has over {NAME_BYTES_MAX} bytes")


def _check_value(value: Any, depth: int) -> None:
    """Raise RefusedByDatabase if the value is over a limit. `depth` is how many levels of maps and lists may follow."""
    if isinstance(value, str | bytes):
        if _text_bytes(value) > VALUE_BYTES_MAX:
            raise RefusedByDatabase(f"a value has over {VALUE_BYTES_MAX} bytes")
        return
    if not isinstance(value, Mapping | list | tuple):
        return
    if depth == 0:
        raise RefusedByDatabase(f"maps and lists are nested deeper than {DEPTH_MAX} levels")
    if isinstance(value, Mapping):
        for name, each in value.items():
            _check_name(name)
            _check_value(each, depth - 1)
        return
    for each in value:
        if isinstance(each, list | tuple):
            raise RefusedByDatabase("a list stands directly inside a list")
        _check_value(each, depth - 1)


def _path_bytes(path: str) -> int:
    return _text_bytes(path) + 1 + _PATH_OVERHEAD_BYTES


def _text_bytes(text: str | bytes) -> int:
    if isinstance(text, bytes) or text.isascii():
        return len(text)
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise RefusedByDatabase("a text is not well-formed Unicode") from error


def _map_bytes(fields: Mapping[str, Any]) -> int:
    return _OVERHEAD_BYTES + sum(_text_bytes(name) + 1 + _value_bytes(value) for name, value in fields.items())


def _value_bytes(value: Any) -> int:
    if isinstance(value, str):
        return _text_bytes(value) + 1
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, Mapping):
        return _map_bytes(value)
    if isinstance(value, list):
        return sum(map(_value_bytes, value))
    return _SCALAR_BYTES if isinstance(value, int | float | datetime) and not isinstance(value, bool) else 1


def _index_entries(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(map(_index_entries, value.values()))
    return len(value) if isinstance(value, list) else 2


def _longest_text(values: Iterable[Any]) -> int:
    return max((_longest_in(value) for value in values), default=0)


def _longest_in(value: Any) -> int:
    if isinstance(value, Mapping):
        return _longest_text(value.values())
    if isinstance(value, list):
        return _longest_text(value)
    return _text_bytes(value) if isinstance(value, str | bytes) else _SCALAR_BYTES
