from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from domain.catalog.models import FLAT_PARAMETERS, Kind
from domain.generations.generation import Generation, Status
from schemas.base import PAGE_SIZE, PAGE_SIZE_MAX, Inbound, InboundText, Moment, Outbound, Text, Words
from services.generations.model_ports import PREVIEW_SIDE
from services.generations.ports import GenerationFilter
from services.generations.viewing import GenerationView, SavingLink

if TYPE_CHECKING:
    from services.generations.quoting import Quote

# No model takes more characters. Most take fewer.
PROMPT_MAX = 2000
METADATA_KEYS_MAX = 16
WAIT_SECONDS_MAX = 50
# A size may cost at most this much.
CREDITS_MAX = 10_000


def _not_reserved(name: str) -> str:
    if name.startswith("__") and name.endswith("__"):
        raise ValueError("must not begin and end with two underscores: the database keeps such names to itself")
    return name


_RESERVED_IN_SCHEMA = {"not": {"allOf": [{"pattern": "^__"}, {"pattern": "__$"}]}}
MetadataKey = Annotated[
    Words,
    Field(max_length=40, json_schema_extra=_RESERVED_IN_SCHEMA),
    AfterValidator(_not_reserved),
]
MetadataValue = Annotated[Text, Field(max_length=500)]
Option = Annotated[Words, Field(max_length=50)]
PARAMS_MAX = 32
ParamName = Annotated[Words, Field(max_length=50)]
ParamValue = Annotated[Text, Field(max_length=2000)] | int | float | bool


class CreateGeneration(Inbound):
    model: Option | None = Field(
        default=None, description="A model of the catalog. Default: the default model of `kind`.", examples=["Model A"]
    )
    kind: Kind | None = Field(
        default=None, description="What goes in and what comes out. It is needed only where no model is named."
    )
    prompt: Annotated[Words, Field(max_length=PROMPT_MAX)] = Field(
        description="The picture to paint, in words. Models may take fewer characters.",
        examples=["A lighthouse at dusk"],
    )
    style: Option | None = Field(
        default=None, description="A style of the catalog, by id, where the model has styles.", examples=["watercolor"]
    )
    color: Option | None = Field(
        default=None, description="A colour palette of the catalog, by id.", examples=["pastel"]
    )
    size: Option | None = Field(
        default=None, description="A size of the catalog; it decides the price.", examples=["1024x1024"]
    )
    params: dict[ParamName, ParamValue] = Field(
        default={},
        max_length=PARAMS_MAX,
        description="The parameters of the model, as its schema says. `style`, `color` and `size` may stand here too.",
    )
    seed: int | None = Field(
        default=None,
        ge=0,
        le=2**32 - 1,
        description="The same seed gives the same picture. Default: the id chooses it.",
    )
    metadata: dict[MetadataKey, MetadataValue] = Field(
        default={}, max_length=METADATA_KEYS_MAX, description="Your own labels, given back unchanged."
    )
    validate_only: bool = Field(default=False, description="Check everything and quote the price; create nothing.")

    @model_validator(mode="after")
    def _nothing_is_told_twice(self) -> Self:
        twice = [name for name in FLAT_PARAMETERS if name in self.params and getattr(self, name) is not None]
        if twice:
            raise ValueError(f"given both in params and beside it: {', '.join(twice)}")
        return self


class ListGenerations(InboundText):
    status: Status | None = None
    style: Option | None = None
    model: Option | None = None
    credits: int | None = Field(
        default=None, ge=0, le=CREDITS_MAX, description="Only generations with exactly this price."
    )
    from_: Moment | None = Field(
        default=None, alias="from", description="Only those created at or after this time (RFC 3339)."
    )
    to: Moment | None = Field(default=None, description="Only those created before this time (RFC 3339).")
    page_size: int = Field(default=PAGE_SIZE, ge=1, le=PAGE_SIZE_MAX)
    page_token: str | None = Field(default=None, max_length=500)

    def filter(self) -> GenerationFilter:
        return GenerationFilter(
            status=self.status,
            style=self.style,
            model=self.model,
            credits=self.credits,
            created_from=self.from_,
            created_before=self.to,
        )


