"""A client asks for a generation by an order."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.accounts.audit_log import AuditRecord
from domain.catalog.models import Ask
from domain.credits.spending import Spender
from domain.generations.generation import Generation
from services.accounts.instructions import Instruction, target_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`ordered_by` is the admin who spends the user's credits in the user's name. The audit log records it."""

    user_id: str
    ask: Ask
    metadata: Mapping[str, str] = field(default_factory=dict)
    idempotency_key: str | None = None
    request_id: str | None = None
    spender: Spender = field(default_factory=Spender)
    ordered_by: Instruction | None = None


def record_of(by: Instruction, generation: Generation) -> AuditRecord:
    """Return the audit record of an order by an admin.

    A repeated commit writes no second record, because its id follows from the generation's.
    """
    return by.record(
        f"{generation.id}-creation",
        generation.created_at,
        "user.spend",
        target_of(generation.user_id),
        generation_id=generation.id,
        credits=generation.price,
    )
