from collections.abc import Callable, Iterator
from datetime import datetime

from core.errors import AppError
from domain.generation import Generation, Status
from domain.ledger import Change, User
from domain.week_stats import GenerationFact
from repositories.books import commit_on_generation, commit_on_user
from repositories.cache import RecentlyUsed
from repositories.documents import AlreadyExists, Ambiguous, Document, Documents, Query
from repositories.mapping import GENERATIONS, days, generation_from, generation_path, utc
from repositories.optimistic import OptimisticTransaction
from repositories.users import UserRepository
from services.ports import Created, Cursor, GenerationFilter, Stored

_ENDED_REMEMBERED = 2048
_INHERITED_PAGE = 100
_FACT_FIELDS = ("user_id", "model", "style", "color", "size", "status", "credits_deducted", "created_at")


class GenerationRepository:
    """Generations. Ended ones never change, so those that this instance has seen are answered from memory."""

    def __init__(self, documents: Documents, users: UserRepository, transaction: OptimisticTransaction) -> None:
        self._documents = documents
        self._users = users
        self._transaction = transaction
        self._ended: RecentlyUsed[str, Stored[Generation]] = RecentlyUsed(_ENDED_REMEMBERED)

    def get(self, generation_id: str) -> Stored[Generation] | None:
        return self._ended.get(generation_id) or self._read(generation_id)

    def create(self, generation_id: str, user_id: str, decide: Callable[[User], Change], *, may_exist: bool) -> Created:
        def attempt(failure: Exception | None) -> Created:
            was_lost = isinstance(failure, Ambiguous)
            try:
                return self._commit_new(user_id, decide, fresh=failure is not None)
            except (AlreadyExists, AppError) as stopped:
                # A lost answer, or a repeat by the client: what was asked for may stand there already.
                looks = may_exist or was_lost or isinstance(stopped, AlreadyExists)
                found = self._read(generation_id) if looks else None
                if found is None:
                    raise
                return Created(found.value, replayed=not was_lost)

        with self._users.turn(user_id):
            return self._transaction.run(attempt)

    def change(self, known: Stored[Generation], decide: Callable[[Generation], Change | None]) -> Stored[Generation]:
        def attempt(failure: Exception | None) -> Stored[Generation]:
            current = known if failure is None else self._again(known)
            change = decide(current.value)
            if change is None:
                return current
            return self._seen(commit_on_generation(self._documents, self._users, change, current))

        return self._transaction.run(attempt)

    def page(self, user_id: str, wanted: GenerationFilter, *, after: Cursor | None, limit: int) -> list[Generation]:
        query = Query(
            collection=GENERATIONS,
            where=(("user_id", "==", user_id), *_conditions(wanted)),
            order_by=("-created_at",),
            after=(after.at, after.id) if after else None,
            limit=limit,
        )
        return [generation_from(document) for document in self._documents.query(query)]

    def due(self, *, now: datetime, limit: int) -> list[Stored[Generation]]:
        query = Query(collection=GENERATIONS, where=(("due_at", "<=", now),), order_by=("due_at",), limit=limit)
        return [_stored(document) for document in self._documents.query(query)]

    def inherited(self, user_id: str) -> Iterator[Stored[Generation]]:
        after: tuple[object, ...] | None = None
        while True:
            query = Query(
                collection=GENERATIONS,
                where=(("user_id", "==", user_id),),
                order_by=("-created_at",),
                after=after,
                limit=_INHERITED_PAGE,
            )
            found = self._documents.query(query)
            yield from (stored for stored in map(_stored, found) if stored.value.inherited)
            if len(found) < _INHERITED_PAGE:
                return
            after = (found[-1].fields["created_at"], found[-1].id)

    def ahead_of(self, generation: Generation) -> int:
        older = (("status", "==", Status.QUEUED.value), ("created_at", "<", generation.created_at))
        return self._documents.totals(Query(collection=GENERATIONS, where=older)).count

    def facts(self, start: datetime, end: datetime) -> Iterator[GenerationFact]:
        """By day, so that no more than a day's generations are in memory at once."""
        for first, last in days(start, end):
            period = (("created_at", ">=", first), ("created_at", "<", last))
            query = Query(collection=GENERATIONS, where=period, fields=_FACT_FIELDS)
            yield from map(_fact, self._documents.query(query))

    def _commit_new(self, user_id: str, decide: Callable[[User], Change], *, fresh: bool) -> Created:
        change, user = self._users.decide(user_id, decide, fresh=fresh)
        assert change.generation is not None, "a creation carries its generation"  # noqa: S101 - a bug
        commit_on_user(self._documents, self._users, change, user)
        return Created(change.generation, replayed=False)

    def _read(self, generation_id: str) -> Stored[Generation] | None:
        document = self._documents.get(generation_path(generation_id))
        return None if document is None else self._seen(_stored(document))

    def _again(self, known: Stored[Generation]) -> Stored[Generation]:
        found = self._read(known.value.id)
        assert found is not None, "generations are never deleted"  # noqa: S101 - a bug, not a refusal
        return found

    def _seen(self, stored: Stored[Generation]) -> Stored[Generation]:
        if stored.value.is_final:
            self._ended.put(stored.value.id, stored)
        return stored


def _stored(document: Document) -> Stored[Generation]:
    return Stored(generation_from(document), document.version)


def _conditions(wanted: GenerationFilter) -> list[tuple[str, str, object]]:
    conditions = (
        ("status", "==", wanted.status.value if wanted.status else None),
        ("style", "==", wanted.style),
        ("model", "==", wanted.model),
        ("created_at", ">=", wanted.created_from),
        ("created_at", "<", wanted.created_before),
    )
    return [condition for condition in conditions if condition[2] is not None]


def _fact(document: Document) -> GenerationFact:
    fields = document.fields
    return GenerationFact(
        user_id=fields["user_id"],
        model=fields["model"],
        style=fields["style"],
        color=fields["color"],
        size=fields["size"],
        status=fields["status"],
        credits=fields["credits_deducted"],
        created_at=utc(fields["created_at"]),
    )
