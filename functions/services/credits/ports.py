"""The credits room needs these from outside: where entries are kept, and what the nightly audit found."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.records import Cursor
from domain.credits.audit_verdict import AuditProgress, AuditVerdict
from domain.credits.commits import Commit, Subject
from domain.credits.ledger import Entry, EntryType
from domain.credits.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    user_id: str | None = None
    type: EntryType | None = None
    timestamp_from: datetime | None = None
    timestamp_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class EntryCursor:
    """As Cursor, in a list of several users' entries, whose ids are only unique for each user."""

    at: datetime
    user_id: str
    id: str


class Ledger(Protocol):
    def page(self, user_id: str, *, after: Cursor | None, limit: int) -> list[Entry]: ...

    def page_of_all(self, wanted: EntryFilter, *, after: EntryCursor | None, limit: int) -> list[Entry]:
        """Newest first; of everybody where no user is named."""
        ...

    def of_generation(self, user_id: str, generation_id: str) -> list[Entry]: ...

    def post(self, user_id: str, entry_id: str, decide: Callable[[User], Commit[Subject]]) -> Entry:
        """Commit an entry with the balance that it makes; where the id exists, answer with what stands there."""
        ...

    def reword(self, entry: Entry) -> None:
        """Write the description that the entry has here over the one that is stored. Raises Unavailable."""
        ...


class AuditVerdicts(Protocol):
    def last(self) -> AuditVerdict | None: ...

    def progress(self) -> AuditProgress | None:
        """How far the nightly audits have come; None before the first one."""
        ...

    def put(self, verdict: AuditVerdict, progress: AuditProgress) -> None:
        """Raises Unavailable."""
        ...
