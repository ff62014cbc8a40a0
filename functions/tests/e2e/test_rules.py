"""firestore.rules, as the database applies them: who reads what, and that nobody writes anything."""

import base64
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from emulator import fresh_project
from repositories import mapping

pytestmark = pytest.mark.emulator

RULES = Path(__file__).resolve().parents[3] / "firestore.rules"
TIMEOUT_SECONDS = 30

ANONYMOUS, OWNER, STRANGER, ADMIN = "anonymous", "owner", "stranger", "admin"
EVERYBODY = frozenset({ANONYMOUS, OWNER, STRANGER, ADMIN})
NOBODY: frozenset[str] = frozenset()
CLAIMS: dict[str, dict[str, str]] = {
    OWNER: {"sub": "alice"},
    STRANGER: {"sub": "bob", "role": "user"},
    ADMIN: {"sub": "root", "role": "admin"},
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may get the document, and list its collection: as a whole, and with the filter that the rule asks for."""

    path: str
    get: frozenset[str]
    list_all: frozenset[str] = NOBODY
    list_own: frozenset[str] | None = None


RULES_OF = {
    mapping.USERS: Rule("users/alice", get=frozenset({OWNER})),
    mapping.TRANSACTIONS: Rule(
        "users/alice/transactions/g-deduction", get=frozenset({OWNER}), list_all=frozenset({OWNER})
    ),
    mapping.GENERATIONS: Rule("generation_requests/g", get=frozenset({OWNER}), list_own=frozenset({OWNER})),
    mapping.STYLES: Rule("styles/realistic", get=EVERYBODY, list_all=EVERYBODY),
    mapping.COLORS: Rule("colors/vibrant", get=EVERYBODY, list_all=EVERYBODY),
    mapping.SIZES: Rule("sizes/512x512", get=EVERYBODY, list_all=EVERYBODY),
    mapping.REPORTS: Rule("reports/weekly_report_2026_03_04", get=frozenset({ADMIN}), list_all=frozenset({ADMIN})),
}
ELSEWHERE = ("secrets/s", "users/alice/private/p", "generation_requests/g/parts/p", "images/i", "styles/realistic/x/y")
"""Collections that no rule names."""

DOCUMENTS = [*(rule.path for rule in RULES_OF.values()), *ELSEWHERE]
FIELDS = {"user_id": {"stringValue": "alice"}, "current_credits": {"integerValue": "1"}}


class Database:
    """Firestore's REST interface, on whose calls the emulator applies the rules."""

    def __init__(self) -> None:
        self.project = fresh_project()
        self._host = os.environ["FIRESTORE_EMULATOR_HOST"]
        self._session = requests.Session()
        self._session.trust_env = False
        self._base = f"http://{self._host}/v1/projects/{self.project}/databases/(default)/documents"

    def load_rules(self, text: str) -> None:
        answer = self._session.put(
            f"http://{self._host}/emulator/v1/projects/{self.project}:securityRules",
            json={"rules": {"files": [{"name": "firestore.rules", "content": text}]}},
            timeout=TIMEOUT_SECONDS,
        )
        assert answer.status_code == 200, answer.text

    def put(self, path: str) -> None:
        """As our functions do: past the rules."""
        answer = self._call("PATCH", f"/{path}", {"Authorization": "Bearer owner"}, {"fields": FIELDS})
        assert answer.status_code == 200, answer.text

    def fields(self, path: str) -> Any:
        answer = self._call("GET", f"/{path}", {"Authorization": "Bearer owner"})
        return answer.json()["fields"] if answer.status_code == 200 else None

    def get(self, caller: str, path: str) -> bool:
        return self._may("GET", f"/{path}", caller)

    def list(self, caller: str, collection: str, user_id: str | None = None, *, group: bool = False) -> bool:
        parent, _, name = collection.rpartition("/")
        query: dict[str, Any] = {"from": [{"collectionId": name, "allDescendants": group}], "limit": 10}
        if user_id is not None:
            value = {"stringValue": user_id}
            query["where"] = {"fieldFilter": {"field": {"fieldPath": "user_id"}, "op": "EQUAL", "value": value}}
        return self._may("POST", f"/{parent}:runQuery" if parent else ":runQuery", caller, {"structuredQuery": query})

    def create(self, caller: str, path: str) -> bool:
        collection, _, id_ = path.rpartition("/")
        return self._may("POST", f"/{collection}?documentId={id_}-new", caller, {"fields": FIELDS})

    def update(self, caller: str, path: str) -> bool:
        more = {"fields": {"current_credits": {"integerValue": "1000000"}}}
        return self._may("PATCH", f"/{path}?updateMask.fieldPaths=current_credits", caller, more)

    def delete(self, caller: str, path: str) -> bool:
        return self._may("DELETE", f"/{path}", caller)

    def _may(self, method: str, path: str, caller: str, body: Any = None) -> bool:
        answer = self._call(method, path, self._credentials(caller), body)
        assert answer.status_code in (200, 403), f"{answer.status_code}: {answer.text}"
        return answer.status_code == 200

    def _call(self, method: str, path: str, headers: dict[str, str], body: Any = None) -> requests.Response:
        return self._session.request(method, f"{self._base}{path}", json=body, headers=headers, timeout=TIMEOUT_SECONDS)

    def _credentials(self, caller: str) -> dict[str, str]:
        if caller == ANONYMOUS:
            return {}
        now = int(time.time())
        claims = {
            "iss": f"https://securetoken.google.com/{self.project}",
            "aud": self.project,
            "iat": now,
            "exp": now + 3600,
            "user_id": CLAIMS[caller]["sub"],
            **CLAIMS[caller],
        }
        parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in ({"alg": "none"}, claims)]
        return {"Authorization": f"Bearer {'.'.join(part.rstrip('=') for part in parts)}."}


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """One for all tests: nothing that they do may change it."""
    database = Database()
    database.load_rules(RULES.read_text(encoding="utf-8"))
    for path in DOCUMENTS:
        database.put(path)
    yield database
    assert {path: database.fields(path) for path in DOCUMENTS} == dict.fromkeys(DOCUMENTS, FIELDS)


