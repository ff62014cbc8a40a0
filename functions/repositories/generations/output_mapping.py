"""Converts outputs into the maps that a document of a generation lists, and back.

An older version of the code, to which one may have to go back, must read what is written here. It knows a preview as
`thumbnail_path`, and it needs numbers for the width and the height. So 0 stands for one that is not known.
"""

from collections.abc import Mapping
from typing import Any

from domain.generations.generation import Output
from repositories.store.shallow import fields_of
from repositories.store.typed import known, typed


def output_from(stored: Mapping[str, Any]) -> Output:
    """Return the output. Raise TypeError if a field is missing, or has the wrong type."""
    return typed(
        Output,
        **known(Output, stored)
        | {
            "width": stored.get("width") or None,
            "height": stored.get("height") or None,
            "preview_path": stored.get("thumbnail_path"),
        },
    )


def output_fields(output: Output) -> dict[str, Any]:
    fields = fields_of(output)
    return fields | {
        "width": output.width or 0,
        "height": output.height or 0,
        "thumbnail_path": fields.pop("preview_path"),
    }
