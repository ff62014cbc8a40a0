from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field

from domain.catalog.catalog import Catalog
from schemas.base import Outbound

if TYPE_CHECKING:
    from domain.catalog.checking import Offer


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


class ModelPrice(Outbound):
    """A request with these parameters costs so many credits, for the request or for each output."""

    params: dict[str, str | int | float | bool]
    credits: int
    per: Literal["request", "output"]


class ModelResource(Outbound):
    id: str
    kind: Literal["text_to_image", "image_to_image", "text_to_video", "image_to_video"]
    description: str
    is_default: bool = Field(description="The model is taken where a request names its kind only.")
    prompt_max: int = Field(description="A prompt has at most so many characters.")
    expected_seconds: float | None = Field(description="A generation takes about so long. Null: not known.")
    parameters: dict[str, Any] = Field(description="The JSON Schema (2020-12) of `params`.")
    prices: list[ModelPrice] = Field(description="One for each combination of the parameters that decide the price.")

    @classmethod
    def of(cls, offer: "Offer") -> Self:
        model = offer.model
        return cls(
            id=model.id,
            kind=model.kind.value,
            description=model.description,
            is_default=model.is_default,
            prompt_max=model.prompt_max,
            expected_seconds=model.expected_seconds,
            parameters=dict(offer.schema),
            prices=[
                ModelPrice(params=dict(each.params), credits=each.credits, per=each.unit.value) for each in offer.prices
            ],
        )


class ModelList(Outbound):
    data: list[ModelResource]


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
