"""Between documents and values. feraset-imagen's collections and fields keep their names; fields that only Darkroom
writes may be absent from a document that it wrote, and then read as what such a document means.
"""

from datetime import UTC, datetime
from typing import Any

from core.queues import Queue
from domain.audit_log import AuditRecord
from domain.catalog import OptionKind
from domain.fairness import cancels_field
from domain.generation import Failure, Generation, Output, Spec, Status
from domain.keys import windows
from domain.ledger import Change, Entry, EntryType
from repositories.counters import counter_fields
from repositories.documents import Document, Fields, Increment
from repositories.rows import reader
from repositories.shallow import fields_of
from repositories.typed import known, typed

USERS = "users"
TRANSACTIONS = "transactions"
GENERATIONS = "generation_requests"
STYLES = "styles"
COLORS = "colors"
SIZES = "sizes"
REPORTS = "reports"
API_KEYS = "api_keys"
ADDRESSES = "addresses"
AUDIT_LOG = "audit_log"
SYSTEM = "system"
MAIL = "mail"
UNSUBSCRIBED = "unsubscribed"
WELCOMES = "welcomes"
_OPTIONS = {OptionKind.STYLE: STYLES, OptionKind.COLOR: COLORS, OptionKind.SIZE: SIZES}
_INHERITED_STATUSES = {"pending": Status.QUEUED, "refunded": Status.FAILED}


def user_path(user_id: str) -> str:
    return f"{USERS}/{user_id}"


def transactions_path(user_id: str) -> str:
    return f"{USERS}/{user_id}/{TRANSACTIONS}"


def entry_path(user_id: str, entry_id: str) -> str:
    return f"{transactions_path(user_id)}/{entry_id}"


def generation_path(generation_id: str) -> str:
    return f"{GENERATIONS}/{generation_id}"


def api_key_path(key_id: str) -> str:
    return f"{API_KEYS}/{key_id}"


def address_path(digest: str) -> str:
    return f"{ADDRESSES}/{digest}"


def audit_path(record_id: str) -> str:
    return f"{AUDIT_LOG}/{record_id}"


def report_path(report_id: str) -> str:
    return f"{REPORTS}/{report_id}"


def mail_path(mail_id: str) -> str:
    return f"{MAIL}/{mail_id}"


def unsubscribed_path(digest: str) -> str:
    return f"{UNSUBSCRIBED}/{digest}"


def welcome_path(digest: str) -> str:
    return f"{WELCOMES}/{digest}"


def options_path(kind: OptionKind) -> str:
    return _OPTIONS[kind]


def option_path(kind: OptionKind, option_id: str) -> str:
    return f"{options_path(kind)}/{option_id}"


def system_path(name: str) -> str:
    """Of what there is one of: `system/queue`."""
    return f"{SYSTEM}/{name}"


@reader
def entry_from(document: Document) -> Entry:
    fields = document.fields
    return typed(
        Entry,
        id=document.id,
        type=EntryType(fields["type"]),
        credits=fields["credits"],
        user_id=fields["user_id"],
        description=fields.get("description", ""),
        timestamp=utc(fields["timestamp"]),
        generation_request_id=fields.get("generation_request_id"),
        mark=fields.get("mark"),
    )


def entry_fields(entry: Entry) -> dict[str, Any]:
    return {**fields_of(entry), "type": entry.type.value}


@reader
def generation_from(document: Document) -> Generation:
    fields = document.fields
    status = _INHERITED_STATUSES.get(fields["status"]) or Status(fields["status"])
    price = fields["credits_deducted"]
    return typed(
        Generation,
        id=document.id,
        user_id=fields["user_id"],
        kind=fields.get("kind", "image"),
        spec=_spec_from(fields),
        status=status,
        price=price,
        held=fields.get("credits_held", 0),
        charged=fields.get("credits_charged", price if status is Status.COMPLETED else 0),
        refunded=fields.get("credits_refunded", price if status in (Status.FAILED, Status.CANCELLED) else 0),
        outputs=tuple(typed(Output, **known(Output, output)) for output in fields.get("outputs", ())),
        image_url=fields.get("image_url"),
        failure=_failure_from(fields),
        metadata=fields.get("metadata", {}),
        created_at=utc(fields["created_at"]),
        updated_at=utc(fields["updated_at"]),
        completed_at=utc_or_none(fields.get("completed_at")),
        queue=_queue_from(fields),
        inherited="attempt" not in fields,
        **_progress_from(fields),
    )


def generation_fields(generation: Generation) -> dict[str, Any]:
    failure = generation.failure
    return {
        "id": generation.id,
        "user_id": generation.user_id,
        "kind": generation.kind,
        **fields_of(generation.spec),
        "status": generation.status.value,
        "credits_deducted": generation.price,
        "credits_held": generation.held,
        "credits_charged": generation.charged,
        "credits_refunded": generation.refunded,
        "outputs": [fields_of(output) for output in generation.outputs],
        "image_url": generation.image_url,
        "error_message": failure.message if failure else None,
        "error_code": failure.code if failure else None,
        "error_retryable": failure.retryable if failure else None,
        "metadata": dict(generation.metadata),
        "created_at": generation.created_at,
        "updated_at": generation.updated_at,
        "completed_at": generation.completed_at,
        "queue": generation.queue.value,
        **{name: getattr(generation, name) for name in _PROGRESS},
        **counter_fields(generation),
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
    "in_flight",
    "api_key_id",
    "price_version",
    "mark",
)


def _progress_from(fields: Fields) -> dict[str, Any]:
    return {name: fields[name] for name in _PROGRESS if name in fields}


def _queue_from(fields: Fields) -> Queue:
    """Return the queue that is named, or the main one: older documents name none, and newer ones perhaps another."""
    named = fields.get("queue")
    return next((queue for queue in Queue if queue.value == named), Queue.GENERATIONS)


def _spec_from(fields: Fields) -> Spec:
    return typed(
        Spec,
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
    return typed(
        Failure,
        code=fields.get("error_code") or "model_failed",
        message=message,
        retryable=bool(fields.get("error_retryable")),
    )


def settled_update(change: Change) -> dict[str, Any]:
    """What the end of a generation does to its user, whose document may have moved since: increments only."""
    delta, generation = change.delta, change.generation
    assert delta is not None, "a settlement moves something"  # noqa: S101 - a bug, not a refusal
    assert generation is not None, "a settlement is of a generation"  # noqa: S101 - a bug, not a refusal
    moved = {
        "current_credits": delta.current,
        "held_credits": delta.held,
        "total_images_generated": delta.images,
        "in_flight": delta.in_flight,
        f"cancels.{cancels_field(change.at)}": int(change.is_late_cancel),
    }
    if generation.api_key_id is not None:
        key = f"keys.{generation.api_key_id}"
        moved[f"{key}.in_flight"] = delta.in_flight
        moved |= {f"{key}.spent.{window}": -delta.current for window in windows(generation.created_at)}
    return {**{name: Increment(by) for name, by in moved.items() if by}, "updated_at": change.at}


def audit_fields(record: AuditRecord) -> dict[str, Any]:
    return fields_of(record)


@reader
def audit_from(document: Document) -> AuditRecord:
    fields = document.fields
    names = ("id", "actor", "action", "target", "reason", "request_id", "details")
    return typed(AuditRecord, **{name: fields[name] for name in names}, at=utc(fields["at"]))


def utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def utc_or_none(value: datetime | None) -> datetime | None:
    return None if value is None else utc(value)
