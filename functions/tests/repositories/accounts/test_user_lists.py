"""An operator's lists of users are read in memory and on the emulator, where an order or a limit may differ."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from domain.credits.user import User
from emulator import firestore_documents
from repositories.accounts.users import UserRepository
from repositories.operations.demo import DemoRepository
from repositories.store.documents import Documents
from repositories.store.memory import MemoryDocuments
from services.accounts.ports import UserPlace
from users import a_user

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)

EMAILS = {
    "zoe": "ann@example.com",
    "bea": "ann@example.com",
    "ann": "anna@example.com",
    "odd": "ann\N{SNOWMAN}@example.com",
    "top": "ann\U0010fffd@example.com",
    "bob": "bob@example.com",
    "gone": "",
}


@pytest.fixture(params=["memory", pytest.param("emulator", marks=pytest.mark.emulator)])
def documents(request: pytest.FixtureRequest) -> Iterator[Documents]:
    if request.param == "memory":
        yield MemoryDocuments()
        return
    with firestore_documents() as found:
        yield found


@pytest.fixture
def users(documents: Documents) -> UserRepository:
    for user_id, email in EMAILS.items():
        put(documents, user_id, email)
    return UserRepository(documents)


def put(documents: Documents, user_id: str, email: str, *, erasure_due: bool = False) -> None:
    user = a_user(
        user_id,
        name="",
        email=email,
        current_credits=0,
        created_at=NOON,
        books_opened_at=NOON,
        erasure_due=erasure_due,
    )
    DemoRepository(documents).put_user(user, [], [])


def paged(users: UserRepository, prefix: str | None, limit: int) -> list[str]:
    found: list[str] = []
    after: UserPlace | None = None
    while page := users.search(prefix, after=after, limit=limit):
        assert len(page) <= limit
        found += [user.id for user in page]
        after = UserPlace(page[-1].identity.email, page[-1].id)
    return found


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_everybody_by_id(users: UserRepository, limit: int) -> None:
    assert paged(users, None, limit) == sorted(EMAILS)


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_by_address_and_where_that_is_the_same_by_id(users: UserRepository, limit: int) -> None:
    assert paged(users, "ann", limit) == ["bea", "zoe", "ann", "odd", "top"]
    assert paged(users, "ann@", limit) == ["bea", "zoe"]
    assert paged(users, "nobody", limit) == []


def test_those_to_erase_and_nobody_else(documents: Documents, users: UserRepository) -> None:
    due = [f"due-{number:03}" for number in range(60)]
    for user_id in due:
        put(documents, user_id, "", erasure_due=True)
    assert [user.id for user in users.to_erase() if isinstance(user, User)] == due
