"""The balances of users who come from feraset-imagen are older than the ledger. Their books are opened here."""

from core.clock import Clock
from domain.accounts.errors import UserNotFound
from domain.credits.commits import BalanceDelta, Commit, Subject
from domain.credits.ledger import Entry, EntryType
from domain.credits.user import User
from domain.generations.generation import Generation
from domain.generations.lifecycle import adopt
from services.accounts.ports import Users
from services.credits.ports import Ledger
from services.generations.ports import Generations
from services.operations.ports import BookSums


class OpeningService:
    def __init__(self, *, users: Users, ledger: Ledger, sums: BookSums, generations: Generations, clock: Clock) -> None:
        self._users = users
        self._ledger = ledger
        self._sums = sums
        self._generations = generations
        self._clock = clock

    def open(self, user_id: str) -> Entry | None:
        """Take a user of feraset-imagen's into the books: its generations, then an `opening` entry for the difference.

        Return that entry, or None if the books are open already. Repeating it after a crash goes on where it stopped.
        Raise UserNotFound.
        """
        user = self._users.get(user_id)
        if user is None:
            raise UserNotFound(user_id)
        if user.balance.books_opened_at is not None:
            return None
        for stored in self._generations.inherited(user_id):
            refunded = self._refunded(stored.value)

            def decide(generation: Generation, refunded: int = refunded) -> Commit[Generation] | None:
                if not generation.inherited:
                    return None
                return adopt(generation, refunded=refunded, now=self._clock())

            self._generations.change(stored, decide)
        return self._ledger.post(user_id, "opening", self._opening).entry

    def _opening(self, user: User) -> Commit[Subject]:
        """Return the opening commit.

        If the user's balance has changed, this runs again on a fresh user, and sums again.
        """
        totals = self._sums.totals(user.id)
        difference = user.balance.current_credits - (totals.entries_in - totals.entries_out)
        entry = Entry(
            id="opening",
            type=EntryType.OPENING,
            credits=difference,
            user_id=user.id,
            description="Balance from before the ledger",
            timestamp=self._clock(),
        )
        return Commit(user_id=user.id, at=entry.timestamp, delta=BalanceDelta(), entries=(entry,), opens_books=True)

    def _refunded(self, generation: Generation) -> int:
        entries = self._ledger.of_generation(generation.user_id, generation.id)
        return sum(entry.credits for entry in entries if entry.type is EntryType.REFUND)
