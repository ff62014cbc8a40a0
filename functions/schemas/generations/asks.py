"""Reads what a client asks a model for."""

from collections.abc import Mapping
from typing import Any

from domain.catalog.models import FLAT_PARAMETERS, Ask, Kind


def ask_of(body: Mapping[str, Any]) -> Ask:
    """Return what the body asks for, so far as it can be read.

    The body may not be checked yet. Its schema names every value that cannot be read, so they are left out here.
    """
    given = body.get("params")
    params = _readable(given) if isinstance(given, Mapping) else {}
    flat = _readable({name: body[name] for name in FLAT_PARAMETERS if body.get(name) is not None})
    kind, seed = body.get("kind"), body.get("seed")
    return Ask(
        model=_text(body.get("model")),
        kind=next((each for each in Kind if each == kind), None),
        prompt=_text(body.get("prompt")) or "",
        params={**params, **flat},
        flat=frozenset(FLAT_PARAMETERS) - params.keys(),
        seed=seed if isinstance(seed, int) else None,
    )


def _readable(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if _is_readable(name) and _is_readable(value)}


def _is_readable(value: object) -> bool:
    return isinstance(value, int | float) if not isinstance(value, str) else _text(value) is not None


def _text(value: object) -> str | None:
    """Return the text, or None if it is none. Half a surrogate pair cannot be written as UTF-8, so it is no text."""
    if not isinstance(value, str):
        return None
    return value if value.encode(errors="ignore").decode() == value else None
