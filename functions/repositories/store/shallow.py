from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def fields_of(value: "DataclassInstance") -> dict[str, Any]:
    """Return the fields by name.

    `asdict` would also copy every map in them, which is not needed: nobody changes them.
    """
    return {field.name: getattr(value, field.name) for field in fields(value)}
