"""Converts the options of the catalog into documents, and back."""

from collections.abc import Callable, Mapping
from typing import Any

from domain.catalog.options import Color, ListedOption, Option, OptionKind, Size, Style
from repositories.store.documents import Document
from repositories.store.rows import reader
from repositories.store.shallow import fields_of
from repositories.store.typed import typed, utc_or_none


@reader
def style_from(document: Document) -> Style:
    return typed(Style, **_option(document))


@reader
def color_from(document: Document) -> Color:
    return typed(Color, **_option(document), hex_examples=tuple(document.fields["hex_examples"]))


@reader
def size_from(document: Document) -> Size:
    names = ("width", "height", "aspect_ratio", "credit_cost")
    return typed(Size, **_option(document), **{name: document.fields[name] for name in names})


def _option(document: Document) -> dict[str, Any]:
    names = ("display_name", "description", "sort_order")
    version = document.fields.get("version", 1)
    return {"id": document.id, "version": version, **{name: document.fields[name] for name in names}}


def listed_reader(kind: OptionKind) -> Callable[[Document], ListedOption]:
    """Return the function that reads an option of this kind, with what operators see of it."""

    @reader
    def listed_from(document: Document) -> ListedOption:
        fields = document.fields
        return typed(
            ListedOption,
            option=_OPTION_READERS[kind](document),
            is_active=fields.get("is_active", True),
            updated_at=utc_or_none(fields.get("updated_at")),
        )

    return listed_from


def listed_fields(listed: ListedOption) -> dict[str, Any]:
    fields = {name: value for name, value in fields_of(listed.option).items() if name != "id"}
    return {**fields, "is_active": listed.is_active, "updated_at": listed.updated_at}


_OPTION_READERS: Mapping[OptionKind, Callable[[Document], Option]] = {
    OptionKind.STYLE: style_from,
    OptionKind.COLOR: color_from,
    OptionKind.SIZE: size_from,
}


def is_active(document: Document) -> bool:
    """Return whether the option is on offer. A document without the flag is."""
    return bool(document.fields.get("is_active", True))
