"""The audit log records which operator did what to whom.

It is not the audit, which proves that the books are right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """One action is recorded.

    `actor` is `user:<id>`, `key:<id>` or `operator`; `target` is the path of the document that was acted on.
    """

    id: str
    at: datetime
    actor: str
    action: str
    target: str
    reason: str = ""
    request_id: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
