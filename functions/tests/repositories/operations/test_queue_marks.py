from datetime import UTC, datetime, timedelta, timezone

import pytest

from core.errors import Unavailable
from repositories.operations.queue_marks import QueueMarkRepository
from repositories.store.documents import Create
from repositories.store.optimistic import OptimisticTransaction
from unsteady import UnsteadyDocuments, did_not_happen, happened

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def documents() -> UnsteadyDocuments:
    return UnsteadyDocuments()


@pytest.fixture
def marks(documents: UnsteadyDocuments) -> QueueMarkRepository:
    return QueueMarkRepository(documents, OptimisticTransaction(pause=lambda _: None))


def test_at_first_nothing_was_purged(marks: QueueMarkRepository) -> None:
    assert marks.purged_at() is None


def test_a_document_without_the_field_says_nothing(documents: UnsteadyDocuments, marks: QueueMarkRepository) -> None:
    documents.commit([Create("system/queue", {"other": 1})])
    assert marks.purged_at() is None
    marks.mark_purged(NOON)
    found = documents.get("system/queue")
    assert found is not None
    assert found.fields == {"other": 1, "purged_at": NOON}


def test_the_last_purge_counts_and_is_in_utc(marks: QueueMarkRepository) -> None:
    marks.mark_purged(NOON)
    assert marks.purged_at() == NOON
    marks.mark_purged((NOON + timedelta(hours=1)).astimezone(timezone(timedelta(hours=2))))
    assert marks.purged_at() == NOON + timedelta(hours=1)


def test_asking_costs_one_read(documents: UnsteadyDocuments, marks: QueueMarkRepository) -> None:
    marks.mark_purged(NOON)
    documents.forget_counts()
    marks.purged_at()
    assert documents.gets == ["system/queue"]


@pytest.mark.parametrize("lost", [happened, did_not_happen])
def test_a_lost_answer_is_made_sure_of(documents: UnsteadyDocuments, marks: QueueMarkRepository, lost: object) -> None:
    documents.script = [lost]  # type: ignore[list-item]
    marks.mark_purged(NOON)
    assert marks.purged_at() == NOON


def test_two_that_purge_for_the_first_time_at_once(documents: UnsteadyDocuments, marks: QueueMarkRepository) -> None:
    documents.before_commit = lambda: marks.mark_purged(NOON - timedelta(seconds=1))
    marks.mark_purged(NOON)
    assert marks.purged_at() == NOON


def test_a_database_that_never_answers(documents: UnsteadyDocuments) -> None:
    seconds = iter(range(100))
    transaction = OptimisticTransaction(monotonic=lambda: float(next(seconds)), pause=lambda _: None)
    documents.script = [did_not_happen] * 100
    with pytest.raises(Unavailable):
        QueueMarkRepository(documents, transaction).mark_purged(NOON)
