from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditVerdict:
    """What the last nightly audit found. `different` counts the users whose books do not agree with themselves.

    `is_complete`: it came to all who had changed. `unreadable` counts users' documents that cannot be read.
    """

    at: datetime
    is_exact: bool
    users_checked: int
    different: int
    is_complete: bool = True
    unreadable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditProgress:
    """How far the nightly audits have come, so that each goes on where the last one stopped.

    Those who changed since `changed_since` are checked first, going on behind the user of `changed_id`, which had
    changed at `changed_at`. What time is left goes to everybody in turn, by id, going on behind `turn`.
    """

    changed_since: datetime
    changed_at: datetime | None = None
    changed_id: str | None = None
    turn: str | None = None
