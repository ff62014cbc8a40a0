"""Converts the options of the catalog into documents, and back."""

from collections.abc import Callable
from typing import Any

from domain.catalog.options import Color, ListedOption, OptionKind, Size, Style
from repositories.store.documents import Document
from repositories.store.field_table import FieldTable, Form
from repositories.store.rows import reader
from repositories.store.typed import typed, utc_or_none

_STYLES = FieldTable(Style, given=("id",))
_COLORS = FieldTable(Color, given=("id",), forms={"hex_examples": Form(read=tuple, write=list)})
_SIZES = FieldTable(Size, given=("id",))

_TABLES: dict[OptionKind, FieldTable[Any]] = {
    OptionKind.STYLE: _STYLES,
    OptionKind.COLOR: _COLORS,
    OptionKind.SIZE: _SIZES,
}
_KINDS = {Style: OptionKind.STYLE, Color: OptionKind.COLOR, Size: OptionKind.SIZE}


@reader
def style_from(document: Document) -> Style:
    return _STYLES.read(document.fields, id=document.id)


@reader
def color_from(document: Document) -> Color:
    return _COLORS.read(document.fields, id=document.id)


@reader
def size_from(document: Document) -> Size:
    return _SIZES.read(document.fields, id=document.id)


def listed_reader(kind: OptionKind) -> Callable[[Document], ListedOption]:
    """Return the function that reads an option of this kind, with what operators see of it."""

    @reader
    def listed_from(document: Document) -> ListedOption:
        fields = document.fields
        return typed(
            ListedOption,
            option=_TABLES[kind].read(fields, id=document.id),
            is_active=fields.get("is_active", True),
            updated_at=utc_or_none(fields.get("updated_at")),
        )

    return listed_from


def listed_fields(listed: ListedOption) -> dict[str, Any]:
    fields = _TABLES[_KINDS[type(listed.option)]].write(listed.option)
    return {**fields, "is_active": listed.is_active, "updated_at": listed.updated_at}


def is_active(document: Document) -> bool:
    """Return whether the option is on offer. A document without the flag is."""
    return bool(document.fields.get("is_active", True))
