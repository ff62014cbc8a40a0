from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from core.records import Stored
from domain.accounts.errors import UserNotFound
from domain.credits.commits import BalanceDelta, Commit, Subject
from domain.credits.errors import InsufficientCredits
from domain.credits.user import User
from repositories.accounts.users import UserRepository
from repositories.store.documents import Create, Increment, Update
from repositories.store.optimistic import Stale
from services.accounts.ports import UserMark, UserPlace
from unsteady import UnsteadyDocuments
from users import a_user

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def documents() -> UnsteadyDocuments:
    return UnsteadyDocuments()


@pytest.fixture
def users(documents: UnsteadyDocuments) -> UserRepository:
    """Return the repository of an instance that has seen nobody yet. Alice has 5 credits."""
    add(documents, "alice", 5)
    documents.forget_counts()
    return UserRepository(documents)


def add(documents: UnsteadyDocuments, user_id: str, credits_: int, at: datetime = NOON) -> None:
    fields = {"name": user_id, "current_credits": credits_, "created_at": at, "updated_at": at}
    documents.commit([Create(f"users/{user_id}", fields)])


def earn(documents: UnsteadyDocuments, by: int) -> None:
    """Let another instance write."""
    documents.commit([Update("users/alice", {"current_credits": Increment(by)})])


def spend(price: int) -> Callable[[User], Commit[Subject]]:
    def decide(user: User) -> Commit[Subject]:
        if user.balance.current_credits < price:
            raise InsufficientCredits(required=price, available=user.balance.current_credits)
        return Commit(user_id=user.id, at=NOON, delta=BalanceDelta(current=-price))

    return decide


class TestDecide:
    def test_a_user_that_was_not_seen_is_read_once(self, documents: UnsteadyDocuments, users: UserRepository) -> None:
        for _ in range(3):
            change, stored = users.decide("alice", spend(5), fresh=False)
            assert (change.delta, stored.value.balance.current_credits) == (BalanceDelta(current=-5), 5)
        assert documents.gets == ["users/alice"]

    def test_fresh_reads_each_time(self, documents: UnsteadyDocuments, users: UserRepository) -> None:
        users.decide("alice", spend(5), fresh=True)
        earn(documents, 3)
        _, stored = users.decide("alice", spend(5), fresh=True)
        assert stored.value.balance.current_credits == 8
        assert documents.gets == ["users/alice"] * 2

    def test_the_version_is_that_of_the_document(self, documents: UnsteadyDocuments, users: UserRepository) -> None:
        _, stored = users.decide("alice", spend(1), fresh=False)
        found = documents.get("users/alice")
        assert found is not None
        assert stored.version == found.version

    def test_a_remembered_balance_that_is_too_low_refuses_nobody(
        self, documents: UnsteadyDocuments, users: UserRepository
    ) -> None:
        users.read("alice")
        earn(documents, 10)
        with pytest.raises(Stale):
            users.decide("alice", spend(12), fresh=False)
        change, _ = users.decide("alice", spend(12), fresh=True)
        assert change.delta == BalanceDelta(current=-12)

    def test_a_remembered_balance_that_is_too_high_is_what_it_decides_on_for_the_commit_to_check(
        self, documents: UnsteadyDocuments, users: UserRepository
    ) -> None:
        users.read("alice")
        earn(documents, -5)
        _, stored = users.decide("alice", spend(5), fresh=False)
        found = documents.get("users/alice")
        assert found is not None
        assert stored.version != found.version

    @pytest.mark.parametrize("fresh", [True, False])
    def test_a_refusal_on_what_was_just_read_stands(self, users: UserRepository, *, fresh: bool) -> None:
        with pytest.raises(InsufficientCredits) as refused:
            users.decide("alice", spend(6), fresh=fresh)
        assert refused.value.details == {"required": 6, "available": 5}

    @pytest.mark.parametrize("fresh", [True, False])
    def test_nobody(self, users: UserRepository, *, fresh: bool) -> None:
        with pytest.raises(UserNotFound):
            users.decide("nobody", spend(1), fresh=fresh)


