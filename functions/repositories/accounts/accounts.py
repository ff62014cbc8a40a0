from collections.abc import Callable, Sequence

from core.records import Stored
from domain.accounts.errors import UserNotFound
from domain.credits.user import User
from repositories.accounts.arrivals import NOTHING_YET, past_arrivals
from repositories.accounts.books import Books
from repositories.accounts.key_secrets import KeySecretRepository
from repositories.accounts.rebuilding import rebuilt
from repositories.accounts.user_mapping import user_fields
from repositories.accounts.users import UserRepository
from repositories.store.documents import AlreadyExists, Conflict, Create, Documents
from repositories.store.optimistic import OptimisticTransaction
from repositories.store.paths import entry_path, user_path
from services.accounts.ports import AccountCommit, Arrival, KeySecret, PastArrivals


class AccountRepository:
    """Stores users who are new, and what changes a user beside its balance: the account itself, its API keys."""

    def __init__(
        self,
        documents: Documents,
        users: UserRepository,
        books: Books,
        secrets: KeySecretRepository,
        transaction: OptimisticTransaction,
    ) -> None:
        self._documents = documents
        self._users = users
        self._books = books
        self._secrets = secrets
        self._transaction = transaction

    def open(self, commit: AccountCommit) -> User:
        def attempt(_: Exception | None) -> User:
            found = self._users.read(commit.user_id)
            return self._admitted(commit, None) if found is None else found.value

        return self._transaction.run(attempt)

    def admit(self, arrival: Arrival, decide: Callable[[User | None, PastArrivals], AccountCommit | None]) -> User:
        """Admit a person, and return its user.

        `decide` gets the user, if there is one, and what its addresses had before.

        For most people this takes one read and one commit. The first try assumes that the addresses have had nothing.
        If the commit finds that they have, the next try looks them up.
        """

        def attempt(failure: Exception | None) -> User:
            known = self._users.read(arrival.user_id)
            past = NOTHING_YET if failure is None else past_arrivals(self._documents, arrival)
            commit = decide(None if known is None else known.value, past)
            if commit is None:
                assert known is not None, "only a known user stays unchanged"  # noqa: S101 - a bug, not a refusal
                return known.value
            return self._admitted(commit, known)

        return self._transaction.run(attempt)

    def change(self, user_id: str, decide: Callable[[User], AccountCommit | None]) -> User:
        def attempt(_: Exception | None) -> User:
            before = self._read(user_id)
            commit = decide(before.value)
            return before.value if commit is None else self._books.commit([commit], before)

        return self._transaction.run(attempt)

    def claim(
        self, user_id: str, other_id: str, decide: Callable[[User, User], tuple[AccountCommit, AccountCommit] | None]
    ) -> User:
        def attempt(_: Exception | None) -> User:
            one, other = self._read(user_id), self._read(other_id)
            commits = decide(one.value, other.value)
            if commits is None:
                return one.value
            return self._books.commit_of_several([([commits[0]], one), ([commits[1]], other)])[0]

        return self._transaction.run(attempt)

    def secrets(self, key_id: str, *, fresh: bool) -> Sequence[KeySecret]:
        return self._secrets.get(key_id, fresh=fresh)

    def _admitted(self, commit: AccountCommit, known: Stored[User] | None) -> User:
        """Write the commit. Raises Conflict if a part of it exists already, because another request was first."""
        try:
            return self._books.commit([commit], known)
        except AlreadyExists as error:
            if any(self._is_orphaned(commit.user_id, entry.id) for entry in commit.entries):
                return self._rebuild(commit.applied_to(User(id=commit.user_id) if known is None else known.value))
            raise Conflict(str(error)) from error

    def _is_orphaned(self, user_id: str, entry_id: str) -> bool:
        """Return whether the user's first entry exists without the user, which was then deleted by hand."""
        return self._documents.get(entry_path(user_id, entry_id)) is not None and self._users.read(user_id) is None

    def _rebuild(self, user: User) -> User:
        found = rebuilt(self._documents, user)
        try:
            (version,) = self._documents.commit([Create(user_path(user.id), user_fields(found))])
        except AlreadyExists as error:
            raise Conflict(str(error)) from error
        self._users.remember(Stored(found, version))
        return found

    def _read(self, user_id: str) -> Stored[User]:
        found = self._users.read(user_id)
        if found is None:
            raise UserNotFound(user_id)
        return found
