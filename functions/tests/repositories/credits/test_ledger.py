from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.records import Cursor
from domain.accounts.errors import UserNotFound
from domain.credits.commits import Commit, Subject
from domain.credits.errors import InsufficientCredits
from domain.credits.ledger import Entry, EntryType
from domain.credits.postings import post
from domain.credits.user import User
from instances import instance_over
from repositories.credits.ledger import LedgerRepository
from repositories.store.documents import Create
from repositories.store.memory import MemoryDocuments
from repositories.store.optimistic import OptimisticTransaction
from unsteady import UnsteadyDocuments, did_not_happen, happened

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=90)


def an_entry(id_: str, credits_: int, kind: EntryType = EntryType.GRANT, at: datetime = NOON) -> Entry:
    return Entry(id=id_, type=kind, credits=credits_, user_id="alice", description=id_, timestamp=at)


@pytest.fixture
def documents() -> UnsteadyDocuments:
    """Alice has 10 credits, as an entry says."""
    documents = UnsteadyDocuments()
    documents.commit([Create("users/alice", {"current_credits": 0, "held_credits": 0, "created_at": NOON})])
    ledger_over(documents).post("alice", "start", lambda user: post(user.balance, an_entry("start", 10)))
    documents.forget_counts()
    return documents


def ledger_over(documents: MemoryDocuments) -> LedgerRepository:
    """Return the ledger of an instance that has seen nobody yet."""
    transaction = OptimisticTransaction(pause=lambda _: None, deadline_seconds=5)
    return instance_over(documents, transaction=transaction).entries


@pytest.fixture
def ledger(documents: UnsteadyDocuments) -> LedgerRepository:
    return ledger_over(documents)


def put(ledger: LedgerRepository, entry: Entry) -> Entry:
    return ledger.post("alice", entry.id, lambda user: post(user.balance, entry)).entry


def credits_of(documents: UnsteadyDocuments, user_id: str = "alice") -> int:
    found = MemoryDocuments.get(documents, f"users/{user_id}")
    assert found is not None
    return int(found.fields["current_credits"])


class TestPost:
    def test_entry_and_balance_change_in_one_commit(
        self, documents: UnsteadyDocuments, ledger: LedgerRepository
    ) -> None:
        entry = an_entry("top-1", 5, EntryType.TOP_UP)
        assert put(ledger, entry) == entry
        assert credits_of(documents) == 15
        assert ledger.page("alice", after=None, limit=1) == [entry]
        assert len(documents.commits) == 1

    @pytest.mark.parametrize("script", [[happened], [did_not_happen], [did_not_happen] * 3, [did_not_happen, happened]])
    @pytest.mark.parametrize(("kind", "after"), [(EntryType.GRANT, 17), (EntryType.EXPIRY, 3)])
    def test_a_lost_answer_posts_once(
        self, documents: UnsteadyDocuments, ledger: LedgerRepository, script: list[Any], kind: EntryType, after: int
    ) -> None:
        documents.script = [*script]
        entry = an_entry("e", 7, kind)
        assert put(ledger, entry) == entry
        assert credits_of(documents) == after

    def test_a_lost_answer_that_took_the_last_credits_is_no_refusal(
        self, documents: UnsteadyDocuments, ledger: LedgerRepository
    ) -> None:
        documents.script = [happened]
        entry = an_entry("e", 10, EntryType.EXPIRY)
        assert put(ledger, entry) == entry
        assert credits_of(documents) == 0

    def test_a_repeat_answers_with_what_was_posted_and_moves_nothing(
        self, documents: UnsteadyDocuments, ledger: LedgerRepository
    ) -> None:
        first = an_entry("stripe-1", 5, EntryType.TOP_UP)
        put(ledger, first)
        for again in (ledger, ledger_over(documents)):
            assert put(again, an_entry("stripe-1", 99, EntryType.TOP_UP)) == first
        assert credits_of(documents) == 15

    def test_another_writer_in_between(self, documents: UnsteadyDocuments, ledger: LedgerRepository) -> None:
        documents.before_commit = lambda: put(ledger_over(documents), an_entry("other", 3))
        put(ledger, an_entry("e", 5))
        assert credits_of(documents) == 18

    def test_the_same_entry_in_between_is_posted_once(
        self, documents: UnsteadyDocuments, ledger: LedgerRepository
    ) -> None:
        documents.before_commit = lambda: put(ledger_over(documents), an_entry("e", 5))
        assert put(ledger, an_entry("e", 5)) == an_entry("e", 5)
        assert credits_of(documents) == 15

    def test_it_is_refused_on_a_fresh_read_only(self, documents: UnsteadyDocuments, ledger: LedgerRepository) -> None:
        put(ledger, an_entry("all", 10, EntryType.EXPIRY))
        put(ledger_over(documents), an_entry("more", 4))
        put(ledger, an_entry("some", 4, EntryType.EXPIRY))
        assert credits_of(documents) == 0
        with pytest.raises(InsufficientCredits):
            put(ledger, an_entry("too-much", 1, EntryType.EXPIRY))
        assert documents.get("users/alice/transactions/too-much") is None

    def test_only_a_clawback_makes_debt(self, documents: UnsteadyDocuments, ledger: LedgerRepository) -> None:
        put(ledger, an_entry("back", 12, EntryType.CLAWBACK))
        assert credits_of(documents) == -2

    def test_nobody(self, ledger: LedgerRepository) -> None:
        with pytest.raises(UserNotFound):
            ledger.post("nobody", "e", lambda user: post(user.balance, an_entry("e", 1)))


class TestPages:
    @pytest.fixture
    def many(self, documents: UnsteadyDocuments, ledger: LedgerRepository) -> LedgerRepository:
        for n in range(5):
            put(ledger, an_entry(f"e{n}", n + 1, at=NOON + timedelta(minutes=n // 2)))
        return ledger

    @pytest.mark.parametrize("size", [1, 2, 4, 20])
    def test_newest_first_each_once(self, many: LedgerRepository, size: int) -> None:
        seen: list[str] = []
        after: Cursor | None = None
        while page := many.page("alice", after=after, limit=size):
            seen += [entry.id for entry in page]
            after = Cursor(page[-1].timestamp, page[-1].id)
        assert seen == ["e4", "e3", "e2", "start", "e1", "e0"]

    def test_of_one_generation(self, documents: UnsteadyDocuments, many: LedgerRepository) -> None:
        fields = {"type": "refund", "credits": 1, "user_id": "alice", "timestamp": NOON}
        for n, of in enumerate(("g1", "g2", "g1")):
            path = f"users/alice/transactions/r{n}"
            documents.commit([Create(path, {**fields, "generation_request_id": of})])
        assert [entry.id for entry in many.of_generation("alice", "g1")] == ["r0", "r2"]


def test_a_change_that_posts_nothing_is_a_bug(ledger: LedgerRepository) -> None:
    def decide(user: User) -> Commit[Subject]:
        return Commit(user_id=user.id, at=NOON)

    with pytest.raises(ValueError, match="not enough values"):
        ledger.post("alice", "e", decide)
