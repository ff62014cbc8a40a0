"""What can be asked for, and what it costs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.errors import FieldError


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    id: str
    display_name: str
    description: str
    sort_order: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Color:
    id: str
    display_name: str
    description: str
    sort_order: int
    hex_examples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    id: str
    display_name: str
    description: str
    sort_order: int
    width: int
    height: int
    aspect_ratio: str
    credit_cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOffer:
    """`kind` is what it makes; a remote model is submitted and polled, a direct one answers by itself."""

    name: str
    kind: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Active options only, by id, in their sort order."""

    models: Mapping[str, ModelOffer]
    styles: Mapping[str, Style]
    colors: Mapping[str, Color]
    sizes: Mapping[str, Size]

    def price(self, size: str) -> int:
        """Credits; the size alone decides, as in feraset-imagen: 1, 3 and 4."""
        return self.sizes[size].credit_cost

    def problems(self, asked: Mapping[str, object]) -> list[FieldError]:
        """Every option in `asked` that is not on offer; fields that are absent or no text are left to the schema."""
        return [
            FieldError(pointer=f"/{name}", detail=f"Invalid {name} '{value}'", allowed=tuple(options))
            for name, options in self._options()
            if isinstance(value := asked.get(name), str) and option_id(name, value) not in options
        ]

    def _options(self) -> Iterable[tuple[str, Mapping[str, object]]]:
        return (("model", self.models), ("style", self.styles), ("color", self.colors), ("size", self.sizes))


def option_id(field: str, text: str) -> str:
    """`oil painting`, as people and feraset-imagen's Postman collection write it, means `oil_painting`."""
    if field in ("style", "color"):
        return text.strip().lower().replace(" ", "_")
    return text.strip()
