"""The database applies firestore.rules. These tests show who may read what, and that nobody may write anything."""

from collections.abc import Iterator
from typing import Any

import pytest

from e2e.rules import (
    CALLERS,
    ELSEWHERE,
    NEW,
    PUBLIC_ONLY,
    RULES,
    RULES_OF,
    Caller,
    Database,
    allowed,
    documents_of_all,
    fill,
    reading,
    token_of,
    writing,
)
from emulator import firestore_documents, fresh_project
from repositories.store import paths
from repositories.store.documents import Create, Documents

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def project() -> str:
    return fresh_project()


@pytest.fixture(scope="module")
def documents(project: str) -> Iterator[Documents]:
    """Return one database for all tests. Nothing that they do may change it."""
    with firestore_documents(project) as documents:
        fill(documents)
        yield documents
        assert {path: fields_of(documents, path) for path in documents_of_all()} == documents_of_all()


@pytest.fixture(scope="module")
def database(project: str, documents: Documents) -> Database:
    database = Database(project)
    database.load_rules(RULES)
    return database


def fields_of(documents: Documents, path: str) -> Any:
    found = documents.get(path)
    return None if found is None else dict(found.fields)


def token(database: Database, name: str) -> str | None:
    return token_of(CALLERS[name], database.project)


def test_every_collection_has_its_rule_here() -> None:
    constants = {value for name, value in vars(paths).items() if name.isupper() and name[0] != "_"}
    assert {each for each in constants if isinstance(each, str)} == set(RULES_OF)
    assert all(collection == rule.path.split("/")[-2] for collection, rule in RULES_OF.items())


def test_rules_are_applied_at_all() -> None:
    """The emulator lets everybody do everything if no rules are loaded."""
    database = Database(fresh_project())
    with firestore_documents(database.project) as documents:
        documents.commit([Create("secrets/s", {})])
    database.load_rules("service cloud.firestore { match /databases/{d}/documents/{p=**} { allow read: if true; } }")
    assert database.get(None, "secrets/s")
    database.load_rules(RULES)
    assert not database.get(None, "secrets/s")


@pytest.mark.parametrize("collection", RULES_OF)
@pytest.mark.parametrize("caller", CALLERS)
def test_who_reads_what(database: Database, caller: str, collection: str) -> None:
    who, rule = CALLERS[caller], RULES_OF[collection]
    assert reading(database, who, rule.path.format(uid=who.uid)) == allowed(who, rule)


@pytest.mark.parametrize("collection", RULES_OF)
@pytest.mark.parametrize("caller", CALLERS)
def test_nobody_writes_anything_anywhere(
    database: Database, documents: Documents, caller: str, collection: str
) -> None:
    who, path = CALLERS[caller], RULES_OF[collection].path.format(uid=CALLERS[caller].uid)
    assert writing(database, who, path) == set()
    assert fields_of(documents, path) == documents_of_all()[path]
    assert fields_of(documents, f"{path}{NEW}") is None


@pytest.mark.parametrize("path", ELSEWHERE)
@pytest.mark.parametrize("caller", ["nobody", "owner", "admin, of its own"])
def test_what_no_rule_names_is_closed(database: Database, caller: str, path: str) -> None:
    assert reading(database, CALLERS[caller], path) == set()
    assert writing(database, CALLERS[caller], path) == set()


def test_an_owner_lists_its_own_only(database: Database) -> None:
    owner = token(database, "owner")
    mine, others = (database.query(owner, paths.GENERATIONS, uid) for uid in ("alice", "sam"))
    assert [each["document"]["name"].rpartition("/")[2] for each in mine] == ["alice-g"]
    assert others is None
    assert database.list(owner, "users/alice/transactions")
    assert not database.list(owner, "users/sam/transactions")
    assert not database.get(owner, "generation_requests/sam-g")
    assert not database.get(owner, "users/sam")


def test_a_document_that_is_not_there_tells_no_stranger_so(database: Database) -> None:
    paths = ("generation_requests/none", "users/none", "users/none/transactions/none")
    readers = {name for name in CALLERS for path in paths if database.get(token(database, name), path)}
    assert readers == set()


class TestNewcomer:
    """Somebody has just signed up, and the functions do not know this user yet."""

    NAME = "admin without a document"

    def test_finds_nothing_yet(self, database: Database) -> None:
        assert database.get(token(database, self.NAME), "users/nell")
        assert not database.list(token(database, self.NAME), "users/nell/transactions")
        assert not database.list(token(database, self.NAME), paths.GENERATIONS, "nell")

    def test_makes_no_account_of_its_own(self, database: Database, documents: Documents) -> None:
        newcomer = token(database, self.NAME)
        assert not database.create(newcomer, "users/nell", "nell")
        assert not database.update(newcomer, "users/nell")
        assert not database.create(newcomer, "users/nell/transactions/grant", "nell")
        assert documents.get("users/nell") is None


@pytest.mark.parametrize("uid", ["alice/transactions/g-deduction", "../users/alice", "*"])
def test_an_id_that_is_a_path_leads_nowhere(database: Database, uid: str) -> None:
    """With a custom token, any text can be an id."""
    odd = Caller("alice", PUBLIC_ONLY, {"sub": uid, "role": "admin", "auth_time": 2_000_000_000})
    for collection, rule in RULES_OF.items():
        assert reading(database, odd, rule.path.format(uid="alice")) == allowed(odd, rule), collection