class OutputResource(Outbound):
    url: str = Field(description="Opens in a browser, for 15 minutes when deployed.")
    thumbnail_url: str | None = Field(
        description=f"WebP, at most {PREVIEW_SIDE} pixels on the longer side; null where there is none."
    )
    content_type: str
    width: int | None = Field(description="Pixels; null where the file has none, as a sound, or they are not known.")
    height: int | None = Field(description="Pixels; null where the width is null.")
    duration: float | None = Field(description="Seconds; null for a picture.")
    bytes: int
    sha256: str | None = Field(
        description="The SHA-256 of the file, in hexadecimal; null where the output is older than this field."
    )


class SavedOutput(Outbound):
    """This is a link that saves the file instead of showing it."""

    url: str
    filename: str
    content_type: str
    bytes: int
    expires_at: datetime = Field(description="The link works at least until then.")

    @classmethod
    def of(cls, link: SavingLink) -> Self:
        output = link.output
        return cls(
            url=link.url,
            filename=link.filename,
            content_type=output.content_type,
            bytes=output.bytes,
            expires_at=link.expires_at,
        )


class Params(Outbound):
    """These are all parameters that the model works by, and the seed. Which there are, the model decides."""

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        json_schema_extra=lambda schema: schema["properties"].update(
            {name: {"type": "string", "title": name.title()} for name in FLAT_PARAMETERS}
        ),
    )

    seed: int | None


class Cost(Outbound):
    """These are credits. `held` + `charged` + `refunded` is always equal to `price`."""

    price: int
    held: int
    charged: int
    refunded: int


class GenerationError(Outbound):
    code: str
    message: str
    retryable: bool


class Urls(Outbound):
    self: str
    cancel: str


class GenerationResource(Outbound):
    id: str
    kind: Literal["text_to_image", "image_to_image", "text_to_video", "image_to_video"]
    status: Literal["queued", "processing", "completed", "failed", "cancelled"]
    progress: float = Field(description="0-100. While a model works, it is estimated from the expected duration.")
    model: str
    prompt: str
    params: Params
    outputs: list[OutputResource]
    cost: Cost
    error: GenerationError | None
    queue_position: int | None = Field(
        description=(
            "1 is the next. It is estimated from one count for all users that is a few seconds old, and null where "
            "nothing has been counted yet. It is given only while queued, and only in an answer about one generation."
        )
    )
    attempt: int
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    metadata: Mapping[str, str]
    urls: Urls

    @classmethod
    def of(cls, view: GenerationView) -> Self:
        generation = view.generation
        spec, failure = generation.spec, generation.failure
        return cls(
            id=generation.id,
            kind=spec.kind.value,
            status=generation.status.value,
            progress=view.progress,
            model=spec.model,
            prompt=spec.prompt,
            params=Params(seed=spec.seed, **spec.params),
            outputs=_outputs(view),
            cost=_cost(generation),
            error=failure and GenerationError(code=failure.code, message=failure.message, retryable=failure.retryable),
            queue_position=view.queue_position,
            attempt=generation.attempt,
            created_at=generation.created_at,
            started_at=generation.started_at,
            completed_at=generation.completed_at,
            metadata=generation.metadata,
            urls=Urls(self=f"/v1/generations/{generation.id}", cancel=f"/v1/generations/{generation.id}/cancel"),
        )


class GenerationPage(Outbound):
    data: list[GenerationResource]
    next_page_token: str | None


class QuoteResource(Outbound):
    """This is the answer to `validate_only`. Nothing was created, and nothing was charged."""

    validate_only: Literal[True] = True
    price: int
    available: int
    sufficient: bool

    @classmethod
    def of(cls, quote: "Quote") -> Self:
        return cls(price=quote.price, available=quote.available, sufficient=quote.sufficient)


def _outputs(view: GenerationView) -> list[OutputResource]:
    return [
        OutputResource(
            url=link,
            thumbnail_url=preview,
            content_type=output.content_type,
            width=output.width,
            height=output.height,
            duration=output.duration,
            bytes=output.bytes,
            sha256=output.sha256,
        )
        for output, link, preview in zip(view.generation.outputs, view.links, view.previews, strict=True)
    ]


def _cost(generation: Generation) -> Cost:
    return Cost(
        price=generation.price,
        held=generation.held,
        charged=generation.charged,
        refunded=generation.refunded,
    )
