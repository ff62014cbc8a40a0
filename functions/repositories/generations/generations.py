import threading
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta

from core.cache import KeptUntil
from core.clock import Clock, utc_now
from core.damage import UnreadableRecord
from core.queues import Queue
from core.records import Cursor, Stored
from domain.accounts.errors import UserNotFound
from domain.credits.commits import Commit
from domain.credits.user import User
from domain.generations.errors import SettlementConflict
from domain.generations.generation import Generation, Status
from repositories.accounts.books import Books
from repositories.accounts.users import UserRepository
from repositories.generations.creations import Creation, CreationBatcher
from repositories.generations.generation_mapping import generation_fields, generation_from
from repositories.generations.queries import conditions, owned_by
from repositories.store.batching import LockFactory
from repositories.store.documents import AlreadyExists, Conflict, Document, Documents, Query, Update
from repositories.store.optimistic import OptimisticTransaction
from repositories.store.paths import GENERATIONS, generation_path
from repositories.store.rows import every_row, readable
from services.generations.ports import Created, GenerationFilter, Waiting

_ENDED_REMEMBERED = 2048
# A generation that has ended changes only if it is erased. An instance that remembers it has to see that soon.
_ENDED_FRESH_FOR = timedelta(minutes=2)

_PAGE = 100


class GenerationRepository:
    """Stores generations.

    Those that have ended, and that this instance saw shortly before, are answered from memory.
    """

    def __init__(
        self,
        documents: Documents,
        users: UserRepository,
        books: Books,
        transaction: OptimisticTransaction,
        *,
        lock: LockFactory = threading.Lock,
        clock: Clock = utc_now,
    ) -> None:
        self._documents = documents
        self._users = users
        self._books = books
        self._transaction = transaction
        self._clock = clock
        self._ended: KeptUntil[str, Stored[Generation]] = KeptUntil(_ENDED_REMEMBERED, clock)
        self._creations = CreationBatcher(users, books, transaction, read=self._read, lock=lock)

    def get(self, generation_id: str) -> Stored[Generation] | None:
        return self._ended.get(generation_id) or self._read(generation_id)

    def owned(self, generation_id: str, owners: Collection[str]) -> Stored[Generation] | None:
        remembered = self._ended.get(generation_id)
        if remembered is not None and remembered.value.user_id not in owners:
            self._ended.drop(generation_id)
        try:
            found = self.get(generation_id)
        except UnreadableRecord as error:
            if error.owner not in owners:
                return None
            raise
        return found if found is not None and found.value.user_id in owners else None

    def create(
        self, generation_id: str, user_id: str, decide: Callable[[User], Commit[Generation]], *, may_exist: bool
    ) -> Created:
        return self._creations.create(user_id, Creation(generation_id, decide, may_exist))

    def change(
        self,
        known: Stored[Generation],
        decide: Callable[[Generation], Commit[Generation] | None],
        *,
        patience: timedelta | None = None,
    ) -> Stored[Generation]:
        def attempt(failure: Exception | None) -> Stored[Generation]:
            current = known if failure is None else self._read_again(known)
            commit = decide(current.value)
            if commit is None:
                return current
            if isinstance(failure, Conflict) and commit.delta is not None and self._users.read(commit.user_id) is None:
                raise UserNotFound(commit.user_id)  # another try cannot help: without the user, no credits can move
            try:
                return self._seen(self._settled(commit, current))
            except AlreadyExists as error:
                raise self._collision(current, error) from error

        return self._transaction.run(attempt, patience=patience)

    def page(
        self, owners: Collection[str], wanted: GenerationFilter, *, after: Cursor | None, limit: int
    ) -> list[Generation]:
        query = Query(
            collection=GENERATIONS,
            where=(*owned_by(owners), *conditions(wanted)),
            order_by=("-created_at",),
            after=(after.at, after.id) if after else None,
            limit=limit,
        )
        return readable(self._documents, query, generation_from)

    def due(self, *, now: datetime) -> Iterator[Stored[Generation] | UnreadableRecord]:
        query = Query(collection=GENERATIONS, where=(("due_at", "<=", now),), order_by=("due_at",))
        return every_row(self._documents, query, _stored, page=_PAGE)

    def each(self, owners: Collection[str]) -> Iterator[Stored[Generation] | UnreadableRecord]:
        """Yield every generation of these owners. There is no order, which would leave out those that have no time."""
        query = Query(collection=GENERATIONS, where=tuple(owned_by(owners)))
        return every_row(self._documents, query, _stored, page=_PAGE)

    def inherited(self, user_id: str) -> Iterator[Stored[Generation]]:
        for row in self.each([user_id]):
            if isinstance(row, UnreadableRecord):
                raise row
            if row.value.inherited:
                yield row

    def waiting(self, queue: Queue) -> Waiting:
        where = (("queue", "==", queue.value), ("status", "==", Status.QUEUED.value))
        count = self._documents.totals(Query(collection=GENERATIONS, where=where)).count
        return Waiting(
            count=count, oldest_at=self._first(where, "created_at"), newest_at=self._first(where, "-created_at")
        )

    def _first(self, where: tuple[tuple[str, str, str], ...], order: str) -> datetime | None:
        query = Query(collection=GENERATIONS, where=where, order_by=(order,), limit=1, fields=("created_at",))
        return next((document.fields["created_at"] for document in self._documents.query(query)), None)

    def count(self, status: Status) -> int:
        return self._documents.totals(Query(collection=GENERATIONS, where=(("status", "==", status.value),))).count

    def _settled(self, commit: Commit[Generation], known: Stored[Generation]) -> Stored[Generation]:
        generation = commit.subject
        assert generation is not None, "a change of a generation carries it"  # noqa: S101 - a bug, not a refusal
        assert isinstance(known.version, datetime), "versions come from documents"  # noqa: S101 - a bug, not a refusal
        update = Update(generation_path(generation.id), generation_fields(generation), known.version)
        return Stored(generation, self._books.settle(commit, update))

    def _collision(self, current: Stored[Generation], error: AlreadyExists) -> Exception:
        """Return the error to raise when an entry exists that was to be created.

        It is Conflict if another writer settled the generation since it was read, and otherwise SettlementConflict,
        because nothing explains the entry.
        """
        if self._read_again(current).version != current.version:
            return Conflict(str(error))
        return SettlementConflict(current.value.id)

    def _read(self, generation_id: str) -> Stored[Generation] | None:
        document = self._documents.get(generation_path(generation_id))
        return None if document is None else self._seen(_stored(document))

    def _read_again(self, known: Stored[Generation]) -> Stored[Generation]:
        found = self._read(known.value.id)
        assert found is not None, "generations are never deleted"  # noqa: S101 - a bug, not a refusal
        return found

    def _seen(self, stored: Stored[Generation]) -> Stored[Generation]:
        if stored.value.is_final:
            self._ended.put(stored.value.id, stored, self._clock() + _ENDED_FRESH_FOR)
        return stored


def _stored(document: Document) -> Stored[Generation]:
    return Stored(generation_from(document), document.version)
