"""Checks that each field of a value that was read has the type that its class declares.

A document may have been written by another version, or by hand. Without this check, a text in the place of a number
would not be noticed when the document is read, but later, in the middle of something else.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

Check = Callable[[Any], bool]


def typed[T](kind: type[T], /, **values: Any) -> T:
    """Return a value of the dataclass `kind`. Raises TypeError if a field is missing, or has the wrong type."""
    made = kind(**values)
    for name, is_right in _checks(kind):
        value = getattr(made, name)
        if not is_right(value):
            raise TypeError(f"{name} is {type(value).__name__}, which {kind.__name__} does not allow there")
    return made


def known[T](kind: type[T], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that `kind` has a field for. A later version may have written more."""
    return {name: given[name] for name, _ in _checks(kind) if name in given}


_known_checks: dict[type, tuple[tuple[str, Check], ...]] = {}


def _checks(kind: Any) -> tuple[tuple[str, Check], ...]:
    """Return the checks by field. They are kept for each class, because making them takes long."""
    found = _known_checks.get(kind)
    if found is None:
        hints = get_type_hints(kind)
        found = _known_checks[kind] = tuple((field.name, _check(hints[field.name])) for field in fields(kind))
    return found


def _check(hint: Any) -> Check:
    if isinstance(hint, UnionType):
        parts = tuple(map(_check, get_args(hint)))
        return lambda value: any(part(value) for part in parts)
    origin, inside = get_origin(hint), get_args(hint)
    if origin is None:
        return _check_plain(hint)
    each = _check(inside[1] if issubclass(origin, Mapping) else inside[0])
    if issubclass(origin, Mapping):
        return lambda value: isinstance(value, Mapping) and all(map(each, value.values()))
    return lambda value: isinstance(value, origin) and all(map(each, value))


def _check_plain(hint: Any) -> Check:
    """Return the check of a plain type. A bool is no number here, unlike in Python; a whole number is also a float."""
    if hint is Any:
        return lambda _: True
    if hint is int:
        return lambda value: type(value) is int
    if hint is float:
        return lambda value: type(value) in (int, float)
    return lambda value: isinstance(value, hint)


def utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def utc_or_none(value: datetime | None) -> datetime | None:
    return None if value is None else utc(value)
