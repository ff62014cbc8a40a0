from collections.abc import Callable, Iterator
from datetime import datetime

from core.errors import AppError
from domain.errors import UserNotFound
from domain.ledger import Change, User
from repositories.cache import RecentlyUsed
from repositories.documents import Documents, Query
from repositories.mapping import USERS, user_from, user_path, utc
from repositories.optimistic import Stale
from services.ports import Stored

_USERS_REMEMBERED = 2048


class UserRepository:
    """Users, and this instance's memory of the balances that it wrote or read last.

    A remembered balance is a guess that the commit's precondition checks, so it can never spend what is not there.
    """

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._remembered: RecentlyUsed[str, Stored[User]] = RecentlyUsed(_USERS_REMEMBERED)

    def get(self, user_id: str) -> User | None:
        found = self.read(user_id)
        return None if found is None else found.value

    def page(self, *, changed_since: datetime | None, after: User | None, limit: int) -> list[User]:
        if changed_since is None:
            query = Query(collection=USERS, after=(after.id,) if after else None, limit=limit)
        else:
            query = Query(
                collection=USERS,
                where=(("updated_at", ">=", changed_since),),
                order_by=("updated_at",),
                after=(after.updated_at, after.id) if after else None,
                limit=limit,
            )
        return [user_from(document) for document in self._documents.query(query)]

    def registered(self, start: datetime, end: datetime) -> Iterator[datetime]:
        query = Query(
            collection=USERS,
            where=(("created_at", ">=", start), ("created_at", "<", end)),
            fields=("created_at",),
        )
        return (utc(document.fields["created_at"]) for document in self._documents.query(query))

    def read(self, user_id: str) -> Stored[User] | None:
        """One read; remembered."""
        document = self._documents.get(user_path(user_id))
        if document is None:
            self.forget(user_id)
            return None
        stored = Stored(user_from(document), document.version)
        self.remember(stored)
        return stored

    def latest(self, user_id: str, *, fresh: bool) -> tuple[Stored[User], bool]:
        """The user, and whether it comes from memory: then a refusal of it must be asked again. Raises UserNotFound."""
        remembered = None if fresh else self._remembered.get(user_id)
        stored = remembered or self.read(user_id)
        if stored is None:
            raise UserNotFound(user_id)
        return stored, remembered is not None

    def decide(self, user_id: str, decide: Callable[[User], Change], *, fresh: bool) -> tuple[Change, Stored[User]]:
        """Decide on the remembered user, or on a read one; only on a read one may the answer be a refusal."""
        stored, from_memory = self.latest(user_id, fresh=fresh)
        try:
            return decide(stored.value), stored
        except AppError as refusal:
            if not from_memory:
                raise
            raise Stale(str(refusal)) from refusal

    def remember(self, stored: Stored[User]) -> None:
        self._remembered.put(stored.value.id, stored)

    def forget(self, user_id: str) -> None:
        self._remembered.drop(user_id)
