from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.catalog.models import Model
from domain.catalog.options import Color, Option, OptionKind, Size, Style
from domain.catalog.prices import PriceRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """The catalog has what is on offer, by id and in its sort order.

    `known_models` has all models, also those that are not on offer. `price_rules` are for all models.
    """

    models: Mapping[str, Model]
    styles: Mapping[str, Style]
    colors: Mapping[str, Color]
    sizes: Mapping[str, Size]
    known_models: Mapping[str, Model] = field(default_factory=dict)
    price_rules: tuple[PriceRule, ...] = ()

    def options(self, kind: OptionKind) -> Mapping[str, Option]:
        lists: dict[OptionKind, Mapping[str, Option]] = {
            OptionKind.STYLE: self.styles,
            OptionKind.COLOR: self.colors,
            OptionKind.SIZE: self.sizes,
        }
        return lists[kind]
