from dataclasses import asdict
from typing import Self

from domain.catalog.catalog import Catalog
from schemas.base import Outbound


class ModelOption(Outbound):
    name: str
    kind: str
    description: str


class StyleOption(Outbound):
    id: str
    display_name: str
    description: str


class ColorOption(StyleOption):
    hex_examples: tuple[str, ...]


class SizeOption(StyleOption):
    width: int
    height: int
    aspect_ratio: str
    credit_cost: int


class CatalogResource(Outbound):
    models: list[ModelOption]
    styles: list[StyleOption]
    colors: list[ColorOption]
    sizes: list[SizeOption]

    @classmethod
    def of(cls, catalog: Catalog) -> Self:
        return cls.model_validate(
            {
                "models": [
                    {"name": model.id, "kind": model.kind.value, "description": model.description}
                    for model in catalog.models.values()
                ],
                "styles": [asdict(style) for style in catalog.styles.values()],
                "colors": [asdict(color) for color in catalog.colors.values()],
                "sizes": [asdict(size) for size in catalog.sizes.values()],
            }
        )
