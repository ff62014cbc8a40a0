"""The catalog lists the options that a client can ask for, and their prices."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.errors import FieldError


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
    """The size alone decides the price, in credits. The prices are feraset-imagen's: 1, 3 and 4."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOffer:
    """`kind` says what the model makes. A remote model is submitted and polled; a direct one answers by itself."""

    name: str
    kind: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """The catalog holds active options only, by id and in their sort order."""

    models: Mapping[str, ModelOffer]
    styles: Mapping[str, Style]
    colors: Mapping[str, Color]
    sizes: Mapping[str, Size]

    def problems(self, asked: Mapping[str, object]) -> list[FieldError]:
        """Return an error for each option in `asked` that is not on offer.

        Fields that are absent, or are no text, are left to the schema.
        """
        return [
            FieldError(pointer=f"/{name}", detail=f"Invalid {name} '{value}'", allowed=tuple(options))
            for name, options in self._options()
            if isinstance(value := asked.get(name), str) and option_id(name, value) not in options
        ]

    def _options(self) -> Iterable[tuple[str, Mapping[str, object]]]:
        return (("model", self.models), ("style", self.styles), ("color", self.colors), ("size", self.sizes))


def option_id(field: str, text: str) -> str:
    """Return the id that the text means: `oil painting`, as in feraset-imagen's Postman collection, means
    `oil_painting`.
    """
    if field in ("style", "color"):
        return text.strip().lower().replace(" ", "_")
    return text.strip()


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
