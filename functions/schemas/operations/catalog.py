from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, ValidationInfo, field_validator

from domain.catalog.options import Color, ListedOption, Option, Size, Style
from schemas.base import Inbound, Outbound, Text, Words

Name = Annotated[Words, Field(max_length=100)]
Description = Annotated[Text, Field(max_length=500)]
HexColor = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]
Pixels = Annotated[int, Field(ge=16, le=4096)]

# A ratio may differ by a 20th from that of the pixels: 1024x1792 is sold as 9:16, which is nearly right.
_RATIO_TOLERANCE = 20


class PutStyle(Inbound):
    display_name: Name = Field(examples=["Watercolor"])
    description: Description = ""
    sort_order: int = Field(ge=0, le=10_000, description="Lower comes first.")
    is_active: bool = Field(default=True, description="false: not on offer.")

    def option(self, option_id: str) -> Option:
        return Style(
            id=option_id, display_name=self.display_name, description=self.description, sort_order=self.sort_order
        )


class PutColor(PutStyle):
    hex_examples: list[HexColor] = Field(min_length=1, max_length=10, examples=[["#FFB3BA"]])

    def option(self, option_id: str) -> Option:
        return Color(
            id=option_id,
            display_name=self.display_name,
            description=self.description,
            sort_order=self.sort_order,
            hex_examples=tuple(self.hex_examples),
        )


class PutSize(PutStyle):
    width: Pixels
    height: Pixels
    aspect_ratio: str = Field(pattern=r"^[1-9][0-9]?:[1-9][0-9]?$", examples=["16:9"])
    credit_cost: int = Field(ge=0, le=10_000, description="The price in credits of each order from now on.")

    @field_validator("aspect_ratio")
    @classmethod
    def _fits(cls, ratio: str, info: ValidationInfo) -> str:
        width, height = info.data.get("width"), info.data.get("height")
        if width is None or height is None:
            return ratio
        across, down = map(int, ratio.split(":"))
        if abs(width * down - height * across) * _RATIO_TOLERANCE > height * across:
            raise ValueError(f"must be the ratio of {width} to {height}")
        return ratio

    def option(self, option_id: str) -> Option:
        names = ("display_name", "description", "sort_order", "width", "height", "aspect_ratio", "credit_cost")
        return Size(id=option_id, **{name: getattr(self, name) for name in names})


class ListedStyle(Outbound):
    id: str
    display_name: str
    description: str
    sort_order: int
    is_active: bool
    version: int = Field(description="1 at first, and one more with each change. If-Match takes it.")
    updated_at: datetime | None

    @classmethod
    def of(cls, listed: ListedOption) -> Self:
        names = ("is_active", "version", "updated_at")
        own = {name: getattr(listed.option, name) for name in cls.model_fields if name not in names}
        return cls(**own, **{name: getattr(listed, name) for name in names})


class ListedColor(ListedStyle):
    hex_examples: tuple[str, ...]


class ListedSize(ListedStyle):
    width: int
    height: int
    aspect_ratio: str
    credit_cost: int


class ListedCatalog(Outbound):
    """These are all options, on offer or not."""

    styles: list[ListedStyle]
    colors: list[ListedColor]
    sizes: list[ListedSize]
