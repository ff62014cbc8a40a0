"""The catalog has lists of options that a client can ask for: styles, colours and sizes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class OptionKind(StrEnum):
    STYLE = "styles"
    COLOR = "colors"
    SIZE = "sizes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    id: str
    display_name: str
    description: str
    sort_order: int
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Color:
    id: str
    display_name: str
    description: str
    sort_order: int
    hex_examples: tuple[str, ...]
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A size has a price, in credits. The prices are feraset-imagen's: 1, 3 and 4."""

    id: str
    display_name: str
    description: str
    sort_order: int
    width: int
    height: int
    aspect_ratio: str
    credit_cost: int
    version: int = 1


Option = Style | Color | Size


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedOption:
    """This is an option as it stands in the catalog, on offer or not.

    Everybody may read it; the audit log says who changed it.
    """

    option: Option
    is_active: bool = True
    updated_at: datetime | None = None

    @property
    def id(self) -> str:
        return self.option.id

    @property
    def version(self) -> int:
        return self.option.version


# A property of a model's parameters with this keyword takes the id of an option, from that list.
CATALOG_KEYWORD = "x-catalog"


def option_kinds(schema: Mapping[str, Any]) -> Mapping[str, OptionKind]:
    """Return the parameters of a schema that take an option, and the list that it is from."""
    properties: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
    return {name: OptionKind(each[CATALOG_KEYWORD]) for name, each in properties.items() if CATALOG_KEYWORD in each}


def option_id(kind: OptionKind, text: str) -> str:
    """Return the id that the text means: `oil painting`, as in feraset-imagen's Postman collection, means
    `oil_painting`.
    """
    if kind is OptionKind.SIZE:
        return text.strip()
    return text.strip().lower().replace(" ", "_")


def relisted(before: ListedOption | None, option: Option, *, is_active: bool, at: datetime) -> ListedOption:
    """Return the next version of the option, whatever version `option` names.

    Return `before` itself if nothing would change.
    """
    if before is None:
        return ListedOption(option=replace(option, version=1), is_active=is_active, updated_at=at)
    if before.is_active == is_active and before.option == replace(option, version=before.version):
        return before
    following = replace(option, version=before.version + 1)
    return ListedOption(option=following, is_active=is_active, updated_at=at)
