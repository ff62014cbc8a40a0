import logging
from dataclasses import dataclass, replace

from core.clock import Clock
from core.records import Cursor
from domain.accounts.errors import UserNotFound
from domain.credits.ledger import BalanceDelta, Change, Entry, EntryType, post
from domain.credits.user import User
from domain.generations.generation import Generation
from domain.generations.lifecycle import adopt
from services.accounts.ports import Users
from services.credits.ports import Ledger
from services.generations.ports import Generations

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Balance:
    """The user with the newest entries of its ledger."""

    user: User
    entries: tuple[Entry, ...]


class LedgerService:
    def __init__(self, *, users: Users, ledger: Ledger, generations: Generations, clock: Clock) -> None:
        self._users = users
        self._ledger = ledger
        self._generations = generations
        self._clock = clock

    def user(self, user_id: str) -> User:
        found = self._users.get(user_id)
        if found is None:
            raise UserNotFound(user_id)
        return found

    def balance(self, user_id: str, *, entries: int, after: Cursor | None = None) -> Balance:
        """1 read, and one for each entry shown."""
        user = self.user(user_id)
        return Balance(user, tuple(self._ledger.page(user_id, after=after, limit=entries)))

    def page(self, user_id: str, *, after: Cursor | None, limit: int) -> list[Entry]:
        return self._ledger.page(user_id, after=after, limit=limit)

    def add(
        self, user_id: str, kind: EntryType, credits_: int, *, source: str, external_id: str, description: str
    ) -> Entry:
        """Top-up, grant, adjustment, clawback, expiry: once for each source and external id.

        Raises UserNotFound, and InsufficientCredits where the balance would go below zero.
        """
        entry = Entry(
            id=f"{source}-{external_id}",
            type=kind,
            credits=credits_,
            user_id=user_id,
            description=description,
            timestamp=self._clock(),
        )
        posted = self._ledger.post(user_id, entry.id, lambda user: post(user, entry))
        log.info("entry_posted", extra={"entry_id": posted.id, "type": posted.type})
        return posted

    def open_books(self, user_id: str) -> Entry | None:
        """Take a user of feraset-imagen's into the books: its generations, then an `opening` entry for the difference.

        None: they are open. Repeating it after a crash goes on where it stopped.
        """
        if self.user(user_id).books_opened_at is not None:
            return None
        for stored in self._generations.inherited(user_id):
            refunded = self._refunded(stored.value)

            def decide(generation: Generation, refunded: int = refunded) -> Change | None:
                if not generation.inherited:
                    return None
                return adopt(generation, refunded=refunded, now=self._clock())

            self._generations.change(stored, decide)
        return self._ledger.post(user_id, "opening", self._opening)

    def forget_reasons(self, generation: Generation) -> None:
        """Take out of the refunds of a failed generation what was said about it, for that may quote the prompt."""
        for entry in self._ledger.of_generation(generation.user_id, generation.id):
            plain = f"Refund for {generation.status} generation"
            if entry.type is EntryType.REFUND and entry.description != plain:
                self._ledger.reword(replace(entry, description=plain))

    def _opening(self, user: User) -> Change:
        """Runs again on a fresh user when its balance moved, and then sums again."""
        totals = self._ledger.totals(user.id)
        difference = user.current_credits - (totals.entries_in - totals.entries_out)
        entry = Entry(
            id="opening",
            type=EntryType.OPENING,
            credits=difference,
            user_id=user.id,
            description="Balance from before the ledger",
            timestamp=self._clock(),
        )
        return Change(user_id=user.id, at=entry.timestamp, delta=BalanceDelta(), entry=entry, opens_books=True)

    def _refunded(self, generation: Generation) -> int:
        entries = self._ledger.of_generation(generation.user_id, generation.id)
        return sum(entry.credits for entry in entries if entry.type is EntryType.REFUND)
