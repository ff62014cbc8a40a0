"""firestore.rules are tried on the whole stack, which loads them itself, with tokens of the Auth emulator."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from bootstrap import Darkroom
from e2e.client import FINAL, until, v1
from e2e.rules import NEW, RULES_OF, Database
from e2e.tokens import new_email, sign_in, sign_up, sign_up_admin, sign_up_anonymously
from repositories.store import paths
from tools.services import PROJECT, ROOT
from world import ORDER

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who has a picture and a key."""

    id: str
    email: str
    token: str
    generation_id: str
    key: Any

    @property
    def entries(self) -> str:
        return f"users/{self.id}/transactions"

    @property
    def documents(self) -> list[str]:
        return [
            f"users/{self.id}",
            f"{self.entries}/{self.generation_id}-deduction",
            f"generation_requests/{self.generation_id}",
        ]


@pytest.fixture(scope="module")
def database() -> Database:
    return Database(PROJECT)


@pytest.fixture(scope="module")
def customer() -> Customer:
    return arrived()


@pytest.fixture(scope="module")
def another() -> Customer:
    return arrived()


def arrived() -> Customer:
    email = new_email()
    user_id, token = sign_up(email=email)
    scopes = ["generations:write", "generations:read"]
    key = v1("POST", "/keys", headers=bearer(token), json={"name": "Batch", "scopes": scopes})
    assert key.status == 201, key.body
    return Customer(user_id, email, token, ordered(token), key.body)


def ordered(token: str) -> str:
    """Return the id of a generation that has ended, whether it succeeded or not."""
    created = v1("POST", "/generations", headers=bearer(token), json=ORDER)
    assert created.status == 202, created.body
    path = f"/generations/{created.body['id']}"
    until(lambda: v1("GET", path, headers=bearer(token)).body, lambda seen: seen["status"] in FINAL)
    return str(created.body["id"])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def found(rows: Any) -> set[str]:
    """Return the ids of the documents that a query found. A row without a document says only when the query
    was made.
    """
    return {row["document"]["name"].rpartition("/")[2] for row in rows if "document" in row}


def test_an_owner_reads_what_is_its_own(database: Database, customer: Customer) -> None:
    user = database.read(customer.token, f"users/{customer.id}")
    assert user["email"] == {"stringValue": customer.email}
    key = user["keys"]["mapValue"]["fields"][customer.key["id"]]["mapValue"]["fields"]
    assert key["name"] == {"stringValue": "Batch"}
    assert key["revoked_at"] == {"nullValue": None}
    assert found(database.query(customer.token, paths.GENERATIONS, customer.id)) == {customer.generation_id}
    entries = found(database.query(customer.token, customer.entries))
    assert {f"welcome-{customer.id}", f"{customer.generation_id}-deduction"} <= entries
    assert all(database.get(customer.token, path) for path in customer.documents)


def test_nothing_that_an_owner_can_read_opens_anything(database: Database, customer: Customer, app: Darkroom) -> None:
    proof = app.documents.get(f"{paths.API_KEYS}/{customer.key['id']}")
    assert proof is not None
    (digest,) = proof.fields["digests"].values()
    token = customer.token
    readable = json.dumps(
        [
            database.read(token, f"users/{customer.id}"),
            database.query(token, customer.entries),
            database.query(token, paths.GENERATIONS, customer.id),
            *(database.query(token, name) for name in (paths.STYLES, paths.COLORS, paths.SIZES)),
        ]
    )
    assert customer.key["id"] in readable
    assert customer.key["key"].rpartition("_")[2] not in readable
    assert digest not in readable
    assert not database.get(token, proof.path)
    assert not database.list(token, paths.API_KEYS)
    assert not database.list(token, paths.API_KEYS, customer.id)


def test_a_stranger_reads_nothing_of_it(database: Database, customer: Customer, another: Customer) -> None:
    for mine, theirs in ((customer, another), (another, customer)):
        assert not any(database.get(mine.token, path) for path in theirs.documents)
        assert not database.list(mine.token, theirs.entries)
        assert not database.list(mine.token, paths.GENERATIONS, theirs.id)
        assert not database.list(mine.token, paths.GENERATIONS)
        assert not database.count(mine.token, paths.GENERATIONS, theirs.id)
        assert not database.list(mine.token, paths.USERS)


def test_nobody_writes(database: Database, customer: Customer, app: Darkroom) -> None:
    paths = [*customer.documents, *(rule.path.format(uid=customer.id) for rule in RULES_OF.values())]
    before = {path: app.documents.get(path) for path in paths}
    _, admin = sign_up_admin()
    for token in (None, customer.token, admin):
        for path in paths:
            assert not database.create(token, f"{path}{NEW}", customer.id), path
            assert not database.update(token, path), path
            assert not database.delete(token, path), path
    assert {path: app.documents.get(path) for path in paths} == before


def test_an_anonymous_user_reads_its_own(database: Database, customer: Customer) -> None:
    user_id, token = sign_up_anonymously()
    generation_id = ordered(token)
    user = database.read(token, f"users/{user_id}")
    assert user["is_anonymous"] == {"booleanValue": True}
    assert found(database.query(token, paths.GENERATIONS, user_id)) == {generation_id}
    assert not any(database.get(token, path) for path in customer.documents)


def test_an_admin_reads_reports_until_the_role_is_taken_away(database: Database, customer: Customer) -> None:
    _, pretender = sign_up(role="admin")
    assert not database.list(pretender, paths.REPORTS), "the functions do not know it yet"
    assert v1("GET", "/me", headers=bearer(pretender)).status == 200
    assert not database.list(pretender, paths.REPORTS), "the claim alone is not enough"
    user_id, token = sign_up_admin()
    assert database.list(token, paths.REPORTS)
    assert not any(database.get(token, path) for path in customer.documents)
    for collection in (paths.API_KEYS, paths.ADDRESSES, paths.AUDIT_LOG, paths.SYSTEM):
        assert not database.list(token, collection), collection
    assert not database.list(customer.token, paths.REPORTS)

    revoke = [sys.executable, str(ROOT / "tools/operate.py"), "revoke-admin", "--user", user_id]
    subprocess.run(revoke, capture_output=True, timeout=60, check=True)
    assert not database.list(token, paths.REPORTS)


def readable(database: Database, token: str, customer: Customer) -> list[str]:
    """Return which of the customer's documents and lists this token can still read."""
    lists = {customer.entries: None, paths.GENERATIONS: customer.id}
    return [
        *(path for path in customer.documents if database.get(token, path)),
        *(collection for collection, user_id in lists.items() if database.list(token, collection, user_id)),
    ]


def test_who_signs_out_everywhere_reads_nothing_at_once_and_all_after_the_next_sign_in(database: Database) -> None:
    customer = arrived()
    everything = [*customer.documents, customer.entries, paths.GENERATIONS]
    assert readable(database, customer.token, customer) == everything
    assert v1("POST", "/me/sign-out", headers=bearer(customer.token)).status == 200
    assert readable(database, customer.token, customer) == []
    until(
        lambda: readable(database, sign_in(customer.email)[1], customer),
        lambda seen: seen == everything,
    )
    assert readable(database, customer.token, customer) == []


def test_who_was_deleted_reads_nothing_at_once(database: Database) -> None:
    customer = arrived()
    _, admin = sign_up_admin()
    deleted = v1("DELETE", f"/admin/users/{customer.id}", headers=bearer(admin), query={"reason": "Asked for it"})
    assert deleted.status == 202, deleted.body
    assert readable(database, customer.token, customer) == []