class TestMemory:
    def test_what_is_remembered_needs_no_read(self, documents: UnsteadyDocuments, users: UserRepository) -> None:
        user = a_user("alice", current_credits=77)
        users.remember(Stored(user, NOON))
        _, stored = users.decide("alice", spend(70), fresh=False)
        assert stored == Stored(user, NOON)
        assert not documents.gets

    def test_what_is_forgotten_is_read_again(self, documents: UnsteadyDocuments, users: UserRepository) -> None:
        users.read("alice")
        users.forget("alice")
        users.forget("nobody")
        users.decide("alice", spend(1), fresh=False)
        assert documents.gets == ["users/alice"] * 2

    def test_get_answers_from_memory_only_within_the_time_that_is_asked_for(self, documents: UnsteadyDocuments) -> None:
        now = [NOON]
        add(documents, "alice", 5)
        users = UserRepository(documents, lambda: now[0])
        users.read("alice")
        documents.forget_counts()
        now[0] += timedelta(seconds=9)
        assert users.get("alice", within=timedelta(seconds=10)) is not None
        assert users.get("alice", within=timedelta.max) is not None
        assert not documents.gets
        now[0] += timedelta(seconds=1)
        users.get("alice", within=timedelta(seconds=10))
        assert documents.gets == ["users/alice"]

    def test_get_does_not_answer_from_memory_unasked(self, documents: UnsteadyDocuments, users: UserRepository) -> None:
        users.read("alice")
        earn(documents, 1)
        found = users.get("alice")
        assert found is not None
        assert found.balance.current_credits == 6

    def test_a_user_that_is_gone_is_not_remembered(self, documents: UnsteadyDocuments, users: UserRepository) -> None:
        users.remember(Stored(a_user("ghost", current_credits=9), NOON))
        assert users.get("ghost") is None
        with pytest.raises(UserNotFound):
            users.decide("ghost", spend(1), fresh=False)

    def test_a_user_of_feraset_imagens_reads_as_what_its_document_means(
        self, documents: UnsteadyDocuments, users: UserRepository
    ) -> None:
        documents.commit([Create("users/old", {"name": "Old", "email": "o@example.com", "current_credits": 3})])
        assert users.get("old") == a_user(
            "old", name="Old", email="o@example.com", current_credits=3, held_credits=0, books_opened_at=None
        )


def taken(users: UserRepository, changed_since: datetime | None, after: UserMark | None, most: int) -> list[User]:
    rows = islice(users.each(changed_since=changed_since, after=after), most)
    return [row for row in rows if isinstance(row, User)]


class TestPages:
    @pytest.fixture
    def many(self, documents: UnsteadyDocuments, users: UserRepository) -> UserRepository:
        """There are Alice and seven more users. The later their letter, the earlier they changed."""
        for n, name in enumerate("hgfedcb"):
            add(documents, name, n, NOON + timedelta(minutes=n))
        return users

    def pages(self, users: UserRepository, changed_since: datetime | None, size: int) -> list[str]:
        """Return the ids of all users. Each page of this size begins behind the last one."""
        found: list[str] = []
        after: UserMark | None = None
        while page := taken(users, changed_since, after, size):
            found += [user.id for user in page]
            after = UserMark(page[-1].activity.updated_at, page[-1].id)
        return found

    @pytest.mark.parametrize("size", [1, 3, 8, 20])
    def test_by_id_each_comes_once(self, many: UserRepository, size: int) -> None:
        assert self.pages(many, None, size) == ["alice", "b", "c", "d", "e", "f", "g", "h"]

    @pytest.mark.parametrize("size", [1, 3, 8, 20])
    def test_by_time_of_change_each_comes_once(self, many: UserRepository, size: int) -> None:
        assert self.pages(many, NOON + timedelta(minutes=2), size) == ["f", "e", "d", "c", "b"]

    def test_a_change_between_two_pages_skips_nobody(self, documents: UnsteadyDocuments, many: UserRepository) -> None:
        first = taken(many, NOON, None, 3)
        later = NOON + timedelta(days=1)
        documents.commit([Update(f"users/{first[-1].id}", {"updated_at": later})])
        second = taken(many, NOON, UserMark(first[-1].activity.updated_at, first[-1].id), 20)
        assert {user.id for user in [*first, *second]} == {"alice", *"bcdefgh"}

    def test_searching_by_the_beginning_of_an_address(
        self, documents: UnsteadyDocuments, users: UserRepository
    ) -> None:
        for name, email in {"a": "ann@x.org", "b": "anna@x.org", "c": "ann@x.org", "d": "bob@x.org"}.items():
            documents.commit([Create(f"users/{name}", {"name": "", "email": email, "current_credits": 0})])
        first = users.search("ann", after=None, limit=2)
        assert [(user.id, user.identity.email) for user in first] == [("a", "ann@x.org"), ("c", "ann@x.org")]
        place = UserPlace(first[-1].identity.email, first[-1].id)
        assert [user.id for user in users.search("ann", after=place, limit=2)] == ["b"]
        assert [user.id for user in users.search("anna@x.org", after=None, limit=9)] == ["b"]
        assert users.search("x", after=None, limit=9) == []
