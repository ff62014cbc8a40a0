"""Lets creations of one user that wait at the same time share a commit, so that a busy account is not slowed down.

docs/adr/0017 has the reasons, and a table of the cases.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from core.errors import AppError, Unauthenticated, Unavailable
from core.records import Stored
from domain.credits.commits import Commit
from domain.credits.user import User
from domain.generations.generation import Generation
from repositories.accounts.books import Books
from repositories.accounts.users import UserRepository
from repositories.store.batching import Batcher, LockFactory
from repositories.store.documents import AlreadyExists, Ambiguous
from repositories.store.optimistic import OptimisticTransaction, Stale
from services.generations.ports import Created

_BATCH_MAX = 50

# An answer is a function that returns what was created, or raises the refusal.
Answer = Callable[[], Created]


@dataclass(frozen=True, slots=True)
class Creation:
    """Holds one creation that waits for its commit.

    `may_exist` says that the id is derived from an idempotency key, so that this may be a repeat.
    """

    generation_id: str
    decide: Callable[[User], Commit[Generation]]
    may_exist: bool


class CreationBatcher:
    """Creates generations. Those of a user that come while a commit of that user runs go into the next commit."""

    def __init__(
        self,
        users: UserRepository,
        books: Books,
        transaction: OptimisticTransaction,
        *,
        read: Callable[[str], Stored[Generation] | None],
        lock: LockFactory = threading.Lock,
    ) -> None:
        self._users = users
        self._books = books
        self._transaction = transaction
        self._read = read
        self._batches: Batcher[Creation, Created] = Batcher(self._create_all, most=_BATCH_MAX, lock=lock)

    def create(self, user_id: str, creation: Creation) -> Created:
        return self._batches.submit(user_id, creation)

    def _create_all(self, user_id: str, creations: Sequence[Creation]) -> list[Answer]:
        """Create as many as possible in one commit, and then each of the others by itself."""
        if len(creations) == 1:
            return self._create_each(user_id, creations, answer_was_lost=False)
        left_out = _repeats_within(creations)
        try:
            answers = self._transaction.run(lambda failure: self._create_batch(user_id, creations, left_out, failure))
        except _AnswerLost:
            return self._create_each(user_id, creations, answer_was_lost=True)
        except Unavailable as error:
            # The last commit may have happened, so nobody may be told anything else.
            return [partial(_refuse, error)] * len(creations)
        unanswered = [creation for place, creation in enumerate(creations) if place not in answers]
        others = iter(self._create_each(user_id, unanswered, answer_was_lost=False))
        return [answers[place] if place in answers else next(others) for place in range(len(creations))]

    def _create_batch(
        self, user_id: str, creations: Sequence[Creation], left_out: set[int], failure: Exception | None
    ) -> dict[int, Answer]:
        """Commit all but those at the places in `left_out`, and return the answers by place.

        A creation that gets no answer has to be created by itself, because it may exist already. Raises _AnswerLost.
        """
        if isinstance(failure, Ambiguous):
            raise _AnswerLost
        user, from_memory = self._users.latest(user_id, fresh=failure is not None)
        batch = {place: creation for place, creation in enumerate(creations) if place not in left_out}
        commits, answers = _decide_each(user.value, batch)
        if from_memory and len(commits) < len(batch):
            raise Stale("a refusal needs a fresh read")
        try:
            if commits:
                self._books.commit(commits, user)
        except AlreadyExists as error:
            left_out |= self._places_that_exist(batch) or batch.keys()
            raise Stale("the others go on without those that exist") from error
        return answers

    def _places_that_exist(self, batch: Mapping[int, Creation]) -> set[int]:
        """Return the places of those that exist already. A read of each costs less than a commit of each."""
        return {place for place, each in batch.items() if each.may_exist and self._read(each.generation_id)}

    def _create_each(self, user_id: str, creations: Sequence[Creation], *, answer_was_lost: bool) -> list[Answer]:
        """Create one after the other, and return the answers.

        If the database does not answer one of them, the rest get the same error, so that they do not wait as long
        again.
        """
        answers: list[Answer] = []
        for place, creation in enumerate(creations):
            try:
                created = self._create_one(user_id, creation, answer_was_lost=answer_was_lost)
            except Unavailable as error:
                return [*answers, *[partial(_refuse, error)] * (len(creations) - place)]
            except AppError as refusal:
                answers.append(partial(_refuse, refusal))
            else:
                answers.append(partial(_accept, created))
        return answers

    def _create_one(self, user_id: str, creation: Creation, *, answer_was_lost: bool = False) -> Created:
        def attempt(failure: Exception | None) -> Created:
            lost = answer_was_lost or isinstance(failure, Ambiguous)
            try:
                commit, user = self._users.decide(user_id, creation.decide, fresh=failure is not None)
                self._books.commit([commit], user)
                return _created(commit)
            except (AlreadyExists, AppError) as stopped:
                if failure is None and isinstance(stopped, AlreadyExists):
                    raise Stale("the caller of a repeat is judged on a fresh read") from stopped
                found = self._read(creation.generation_id) if _may_exist(creation, stopped, lost=lost) else None
                if found is None:
                    raise
                return Created(found.value, replayed=not lost)

        return self._transaction.run(attempt)


class _AnswerLost(Exception):
    """Nobody knows whether the commit of a batch happened, so each creation has to find out for itself."""


def _may_exist(creation: Creation, stopped: Exception, *, lost: bool) -> bool:
    """Return whether the generation may exist: by a commit whose answer was lost, or by an earlier request.

    A caller whose credential is no longer valid is not told of an earlier request.
    """
    if isinstance(stopped, Unauthenticated):
        return lost
    return lost or creation.may_exist or isinstance(stopped, AlreadyExists)


def _repeats_within(creations: Sequence[Creation]) -> set[int]:
    """Return the places of those whose id occurs earlier in the same batch."""
    first = {creation.generation_id: place for place, creation in reversed([*enumerate(creations)])}
    return set(range(len(creations))) - set(first.values())


def _decide_each(user: User, batch: Mapping[int, Creation]) -> tuple[list[Commit[Generation]], dict[int, Answer]]:
    """Decide each creation on the user as the ones before it left it. Return the commits, and the answers by place.

    A refused one that an earlier request may have created gets no answer here: its id has to be looked up first.
    """
    commits: list[Commit[Generation]] = []
    answers: dict[int, Answer] = {}
    for place, creation in batch.items():
        try:
            commit = creation.decide(user)
        except AppError as refusal:
            if not creation.may_exist:
                answers[place] = partial(_refuse, refusal)
            continue
        user = commit.applied_to(user)
        commits.append(commit)
        answers[place] = partial(_created, commit)
    return commits, answers


def _created(commit: Commit[Generation]) -> Created:
    assert commit.subject is not None, "a creation carries its generation"  # noqa: S101 - a bug, not a refusal
    return Created(commit.subject, replayed=False)


def _accept(created: Created) -> Created:
    return created


def _refuse(refusal: AppError) -> Created:
    raise refusal
