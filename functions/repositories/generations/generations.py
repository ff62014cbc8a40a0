import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from core.cache import RecentlyUsed
from core.clock import Clock, utc_now
from core.damage import UnreadableRecord
from core.errors import AppError, Unauthenticated, Unavailable
from core.queues import Queue
from core.records import Cursor, Stored
from domain.accounts.errors import UserNotFound
from domain.credits.commits import Commit
from domain.credits.user import User
from domain.generations.errors import SettlementConflict
from domain.generations.generation import Generation, Status
from repositories.accounts.users import UserRepository
from repositories.credits.books import Books
from repositories.generations.generation_mapping import generation_fields, generation_from
from repositories.generations.queries import conditions, owned_by
from repositories.store.documents import AlreadyExists, Ambiguous, Conflict, Document, Documents, Query, Update
from repositories.store.optimistic import OptimisticTransaction, Stale
from repositories.store.paths import GENERATIONS, generation_path
from repositories.store.rows import every_row, readable
from repositories.store.together import LockFactory, Together
from services.generations.ports import Created, GenerationFilter, Waiting

_ENDED_REMEMBERED = 2048
_ENDED_FRESH_FOR = timedelta(minutes=2)
"""What has ended never changes but by erasure, and that is to be seen soon by an instance that remembers it."""

_PAGE = 100
_TOGETHER_MOST = 50


class GenerationRepository:
    """Generations. Ended ones that this instance has just seen are answered from memory."""

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
        self._ended: RecentlyUsed[str, tuple[Stored[Generation], datetime]] = RecentlyUsed(_ENDED_REMEMBERED)
        self._creations: Together[_Asked, Created] = Together(self._create_all, most=_TOGETHER_MOST, lock=lock)

    def get(self, generation_id: str) -> Stored[Generation] | None:
        return self._remembered(generation_id) or self._read(generation_id)

    def owned(self, generation_id: str, owners: Collection[str]) -> Stored[Generation] | None:
        remembered = self._remembered(generation_id)
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
        """What comes for one user while a commit of its is under way goes into the next one, together."""
        return self._creations.submit(user_id, _Asked(generation_id, decide, may_exist))

    def change(
        self,
        known: Stored[Generation],
        decide: Callable[[Generation], Commit[Generation] | None],
        *,
        patience: timedelta | None = None,
    ) -> Stored[Generation]:
        def attempt(failure: Exception | None) -> Stored[Generation]:
            current = known if failure is None else self._again(known)
            commit = decide(current.value)
            if commit is None:
                return current
            if isinstance(failure, Conflict) and commit.delta is not None and self._users.read(commit.user_id) is None:
                raise UserNotFound(commit.user_id)  # however often it is tried: no commit can move its credits
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
        """Without an order, which would leave out those that have no time."""
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

    def _create_all(self, user_id: str, asked: Sequence["_Asked"]) -> list[Callable[[], Created]]:
        """Create as many as possible in one commit, and after it each of the others by itself."""
        if len(asked) == 1:
            return self._create_each(user_id, asked, was_lost=False)
        apart = _repeated(asked)
        try:
            answers = self._transaction.run(lambda failure: self._create_together(user_id, asked, apart, failure))
        except _AnswerLost:
            return self._create_each(user_id, asked, was_lost=True)
        alone = [each for place, each in enumerate(asked) if place not in answers]
        others = iter(self._create_each(user_id, alone, was_lost=False))
        return [answers[place] if place in answers else next(others) for place in range(len(asked))]

    def _create_each(self, user_id: str, asked: Sequence["_Asked"], *, was_lost: bool) -> list[Callable[[], Created]]:
        """One after the other. Where the database does not answer one, the rest need not wait as long again."""
        answers: list[Callable[[], Created]] = []
        for place, each in enumerate(asked):
            try:
                created = self._create_alone(user_id, each, was_lost=was_lost)
            except Unavailable as error:
                return [*answers, *[partial(_refuse, error)] * (len(asked) - place)]
            except AppError as refusal:
                answers.append(partial(_refuse, refusal))
            else:
                answers.append(partial(_same, created))
        return answers

    def _create_together(
        self, user_id: str, asked: Sequence["_Asked"], apart: set[int], failure: Exception | None
    ) -> dict[int, Callable[[], Created]]:
        """Commit all but those at the places in `apart`, and return the answers by place.

        A place without an answer is to be created by itself, because it may exist already. Raises _AnswerLost.
        """
        if isinstance(failure, Ambiguous):
            raise _AnswerLost
        user, from_memory = self._users.latest(user_id, fresh=failure is not None)
        together = {place: each for place, each in enumerate(asked) if place not in apart}
        commits, answers = _decided(user.value, together)
        if from_memory and len(commits) < len(together):
            raise Stale("a refusal needs a fresh read")
        try:
            if commits:
                self._books.commit(commits, user)
        except AlreadyExists as error:
            apart |= self._existing(together) or together.keys()
            raise Stale("the others go on without those that exist") from error
        return answers

    def _existing(self, asked: Mapping[int, "_Asked"]) -> set[int]:
        """Return the places of the repeated requests. A read of each costs less than a commit of each."""
        return {place for place, each in asked.items() if each.may_exist and self._read(each.generation_id)}

    def _create_alone(self, user_id: str, asked: "_Asked", *, was_lost: bool = False) -> Created:
        def attempt(failure: Exception | None) -> Created:
            lost = was_lost or isinstance(failure, Ambiguous)
            try:
                commit, user = self._users.decide(user_id, asked.decide, fresh=failure is not None)
                self._books.commit([commit], user)
                return _created(commit)
            except (AlreadyExists, AppError) as stopped:
                if failure is None and isinstance(stopped, AlreadyExists):
                    raise Stale("who is told of a repeat is judged on a fresh read") from stopped
                found = self._read(asked.generation_id) if _may_stand(asked, stopped, lost=lost) else None
                if found is None:
                    raise
                return Created(found.value, replayed=not lost)

        return self._transaction.run(attempt)

    def _settled(self, commit: Commit[Generation], known: Stored[Generation]) -> Stored[Generation]:
        generation = commit.subject
        assert generation is not None, "a change of a generation carries it"  # noqa: S101 - a bug, not a refusal
        assert isinstance(known.version, datetime), "versions come from documents"  # noqa: S101 - a bug, not a refusal
        update = Update(generation_path(generation.id), generation_fields(generation), known.version)
        return Stored(generation, self._books.settle(commit, update))

    def _collision(self, current: Stored[Generation], error: AlreadyExists) -> Exception:
        """Another writer settled it since it was read, or an entry stands there that nothing accounts for."""
        if self._again(current).version != current.version:
            return Conflict(str(error))
        return SettlementConflict(current.value.id)

    def _read(self, generation_id: str) -> Stored[Generation] | None:
        document = self._documents.get(generation_path(generation_id))
        return None if document is None else self._seen(_stored(document))

    def _again(self, known: Stored[Generation]) -> Stored[Generation]:
        found = self._read(known.value.id)
        assert found is not None, "generations are never deleted"  # noqa: S101 - a bug, not a refusal
        return found

    def _seen(self, stored: Stored[Generation]) -> Stored[Generation]:
        if stored.value.is_final:
            self._ended.put(stored.value.id, (stored, self._clock()))
        return stored

    def _remembered(self, generation_id: str) -> Stored[Generation] | None:
        stored, seen_at = self._ended.get(generation_id) or (None, None)
        is_fresh = seen_at is not None and self._clock() - seen_at < _ENDED_FRESH_FOR
        return stored if is_fresh else None


