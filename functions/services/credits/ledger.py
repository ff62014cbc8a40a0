import logging
from dataclasses import dataclass

from core.clock import Clock
from core.records import Cursor
from domain.accounts.errors import UserNotFound
from domain.credits.commits import Commit, Subject
from domain.credits.grants import GrantTerms
from domain.credits.ledger import Entry, EntryType
from domain.credits.postings import post, post_grant, up_to_date
from domain.credits.user import Balance, User
from services.accounts.ports import Users
from services.credits.ports import Ledger

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Statement:
    """This is a user's balance, with the newest entries of its ledger."""

    balance: Balance
    entries: tuple[Entry, ...]


class LedgerService:
    def __init__(self, *, users: Users, ledger: Ledger, clock: Clock) -> None:
        self._users = users
        self._ledger = ledger
        self._clock = clock

    def user(self, user_id: str) -> User:
        """Return the user with the credits that can be spent now. Raise UserNotFound."""
        found = self._users.get(user_id)
        if found is None:
            raise UserNotFound(user_id)
        return up_to_date(found, self._clock())

    def statement(self, user_id: str, *, entries: int, after: Cursor | None = None) -> Statement:
        """Return the balance with its newest entries. It costs one read, and one for each entry that is shown."""
        return Statement(self.user(user_id).balance, tuple(self._ledger.page(user_id, after=after, limit=entries)))

    def page(self, user_id: str, *, after: Cursor | None, limit: int) -> list[Entry]:
        return self._ledger.page(user_id, after=after, limit=limit)

    def add(
        self,
        user_id: str,
        kind: EntryType,
        credits_: int,
        *,
        source: str,
        external_id: str,
        description: str,
        terms: GrantTerms | None = None,
    ) -> Entry:
        """Add a top-up, grant, adjustment, clawback or expiry, once for each source and external id.

        With `terms`, the credits are a grant that begins, expires or is spent by these terms. Raise UserNotFound,
        TooManyGrants, and InsufficientCredits where the balance would go below zero.
        """
        entry = Entry(
            id=f"{source}-{external_id}",
            type=kind,
            credits=credits_,
            user_id=user_id,
            description=description,
            timestamp=self._clock(),
        )

        def decide(user: User) -> Commit[Subject]:
            return post(user.balance, entry) if terms is None else post_grant(user.balance, entry, source, terms)

        posted = self._ledger.post(user_id, entry.id, decide).entry
        log.info("entry_posted", extra={"entry_id": posted.id, "type": posted.type})
        return posted
