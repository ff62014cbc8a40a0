"""These are the bodies of the function URLs. Each field is as the clients of feraset-imagen know it."""

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from domain.credits.ledger import Entry
from schemas.base import InboundText, Moment, Outbound, Words
from services.credits.ledger import Statement

if TYPE_CHECKING:
    from services.generations.viewing import GenerationView


class CreateGenerationRequest(InboundText):
    """Unknown fields are ignored, as feraset-imagen did."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    userId: Annotated[Words, Field(max_length=100)] | None = None  # noqa: N815 - the wire's name
    model: Annotated[Words, Field(max_length=50)]
    style: Annotated[Words, Field(max_length=50)]
    color: Annotated[Words, Field(max_length=50)]
    size: Annotated[Words, Field(max_length=50)]
    prompt: Annotated[Words, Field(max_length=1000)]


class ScheduleWeeklyReport(InboundText):
    """The fields come from the query or from the body.

    Unknown fields are ignored, because feraset-imagen read no field at all.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    as_of: Moment | None = None
    dry_run: bool = False


class _Camel(Outbound):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class GenerationCreated(_Camel):
    generation_request_id: str
    status: str
    deducted_credits: int
    queue_position: int | None


class GenerationStatus(Outbound):
    """feraset-imagen's clients expect two naming styles in one body, and times as `str()` writes them."""

    generationRequestId: str  # noqa: N815 - the wire's name
    status: str
    imageUrl: str | None  # noqa: N815 - the wire's name
    error_message: str | None
    progress: float
    queuePosition: int | None  # noqa: N815 - the wire's name
    created_at: str
    updated_at: str
    completed_at: str | None

    @classmethod
    def of(cls, view: "GenerationView") -> Self:
        generation = view.generation
        return cls(
            generationRequestId=generation.id,
            status=generation.status.value,
            imageUrl=view.links[0] if view.links else _inherited_link(generation.image_url),
            error_message=generation.failure.message if generation.failure else None,
            progress=view.progress,
            queuePosition=view.queue_position,
            created_at=str(generation.created_at),
            updated_at=str(generation.updated_at),
            completed_at=str(generation.completed_at) if generation.completed_at else None,
        )


class Transaction(Outbound):
    id: str
    type: str
    credits: int
    generation_request_id: str | None
    timestamp: str
    user_id: str
    description: str

    @classmethod
    def of(cls, entry: Entry) -> Self:
        return cls(
            id=entry.id,
            type=entry.type.value,
            credits=entry.credits,
            generation_request_id=entry.generation_request_id,
            timestamp=entry.timestamp.isoformat(),
            user_id=entry.user_id,
            description=entry.description,
        )


class UserCredits(_Camel):
    success: bool = True
    current_credits: int
    transactions: list[Transaction] = Field(description="Newest first, at most 100.")
    next_page_token: str | None = None

    @classmethod
    def of(cls, statement: Statement, next_page_token: str | None) -> Self:
        return cls(
            current_credits=statement.balance.current_credits,
            transactions=[Transaction.of(entry) for entry in statement.entries],
            next_page_token=next_page_token,
        )


class UserData(Outbound):
    name: str
    email: str
    current_credits: int


class UserExists(Outbound):
    success: bool = True
    message: str = "User exists"
    exists: bool = True
    user_data: UserData


def _inherited_link(image_url: str | None) -> str | None:
    return image_url if image_url and image_url.startswith("http") else None