@dataclass(frozen=True, slots=True)
class _Asked:
    generation_id: str
    decide: Callable[[User], Commit[Generation]]
    may_exist: bool


class _AnswerLost(Exception):
    """Nobody knows whether the commit of several happened, so each of them has to find out for itself."""


def _may_stand(asked: _Asked, stopped: Exception, *, lost: bool) -> bool:
    """Whether what was asked for may be there: by a commit whose answer was lost, or a request that this one repeats.

    Whose word is worth nothing learns nothing of the latter.
    """
    if isinstance(stopped, Unauthenticated):
        return lost
    return lost or asked.may_exist or isinstance(stopped, AlreadyExists)


def _repeated(asked: Sequence[_Asked]) -> set[int]:
    """Return the places of those whose id came before in the same batch: they are repeats of it."""
    first = {each.generation_id: place for place, each in reversed([*enumerate(asked)])}
    return set(range(len(asked))) - set(first.values())


def _decided(
    user: User, asked: Mapping[int, _Asked]
) -> tuple[list[Commit[Generation]], dict[int, Callable[[], Created]]]:
    """Decide each on what the ones before it leave, and answer by place.

    A refused one that may have been accepted before has no answer: a look at its id has to come first.
    """
    commits: list[Commit[Generation]] = []
    answers: dict[int, Callable[[], Created]] = {}
    for place, each in asked.items():
        try:
            commit = each.decide(user)
        except AppError as refusal:
            if not each.may_exist:
                answers[place] = partial(_refuse, refusal)
            continue
        user = commit.applied_to(user)
        commits.append(commit)
        answers[place] = partial(_created, commit)
    return commits, answers


def _same(created: Created) -> Created:
    return created


def _created(commit: Commit[Generation]) -> Created:
    assert commit.subject is not None, "a creation carries its generation"  # noqa: S101 - a bug, not a refusal
    return Created(commit.subject, replayed=False)


def _refuse(refusal: AppError) -> Created:
    raise refusal


def _stored(document: Document) -> Stored[Generation]:
    return Stored(generation_from(document), document.version)
