from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.accounts.audit_log import AuditRecord

_USERS = "users"

OPERATOR = "operator"
"""The actor where no account stands behind it: the command line, or open mode on the emulator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """Who of the operators wants something done, by which request, and why."""

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
    """As the audit log names a user."""
    return f"{_USERS}/{user_id}"
