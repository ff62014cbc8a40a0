"""Converts generations into documents, and back.

The fields of feraset-imagen keep their names. A document that feraset-imagen wrote does not have the fields that only
Darkroom writes. An absent field means what is true of such documents.
"""

from typing import Any

from core.queues import Queue
from domain.catalog.models import FLAT_PARAMETERS, Kind
from domain.catalog.prices import RuleVersion, size_rule_id
from domain.credits.allowances import AllowanceUse
from domain.credits.funding import Funding
from domain.credits.grants import Take
from domain.generations.generation import Failure, Generation, Spec, Status
from repositories.generations.counters import counter_fields
from repositories.generations.output_mapping import output_fields, output_from
from repositories.store.documents import Create, Document, Fields
from repositories.store.paths import generation_path
from repositories.store.rows import reader
from repositories.store.shallow import fields_of
from repositories.store.typed import known, typed, utc, utc_or_none

# This was the kind of everything while Darkroom only made pictures from texts.
_INHERITED_KIND = "image"

_INHERITED_STATUSES = {"pending": Status.QUEUED, "refunded": Status.FAILED}


@reader
def generation_from(document: Document) -> Generation:
    fields = document.fields
    status = _INHERITED_STATUSES.get(fields["status"]) or Status(fields["status"])
    price = fields["credits_deducted"]
    return typed(
        Generation,
        id=document.id,
        user_id=fields["user_id"],
        spec=_spec_from(fields),
        status=status,
        price=price,
        held=fields.get("credits_held", 0),
        charged=fields.get("credits_charged", price if status is Status.COMPLETED else 0),
        refunded=fields.get("credits_refunded", price if status in (Status.FAILED, Status.CANCELLED) else 0),
        outputs=tuple(map(output_from, fields.get("outputs", ()))),
        image_url=fields.get("image_url"),
        failure=_failure_from(fields),
        metadata=fields.get("metadata", {}),
        created_at=utc(fields["created_at"]),
        updated_at=utc(fields["updated_at"]),
        completed_at=utc_or_none(fields.get("completed_at")),
        queue=_queue_from(fields),
        price_rule=_price_rule_from(fields),
        funding=_funding_from(fields),
        inherited="attempt" not in fields,
        **_progress_from(fields),
    )


def generation_fields(generation: Generation) -> dict[str, Any]:
    failure = generation.failure
    return {
        "id": generation.id,
        "user_id": generation.user_id,
        **_spec_fields(generation.spec),
        "status": generation.status.value,
        "credits_deducted": generation.price,
        "credits_held": generation.held,
        "credits_charged": generation.charged,
        "credits_refunded": generation.refunded,
        "outputs": [output_fields(output) for output in generation.outputs],
        "image_url": generation.image_url,
        "error_message": failure.message if failure else None,
        "error_code": failure.code if failure else None,
        "error_retryable": failure.retryable if failure else None,
        "metadata": dict(generation.metadata),
        "created_at": generation.created_at,
        "updated_at": generation.updated_at,
        "completed_at": generation.completed_at,
        "queue": generation.queue.value,
        **_funding_fields(generation.funding),
        **_price_rule_fields(generation),
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
    "mark",
)


def _progress_from(fields: Fields) -> dict[str, Any]:
    return {name: fields[name] for name in _PROGRESS if name in fields}


def _queue_from(fields: Fields) -> Queue:
    """Return the named queue, or the main one if the name is missing or unknown.

    Older documents name no queue, and a newer version may name one that is not known here.
    """
    named = fields.get("queue")
    return next((queue for queue in Queue if queue.value == named), Queue.GENERATIONS)


def _funding_from(fields: Fields) -> Funding:
    allowance = fields.get("allowance")
    return Funding(
        takes=tuple(typed(Take, **known(Take, each)) for each in fields.get("takes", ())),
        allowance=None if allowance is None else typed(AllowanceUse, **known(AllowanceUse, allowance)),
    )


def _funding_fields(funding: Funding) -> dict[str, Any]:
    """Return what a hold took from grants or from an allowance. Most take from neither."""
    takes = {"takes": [fields_of(each) for each in funding.takes]} if funding.takes else {}
    return takes if funding.allowance is None else {**takes, "allowance": fields_of(funding.allowance)}


def _spec_from(fields: Fields) -> Spec:
    flat = {name: fields[name] for name in FLAT_PARAMETERS if fields.get(name) is not None}
    stored = fields.get("kind", _INHERITED_KIND)
    return typed(
        Spec,
        model=fields["model"],
        kind=Kind.TEXT_TO_IMAGE if stored == _INHERITED_KIND else Kind(stored),
        prompt=fields["prompt"],
        params={**flat, **fields.get("params", {})},
        seed=fields.get("seed"),
    )


def _spec_fields(spec: Spec) -> dict[str, Any]:
    """Return the fields of what was asked for. Those of feraset-imagen stand beside the others, where it has them."""
    flat = {name: spec.params[name] for name in FLAT_PARAMETERS if name in spec.params}
    others = {name: value for name, value in spec.params.items() if name not in flat}
    named = {"model": spec.model, "kind": spec.kind.value, "prompt": spec.prompt, "seed": spec.seed}
    return {**named, **flat, **({"params": others} if others else {})}


def _price_rule_from(fields: Fields) -> RuleVersion | None:
    """Return the rule that gave the price. Where it is a size, `price_version` is that of the size."""
    if fields.get("price_rule") is not None:
        return typed(RuleVersion, rule=fields["price_rule"], version=fields["price_rule_version"])
    version = fields.get("price_version")
    return None if version is None else typed(RuleVersion, rule=size_rule_id(fields["size"]), version=version)


def _price_rule_fields(generation: Generation) -> dict[str, Any]:
    used, size = generation.price_rule, generation.spec.params.get("size")
    if used is None or used.rule == size_rule_id(str(size)):
        return {"price_version": used and used.version}
    return {"price_rule": used.rule, "price_rule_version": used.version}


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


def generation_create(generation: Generation) -> Create:
    return Create(generation_path(generation.id), generation_fields(generation))