def collection_of(path: str) -> str:
    return path.rpartition("/")[0]


def test_every_collection_has_its_rule_here() -> None:
    constants = {value for name, value in vars(mapping).items() if name.isupper() and name[0] != "_"}
    assert {each for each in constants if isinstance(each, str)} == set(RULES_OF)


def test_rules_are_applied_at_all() -> None:
    """The emulator lets everybody do everything where no rules are loaded."""
    database = Database()
    database.put("secrets/s")
    database.load_rules("service cloud.firestore { match /databases/{d}/documents/{p=**} { allow read: if true; } }")
    assert database.get(ANONYMOUS, "secrets/s")
    database.load_rules(RULES.read_text(encoding="utf-8"))
    assert not database.get(ANONYMOUS, "secrets/s")


@pytest.mark.parametrize("caller", sorted(EVERYBODY))
class TestReading:
    @pytest.mark.parametrize("collection", RULES_OF)
    def test_a_document(self, database: Database, caller: str, collection: str) -> None:
        rule = RULES_OF[collection]
        assert database.get(caller, rule.path) == (caller in rule.get)

    @pytest.mark.parametrize("collection", RULES_OF)
    def test_a_whole_collection(self, database: Database, caller: str, collection: str) -> None:
        rule = RULES_OF[collection]
        assert database.list(caller, collection_of(rule.path)) == (caller in rule.list_all)

    @pytest.mark.parametrize("collection", RULES_OF)
    def test_what_is_alices_in_a_collection(self, database: Database, caller: str, collection: str) -> None:
        rule = RULES_OF[collection]
        may = rule.list_all if rule.list_own is None else rule.list_own
        assert database.list(caller, collection_of(rule.path), "alice") == (caller in may)

    @pytest.mark.parametrize("collection", [mapping.TRANSACTIONS, mapping.GENERATIONS])
    def test_all_collections_of_a_name_at_once(self, database: Database, caller: str, collection: str) -> None:
        assert not database.list(caller, collection, group=True)

    @pytest.mark.parametrize("path", ELSEWHERE)
    def test_what_no_rule_names(self, database: Database, caller: str, path: str) -> None:
        assert not database.get(caller, path)
        assert not database.list(caller, collection_of(path))
        assert not database.list(caller, collection_of(path), "alice")


@pytest.mark.parametrize("caller", sorted(EVERYBODY))
@pytest.mark.parametrize("path", DOCUMENTS)
def test_nobody_writes_anything_anywhere(database: Database, caller: str, path: str) -> None:
    assert not database.create(caller, path)
    assert not database.update(caller, path)
    assert not database.delete(caller, path)
    assert database.fields(f"{path}-new") is None
    assert database.fields(path) == FIELDS


def test_an_owner_lists_its_own_generations_only(database: Database) -> None:
    assert database.list(OWNER, mapping.GENERATIONS, "alice")
    assert not database.list(OWNER, mapping.GENERATIONS, "bob")
    assert not database.list(OWNER, "users/bob/transactions")


def test_a_generation_that_is_not_there_tells_nobody_so(database: Database) -> None:
    assert not any(database.get(caller, "generation_requests/none") for caller in EVERYBODY)
