from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.accounts.audit_log import AuditRecord

_USERS = "users"

# The actor is `operator` where no account acts: on the command line, or in open mode on the emulator.
OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """An operator (`actor`) wants something done, by this request and for this reason."""

    actor: str
    request_id: str | None = None
    reason: str = ""

    def record(self, record_id: str, at: datetime, action: str, target: str, **details: Any) -> AuditRecord:
        return AuditRecord(
            id=record_id,
            at=at,
            actor=self.actor,
            action=action,
            target=target,
            reason=self.reason,
            request_id=self.request_id,
            details=details,
        )


def target_of(user_id: str) -> str:
    """Return the user's name in the audit log."""
    return f"{_USERS}/{user_id}"
