"""The fields of a frozen value, for a document."""

from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def fields_of(value: "DataclassInstance") -> dict[str, Any]:
    """Return the fields by name. `asdict` would copy each time and each map in them, which nobody changes."""
    return {field.name: getattr(value, field.name) for field in fields(value)}
