"""Reads a report's document, which may be new or stored, lack newer keys, and have any text in it."""

import math
import unicodedata
from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]

# These characters change the direction of the text around them, even of texts of others.
_DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# Up to this number, a float holds every integer.
_EXACT_MAX = 2**53

_BREAKS = frozenset({"Cc", "Zl", "Zp"})
_NO_TEXT = frozenset({"Cn", "Cs"})


def cleaned(value: Any) -> Any:
    """Return the same document with texts that XML, a line of CSV and a subject line can hold."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        return {clean_text(str(key)): cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(item) for item in value]
    return value


def clean_text(text: str) -> str:
    return text if text.isascii() and text.isprintable() else "".join(map(_clean_character, text))


def _clean_character(character: str) -> str:
    category = unicodedata.category(character)
    if category in _BREAKS:
        return " "
    return "\ufffd" if category in _NO_TEXT or character in _DIRECTION_MARKS else character


def part(document: Document, *keys: str) -> Document:
    """Return a mapping inside the document, or an empty one if there is none."""
    for key in keys:
        found = document.get(key)
        document = found if isinstance(found, Mapping) else {}
    return document


def parts(document: Document, key: str) -> list[Document]:
    found = document.get(key)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def named_parts(document: Document, key: str) -> dict[str, Document]:
    return {name: item for name, item in part(document, key).items() if isinstance(item, Mapping)}


def number(document: Document, key: str) -> float | None:
    """Return a number, as an int if it is one. Return None if there is no number, or one that cannot be drawn."""
    found = document.get(key)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return found if math.isfinite(found) and abs(found) <= _EXACT_MAX else None


def text(document: Document, key: str) -> str:
    found = document.get(key)
    return found if isinstance(found, str) else ""


def texts(document: Document, key: str) -> list[str]:
    found = document.get(key)
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []
