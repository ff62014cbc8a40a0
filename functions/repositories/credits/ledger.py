from collections.abc import Callable

from core.errors import AppError
from core.records import Cursor
from domain.accounts.errors import UserNotFound
from domain.credits.commits import Commit, Subject
from domain.credits.ledger import Entry
from domain.credits.user import User
from repositories.accounts.books import Books
from repositories.accounts.users import UserRepository
from repositories.credits.entry_mapping import entry_from
from repositories.store.documents import AlreadyExists, Documents, Query, Update
from repositories.store.optimistic import OptimisticTransaction
from repositories.store.paths import TRANSACTIONS, entry_path, transactions_path
from repositories.store.rows import readable
from services.credits.ports import EntryCursor, EntryFilter, Posted

Conditions = tuple[tuple[str, str, object], ...]


class LedgerRepository:
    """Stores the entries of the ledger. They are only created, and later only their descriptions may change."""

    def __init__(
        self, documents: Documents, users: UserRepository, books: Books, transaction: OptimisticTransaction
    ) -> None:
        self._documents = documents
        self._users = users
        self._books = books
        self._transaction = transaction

    def page(self, user_id: str, *, after: Cursor | None, limit: int) -> list[Entry]:
        query = Query(
            collection=transactions_path(user_id),
            order_by=("-timestamp",),
            after=(after.at, after.id) if after else None,
            limit=limit,
        )
        return readable(self._documents, query, entry_from)

    def page_of_all(self, wanted: EntryFilter, *, after: EntryCursor | None, limit: int) -> list[Entry]:
        of_one = wanted.user_id is not None
        place = None if after is None else (after.id if of_one else entry_path(after.user_id, after.id))
        query = Query(
            collection=transactions_path(wanted.user_id) if wanted.user_id is not None else TRANSACTIONS,
            group=not of_one,
            where=_conditions(wanted),
            order_by=("-timestamp",),
            after=(after.at, place) if after else None,
            limit=limit,
        )
        return readable(self._documents, query, entry_from)

    def of_generation(self, user_id: str, generation_id: str) -> list[Entry]:
        query = Query(collection=transactions_path(user_id), where=(("generation_request_id", "==", generation_id),))
        return [entry_from(document) for document in self._documents.query(query)]

    def post(self, user_id: str, entry_id: str, decide: Callable[[User], Commit[Subject]]) -> Posted:
        def attempt(failure: Exception | None) -> Posted:
            try:
                commit, user = self._users.decide(user_id, decide, fresh=failure is not None)
                self._books.commit([commit], user)
            except (AlreadyExists, AppError):
                # The entry may have been posted already, perhaps by a commit whose answer was lost. Then it is the
                # answer, and nothing is refused any more.
                posted = self._documents.get(entry_path(user_id, entry_id))
                if posted is None:
                    raise
                return Posted(entry_from(posted), replayed=True)
            else:
                (entry,) = (each for each in commit.entries if each.id == entry_id)
                return Posted(entry, replayed=False)

        return self._transaction.run(attempt)

    def update(self, user_id: str, decide: Callable[[User], Commit[Subject] | None]) -> bool:
        def attempt(_: Exception | None) -> bool:
            user = self._users.read(user_id)
            if user is None:
                raise UserNotFound(user_id)
            commit = decide(user.value)
            if commit is not None:
                self._books.commit([commit], user)
            return commit is not None

        return self._transaction.run(attempt)

    def reword(self, entry: Entry) -> None:
        write = Update(entry_path(entry.user_id, entry.id), {"description": entry.description})
        self._transaction.run(lambda _: self._documents.commit([write]))


def _conditions(wanted: EntryFilter) -> Conditions:
    conditions: Conditions = (
        ("type", "==", wanted.type.value if wanted.type else None),
        ("timestamp", ">=", wanted.timestamp_from),
        ("timestamp", "<", wanted.timestamp_before),
    )
    return tuple(condition for condition in conditions if condition[2] is not None)
