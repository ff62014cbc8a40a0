"""What a client asks for when it asks for a generation."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.accounts.audit_log import AuditRecord
from domain.credits.spending import Spender
from domain.generations.generation import Generation, Spec
from services.accounts.instructions import Instruction, target_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`ordered_by` is the admin who spends the user's credits in the user's name; that is written to the audit log."""

    user_id: str
    spec: Spec
    metadata: Mapping[str, str] = field(default_factory=dict)
    idempotency_key: str | None = None
    request_id: str | None = None
    spender: Spender = field(default_factory=Spender)
    ordered_by: Instruction | None = None


def record_of(by: Instruction, generation: Generation) -> AuditRecord:
    """Its id follows from the generation's, so that a repeated commit writes no second record."""
    return by.record(
        f"{generation.id}-creation",
        generation.created_at,
        "user.spend",
        target_of(generation.user_id),
        generation_id=generation.id,
        credits=generation.price,
    )
