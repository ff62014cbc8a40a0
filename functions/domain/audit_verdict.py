from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditVerdict:
    """What the last nightly audit found. `different` counts the users whose books do not agree with themselves."""

    at: datetime
    is_exact: bool
    users_checked: int
    different: int
