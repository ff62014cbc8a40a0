"""The credits room needs these from outside: the store of entries, and the results of the nightly audit."""

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
    """This is a Cursor for a list of several users' entries. The id of an entry is unique for its user only."""

    at: datetime
    user_id: str
    id: str


@dataclass(frozen=True, slots=True)
class Posted:
    """This entry is in the ledger. `replayed` says that it was there before."""

    entry: Entry
    replayed: bool


class Ledger(Protocol):
    def page(self, user_id: str, *, after: Cursor | None, limit: int) -> list[Entry]: ...

    def page_of_all(self, wanted: EntryFilter, *, after: EntryCursor | None, limit: int) -> list[Entry]:
        """Return the newest entries first, of all users if no user is named."""
        ...

    def of_generation(self, user_id: str, generation_id: str) -> list[Entry]: ...

    def post(self, user_id: str, entry_id: str, decide: Callable[[User], Commit[Subject]]) -> Posted:
        """Commit an entry, with the balance that results. If the id exists already, return the entry that is stored."""
        ...

    def update(self, user_id: str, decide: Callable[[User], Commit[Subject] | None]) -> bool:
        """Commit what is decided on a fresh read of the user, if anything is. Return whether something was.

        Raise UserNotFound or Unavailable.
        """
        ...

    def reword(self, entry: Entry) -> None:
        """Replace the stored description by the one that the entry has here. Raise Unavailable."""
        ...


class AuditVerdicts(Protocol):
    def last(self) -> AuditVerdict | None: ...

    def progress(self) -> AuditProgress | None:
        """Return how far the nightly audits have come, or None before the first one."""
        ...

    def put(self, verdict: AuditVerdict, progress: AuditProgress) -> None:
        """Store the verdict and the progress. Raise Unavailable."""
        ...
