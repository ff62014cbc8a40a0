from collections.abc import Callable, Sequence
from datetime import datetime

from core.cache import RecentlyUsed
from core.records import Stored
from domain.accounts.audit_log import AuditRecord
from domain.accounts.errors import UserNotFound
from domain.credits.ledger import Entry
from domain.credits.user import User
from repositories.accounts.arrivals import ArrivalBook
from repositories.accounts.rebuilding import rebuilt
from repositories.accounts.user_mapping import user_difference, user_fields
from repositories.accounts.users import UserRepository
from repositories.store.creates import Creates
from repositories.store.documents import AlreadyExists, Conflict, Create, Document, Documents, Update, Write
from repositories.store.optimistic import OptimisticTransaction
from repositories.store.paths import api_key_path, entry_path, user_path
from repositories.store.rows import reader
from repositories.store.typed import typed
from services.accounts.ports import AccountChange, Admission, Arrival, KeySecret, PastArrivals

_KEYS_REMEMBERED = 2048
_SECRETS_KEPT = 2


class AccountRepository:
    """Stores what belongs to a user beside its balance: the account itself, its API keys, its arrival.

    The secrets of a key are only ever added to, so those that were read once are kept in memory.
    """

    def __init__(
        self, documents: Documents, users: UserRepository, creates: Creates, transaction: OptimisticTransaction
    ) -> None:
        self._documents = documents
        self._users = users
        self._creates = creates
        self._transaction = transaction
        self._secrets: RecentlyUsed[str, Sequence[KeySecret]] = RecentlyUsed(_KEYS_REMEMBERED)

    def open(self, user: User, audit: AuditRecord | None) -> User:
        return self._transaction.run(lambda _: self._open(user, audit))

    def admit(self, arrival: Arrival, decide: Callable[[User | None, PastArrivals], Admission | None]) -> User:
        """Admit a person, and return its user.

        `decide` gets the user, if there is one, and what its addresses had before.

        For most people this takes one read and one commit. The first try assumes that the addresses have had nothing.
        If the commit finds that they have, the next try looks them up.
        """

        def attempt(failure: Exception | None) -> User:
            book, known = ArrivalBook(self._documents, arrival), self._users.read(arrival.user_id)
            past = book.first_guess() if failure is None else book.look()
            admission = decide(None if known is None else known.value, past)
            if admission is None:
                assert known is not None, "only a known user stays unchanged"  # noqa: S101 - a bug, not a refusal
                return known.value
            first = _new_user(admission.user) if known is None else _user_write(known, admission.user)
            given = () if admission.entry is None else (admission.entry,)
            writes = [first, *self._creates.of(given), *book.writes(admission)]
            return self._created(admission.user, writes, admission.entry)

        return self._transaction.run(attempt)

    def change(self, user_id: str, decide: Callable[[User], AccountChange | None]) -> User:
        def attempt(_: Exception | None) -> User:
            before = self._read(user_id)
            change = decide(before.value)
            if change is None:
                return before.value
            writes: list[Write] = [_user_write(before, change.user)]
            if change.secret is not None:
                writes.append(self._secret_write(change.secret))
            if change.audit is not None:
                writes += self._creates.of([change.audit])
            return self._committed(change.user, writes)

        return self._transaction.run(attempt)

    def claim(self, user_id: str, other_id: str, decide: Callable[[User, User], tuple[User, User]]) -> User:
        def attempt(_: Exception | None) -> User:
            one, other = self._read(user_id), self._read(other_id)
            after, other_after = decide(one.value, other.value)
            self._users.forget(other_id)
            return self._committed(after, [_user_write(one, after), _user_write(other, other_after)])

        return self._transaction.run(attempt)

    def secrets(self, key_id: str, *, fresh: bool) -> Sequence[KeySecret]:
        known = None if fresh else self._secrets.get(key_id)
        if known is not None:
            return known
        document = self._documents.get(api_key_path(key_id))
        found = () if document is None else _secrets_from(document)
        if found:
            self._secrets.put(key_id, found)
        return found

    def _open(self, user: User, audit: AuditRecord | None) -> User:
        found = self._users.read(user.id)
        if found is not None:
            return found.value
        writes: list[Write] = [_new_user(user)]
        if audit is not None:
            writes += self._creates.of([audit])
        return self._created(user, writes)

    def _created(self, user: User, writes: Sequence[Write], entry: Entry | None = None) -> User:
        """Commit the new user. Raises Conflict if a part of it exists already, because another request was first."""
        try:
            return self._committed(user, writes)
        except AlreadyExists as error:
            if entry is not None and self._is_orphaned(user.id, entry.id):
                return self._rebuild(user)
            raise Conflict(str(error)) from error

    def _is_orphaned(self, user_id: str, entry_id: str) -> bool:
        """Return whether the user's first entry exists without the user, which was then deleted by hand."""
        return self._documents.get(entry_path(user_id, entry_id)) is not None and self._users.read(user_id) is None

    def _rebuild(self, user: User) -> User:
        found = rebuilt(self._documents, user)
        try:
            return self._committed(found, [Create(user_path(user.id), user_fields(found))])
        except AlreadyExists as error:
            raise Conflict(str(error)) from error

    def _read(self, user_id: str) -> Stored[User]:
        found = self._users.read(user_id)
        if found is None:
            raise UserNotFound(user_id)
        return found

    def _committed(self, user: User, writes: Sequence[Write]) -> User:
        """Commit the writes, the first of which must be that of the user, and return the user."""
        self._users.forget(user.id)
        versions = self._documents.commit(writes)
        self._users.remember(Stored(user, versions[0]))
        return user

    def _secret_write(self, secret: KeySecret) -> Write:
        """Return the write that adds a secret to those of its key.

        The last two are kept, because after a rotation the secret before may be valid for a while.
        """
        known = self._documents.get(api_key_path(secret.key_id))
        older = () if known is None else _secrets_from(known)
        kept = [secret, *(each for each in older if each.serial != secret.serial)][:_SECRETS_KEPT]
        fields = {"digests": {f"s{each.serial}": each.digest for each in kept}}
        if known is None:
            return Create(api_key_path(secret.key_id), {"user_id": secret.user_id, **fields})
        return Update(api_key_path(secret.key_id), fields, known.version)


def _new_user(user: User) -> Create:
    return Create(user_path(user.id), user_fields(user))


def _user_write(before: Stored[User], after: User) -> Update:
    assert isinstance(before.version, datetime), "versions come from documents"  # noqa: S101 - a bug, not a refusal
    return Update(user_path(after.id), user_difference(before.value, after), before.version)


@reader
def _secrets_from(document: Document) -> tuple[KeySecret, ...]:
    fields = document.fields
    found = (
        typed(
            KeySecret,
            key_id=document.id,
            user_id=fields["user_id"],
            serial=int(name.removeprefix("s")),
            digest=digest,
        )
        for name, digest in fields["digests"].items()
    )
    return tuple(sorted(found, key=lambda secret: -secret.serial))
