from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditVerdict:
    """This is the result of the last nightly audit.

    `different` counts the users whose books do not agree with themselves. `is_complete` says that the audit reached all
    users who had changed. `unreadable` counts users' documents that cannot be read.
    """

    at: datetime
    is_exact: bool
    users_checked: int
    different: int
    is_complete: bool = True
    unreadable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditProgress:
    """This says how far the nightly audits have come, so that each goes on where the last one stopped.

    Users who changed since `changed_since` are checked first. The audit goes on after the user `changed_id`, who had
    changed at `changed_at`. The time that is left goes to all users in turn, by id, and goes on after the user `turn`.
    """

    changed_since: datetime
    changed_at: datetime | None = None
    changed_id: str | None = None
    turn: str | None = None
