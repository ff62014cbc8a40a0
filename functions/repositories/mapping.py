"""Between documents and values. feraset-imagen's collections and fields keep their names; fields that only Darkroom
writes may be absent from a document that it wrote, and then read as what such a document means.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.catalog import Color, Size, Style
from domain.generation import Failure, Generation, Output, Spec, Status
from domain.ledger import BalanceDelta, Change, Entry, EntryType, User
from repositories.documents import Document, Fields, Increment

USERS = "users"
TRANSACTIONS = "transactions"
GENERATIONS = "generation_requests"
STYLES = "styles"
COLORS = "colors"
SIZES = "sizes"
REPORTS = "reports"

_INHERITED_STATUSES = {"pending": Status.QUEUED, "refunded": Status.FAILED}


def user_path(user_id: str) -> str:
    return f"{USERS}/{user_id}"


def transactions_path(user_id: str) -> str:
    return f"{USERS}/{user_id}/{TRANSACTIONS}"


def entry_path(user_id: str, entry_id: str) -> str:
    return f"{transactions_path(user_id)}/{entry_id}"


def generation_path(generation_id: str) -> str:
    return f"{GENERATIONS}/{generation_id}"


def user_from(document: Document) -> User:
    fields = document.fields
    return User(
        id=document.id,
        name=fields.get("name", ""),
        email=fields.get("email", ""),
        current_credits=fields.get("current_credits", 0),
        held_credits=fields.get("held_credits", 0),
        total_images_generated=fields.get("total_images_generated", 0),
        is_active=fields.get("is_active", True),
        created_at=fields.get("created_at"),
        updated_at=fields.get("updated_at"),
        books_opened_at=fields.get("books_opened_at"),
    )


def user_fields(user: User) -> dict[str, Any]:
    fields = {name: value for name, value in asdict(user).items() if name != "id"}
    return fields | {"updated_at": user.updated_at or user.created_at}


def entry_from(document: Document) -> Entry:
    fields = document.fields
    return Entry(
        id=document.id,
        type=EntryType(fields["type"]),
        credits=fields["credits"],
        user_id=fields["user_id"],
        description=fields.get("description", ""),
        timestamp=utc(fields["timestamp"]),
        generation_request_id=fields.get("generation_request_id"),
    )


def entry_fields(entry: Entry) -> dict[str, Any]:
    return {**asdict(entry), "type": entry.type.value}


def generation_from(document: Document) -> Generation:
    fields = document.fields
    status = _INHERITED_STATUSES.get(fields["status"]) or Status(fields["status"])
    price = fields["credits_deducted"]
    return Generation(
        id=document.id,
        user_id=fields["user_id"],
        kind=fields.get("kind", "image"),
        spec=_spec_from(fields),
        status=status,
        price=price,
        held=fields.get("credits_held", 0),
        charged=fields.get("credits_charged", price if status is Status.COMPLETED else 0),
        refunded=fields.get("credits_refunded", price if status in (Status.FAILED, Status.CANCELLED) else 0),
        outputs=tuple(Output(**output) for output in fields.get("outputs", ())),
        image_url=fields.get("image_url"),
        failure=_failure_from(fields),
        metadata=fields.get("metadata", {}),
        created_at=utc(fields["created_at"]),
        updated_at=utc(fields["updated_at"]),
        completed_at=_utc_or_none(fields.get("completed_at")),
        inherited="attempt" not in fields,
        **_progress_from(fields),
    )


def generation_fields(generation: Generation) -> dict[str, Any]:
    failure = generation.failure
    return {
        "id": generation.id,
        "user_id": generation.user_id,
        "kind": generation.kind,
        **asdict(generation.spec),
        "status": generation.status.value,
        "credits_deducted": generation.price,
        "credits_held": generation.held,
        "credits_charged": generation.charged,
        "credits_refunded": generation.refunded,
        "outputs": [asdict(output) for output in generation.outputs],
        "image_url": generation.image_url,
        "error_message": failure.message if failure else None,
        "error_code": failure.code if failure else None,
        "error_retryable": failure.retryable if failure else None,
        "metadata": dict(generation.metadata),
        "created_at": generation.created_at,
        "updated_at": generation.updated_at,
        "completed_at": generation.completed_at,
        **{name: getattr(generation, name) for name in _PROGRESS},
    }


_PROGRESS = (
    "attempt",
    "dispatch",
    "deferrals",
    "lease_owner",
    "lease_until",
    "due_at",
    "provider_job",
    "expected_seconds",
    "started_at",
    "fingerprint",
    "request_id",
)


def _progress_from(fields: Fields) -> dict[str, Any]:
    return {name: fields[name] for name in _PROGRESS if name in fields}


def _spec_from(fields: Fields) -> Spec:
    return Spec(
        model=fields["model"],
        style=fields["style"],
        color=fields["color"],
        size=fields["size"],
        prompt=fields["prompt"],
        seed=fields.get("seed"),
    )


def _failure_from(fields: Fields) -> Failure | None:
    message = fields.get("error_message")
    if message is None:
        return None
    return Failure(
        code=fields.get("error_code") or "model_failed",
        message=message,
        retryable=bool(fields.get("error_retryable")),
    )


def user_update(change: Change) -> dict[str, Any]:
    delta = change.delta or BalanceDelta()
    fields: dict[str, Any] = {
        "current_credits": Increment(delta.current),
        "held_credits": Increment(delta.held),
        "total_images_generated": Increment(delta.images),
    }
    moved = {name: value for name, value in fields.items() if value.by}
    opened = {"books_opened_at": change.at, "held_credits": Increment(delta.held)} if change.opens_books else {}
    return {**moved, **opened, "updated_at": change.at}


def style_from(document: Document) -> Style:
    return Style(**_option(document))


def color_from(document: Document) -> Color:
    return Color(**_option(document), hex_examples=tuple(document.fields["hex_examples"]))


def size_from(document: Document) -> Size:
    names = ("width", "height", "aspect_ratio", "credit_cost")
    return Size(**_option(document), **{name: document.fields[name] for name in names})


def _option(document: Document) -> dict[str, Any]:
    names = ("display_name", "description", "sort_order")
    return {"id": document.id, **{name: document.fields[name] for name in names}}


def active(documents: Sequence[Document]) -> list[Document]:
    """In sort order; a document without the flag is active."""
    kept = [document for document in documents if document.fields.get("is_active", True)]
    return sorted(kept, key=lambda document: (document.fields["sort_order"], document.id))


def days(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The half-open days from start to end; the last may be shorter."""
    while start < end:
        stop = min(start + timedelta(days=1), end)
        yield start, stop
        start = stop


def utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _utc_or_none(value: datetime | None) -> datetime | None:
    return None if value is None else utc(value)
