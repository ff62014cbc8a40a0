from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from core.cache import RecentlyUsed
from core.clock import Clock, utc_now
from core.damage import UnreadableRecord
from core.errors import AppError
from core.records import Stored
from domain.accounts.errors import UserNotFound
from domain.credits.commits import Commit, Subject
from domain.credits.user import User
from repositories.accounts.user_mapping import user_from
from repositories.store.documents import Documents, Query
from repositories.store.optimistic import Stale
from repositories.store.paths import USERS, user_path
from repositories.store.rows import every_row, readable
from services.accounts.ports import UserMark, UserPlace

_USERS_REMEMBERED = 2048
_PAGE = 100
_TO_ERASE_PAGE = 50
_LAST_CHARACTER = "\U0010ffff"


class UserRepository:
    """Stores users, and keeps in memory the users that this instance read or wrote last.

    A remembered balance is a guess. The commit checks it by the version of the document, so that it can never spend
    credits that are not there.
    """

    def __init__(self, documents: Documents, clock: Clock = utc_now) -> None:
        self._documents = documents
        self._clock = clock
        self._remembered: RecentlyUsed[str, tuple[Stored[User], datetime]] = RecentlyUsed(_USERS_REMEMBERED)

    def get(self, user_id: str, *, within: timedelta = timedelta()) -> User | None:
        remembered = self._remembered.get(user_id)
        if remembered is not None and self._clock() - remembered[1] < within:
            return remembered[0].value
        found = self.read(user_id)
        return None if found is None else found.value

    def search(self, email_prefix: str | None, *, after: UserPlace | None, limit: int) -> list[User]:
        if email_prefix is None:
            everybody = Query(collection=USERS, after=(after.id,) if after else None, limit=limit)
            return readable(self._documents, everybody, user_from)
        query = Query(
            collection=USERS,
            where=(("email", ">=", email_prefix), ("email", "<", email_prefix + _LAST_CHARACTER)),
            order_by=("email",),
            after=(after.email, after.id) if after else None,
            limit=limit,
        )
        return readable(self._documents, query, user_from)

    def each(self, *, changed_since: datetime | None, after: UserMark | None) -> Iterator[User | UnreadableRecord]:
        if changed_since is None:
            query = Query(collection=USERS, after=(after.id,) if after else None)
        else:
            query = Query(
                collection=USERS,
                where=(("updated_at", ">=", changed_since),),
                order_by=("updated_at",),
                after=(after.updated_at, after.id) if after else None,
            )
        return every_row(self._documents, query, user_from, page=_PAGE)

    def with_grants_due(self, now: datetime) -> Iterator[User | UnreadableRecord]:
        due = Query(collection=USERS, where=(("grants_due_at", "<=", now),), order_by=("grants_due_at",))
        return every_row(self._documents, due, user_from, page=_PAGE)

    def to_erase(self) -> Iterator[User | UnreadableRecord]:
        due = Query(collection=USERS, where=(("erasure_due", "==", True),))
        return every_row(self._documents, due, user_from, page=_TO_ERASE_PAGE)

    def read(self, user_id: str) -> Stored[User] | None:
        """Read the user from the database, and remember it. Return None if there is no such user."""
        document = self._documents.get(user_path(user_id))
        if document is None:
            self.forget(user_id)
            return None
        stored = Stored(user_from(document), document.version)
        self.remember(stored)
        return stored

    def latest(self, user_id: str, *, fresh: bool) -> tuple[Stored[User], bool]:
        """Return the user, and whether it comes from memory. Raises UserNotFound.

        If it comes from memory, a refusal is not final: the decision has to be made again on a fresh read.
        """
        remembered = None if fresh else self._remembered.get(user_id)
        stored = remembered[0] if remembered else self.read(user_id)
        if stored is None:
            raise UserNotFound(user_id)
        return stored, remembered is not None

    def decide[S: Subject](
        self, user_id: str, decide: Callable[[User], Commit[S]], *, fresh: bool
    ) -> tuple[Commit[S], Stored[User]]:
        """Decide on the remembered user, or on one that was read. Return the decision and the user.

        Raises what `decide` raises if the user was read, and Stale if it was remembered, because a refusal needs a
        fresh read. Raises UserNotFound.
        """
        stored, from_memory = self.latest(user_id, fresh=fresh)
        try:
            return decide(stored.value), stored
        except AppError as refusal:
            if not from_memory:
                raise
            raise Stale(str(refusal)) from refusal

    def remember(self, stored: Stored[User]) -> None:
        self._remembered.put(stored.value.id, (stored, self._clock()))

    def forget(self, user_id: str) -> None:
        self._remembered.drop(user_id)
