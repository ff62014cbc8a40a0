"""The audit log: who of the operators did what to whom. Not the audit, which proves the books."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """`actor` is `user:<id>`, `key:<id>` or `operator`; `target` is the path of the document that was acted on."""

    id: str
    at: datetime
    actor: str
    action: str
    target: str
    reason: str = ""
    request_id: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
