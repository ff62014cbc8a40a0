"""firestore.rules are tried on the emulator through Firestore's REST interface. Here it says who may do what, by
collection and caller.
"""

import base64
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import requests

from repositories.store import paths
from repositories.store.documents import Create, Documents

RULES = (Path(__file__).resolve().parents[3] / "firestore.rules").read_text(encoding="utf-8")
TIMEOUT_SECONDS = 30
# A test that tries to create a document adds this to the name of the existing one.
NEW = "-new"


class Database:
    """The database as a client sees it, because the emulator applies the rules to these calls. If `token` is None,
    nobody is signed in.
    """

    def __init__(self, project: str) -> None:
        self.project = project
        self._host = os.environ["FIRESTORE_EMULATOR_HOST"]
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy between us and this machine
        self._base = f"http://{self._host}/v1/projects/{project}/databases/(default)/documents"

    def load_rules(self, text: str) -> None:
        answer = self._session.put(
            f"http://{self._host}/emulator/v1/projects/{self.project}:securityRules",
            json={"rules": {"files": [{"name": "firestore.rules", "content": text}]}},
            timeout=TIMEOUT_SECONDS,
        )
        assert answer.status_code == 200, answer.text

    def read(self, token: str | None, path: str) -> Any:
        """Return the document's fields in Firestore's JSON, or None if the rules refuse."""
        answer = self._call("GET", f"/{path}", token)
        return answer["fields"] if answer else None

    def get(self, token: str | None, path: str) -> bool:
        return self._call("GET", f"/{path}", token) is not None

    def get_by_batch(self, token: str | None, path: str) -> bool:
        name = f"{self._base.partition('/v1/')[2]}/{path}"
        return self._call("POST", ":batchGet", token, {"documents": [name]}) is not None

    def query(self, token: str | None, collection: str, user_id: str | None = None, *, group: bool = False) -> Any:
        """Return the documents of all users or of one user, or None if the rules refuse."""
        parent, query = _query(collection, user_id, group=group)
        return self._call("POST", f"{parent}:runQuery", token, {"structuredQuery": query})

    def list(self, token: str | None, collection: str, user_id: str | None = None, *, group: bool = False) -> bool:
        return self.query(token, collection, user_id, group=group) is not None

    def count(self, token: str | None, collection: str, user_id: str | None = None) -> bool:
        parent, query = _query(collection, user_id, group=False)
        how_many = {"structuredQuery": query, "aggregations": [{"alias": "n", "count": {}}]}
        body = {"structuredAggregationQuery": how_many}
        return self._call("POST", f"{parent}:runAggregationQuery", token, body) is not None

    def create(self, token: str | None, path: str, user_id: str) -> bool:
        collection, _, id_ = path.rpartition("/")
        body = {"fields": {"user_id": {"stringValue": user_id}, "current_credits": {"integerValue": "1"}}}
        return self._call("POST", f"/{collection}?documentId={id_}", token, body) is not None

    def update(self, token: str | None, path: str) -> bool:
        body = {"fields": {"current_credits": {"integerValue": "1000000"}}}
        return self._call("PATCH", f"/{path}?updateMask.fieldPaths=current_credits", token, body) is not None

    def delete(self, token: str | None, path: str) -> bool:
        return self._call("DELETE", f"/{path}", token) is not None

    def _call(self, method: str, path: str, token: str | None, body: Any = None) -> Any:
        """Return the answer, or None if the rules refuse."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        answer = self._session.request(
            method, f"{self._base}{path}", json=body, headers=headers, timeout=TIMEOUT_SECONDS
        )
        assert answer.status_code in (200, 403, 404), f"{answer.status_code}: {answer.text}"
        return None if answer.status_code == 403 else answer.json()


def _query(collection: str, user_id: str | None, *, group: bool) -> tuple[str, dict[str, Any]]:
    parent, _, name = collection.rpartition("/")
    query: dict[str, Any] = {"from": [{"collectionId": name, "allDescendants": group}], "limit": 10}
    if user_id is not None:
        value = {"stringValue": user_id}
        query["where"] = {"fieldFilter": {"field": {"fieldPath": "user_id"}, "op": "EQUAL", "value": value}}
    return f"/{parent}" if parent else "", query


class Of(Enum):
    """This says to whom the documents of a collection belong."""

    USER = "one user's"
    PUBLIC = "everybody's"
    OPERATORS = "the operators'"
    SYSTEM = "nobody's but the functions'"


LISTS = frozenset({"list", "list own", "count own"})
OWN_LISTS = LISTS - {"list"}


@dataclass(frozen=True, slots=True)
class Rule:
    """`lists` has what a caller may do who may get a document. Nobody may query all collections of one name."""

    path: str
    of: Of
    lists: frozenset[str] = LISTS


RULES_OF = {
    paths.USERS: Rule("users/{uid}", Of.USER, lists=frozenset()),
    paths.TRANSACTIONS: Rule("users/{uid}/transactions/g-deduction", Of.USER),
    paths.GENERATIONS: Rule("generation_requests/{uid}-g", Of.USER, lists=OWN_LISTS),
    paths.STYLES: Rule("styles/realistic", Of.PUBLIC),
    paths.COLORS: Rule("colors/vibrant", Of.PUBLIC),
    paths.SIZES: Rule("sizes/512x512", Of.PUBLIC),
    paths.REPORTS: Rule("reports/weekly_report_2026_03_04", Of.OPERATORS),
    paths.API_KEYS: Rule("api_keys/k3v9q0w1x2y3", Of.SYSTEM),
    paths.ADDRESSES: Rule("addresses/0a1b2c-20260304", Of.SYSTEM),
    paths.AUDIT_LOG: Rule("audit_log/r", Of.SYSTEM),
    paths.SYSTEM: Rule("system/queue", Of.SYSTEM),
    paths.MAIL: Rule("mail/report-2026-W10-0a1b2c", Of.SYSTEM),
    paths.UNSUBSCRIBED: Rule("unsubscribed/0a1b2c", Of.SYSTEM),
    paths.WELCOMES: Rule("welcomes/0a1b2c", Of.SYSTEM),
    paths.MODELS: Rule("models/ink", Of.SYSTEM),
    paths.PRICE_RULES: Rule("price_rules/dear", Of.SYSTEM),
}

SIGNED_OUT_AT = datetime(2026, 3, 4, 12, 0, 0, 500_000, tzinfo=UTC)
_MOMENT = timedelta(seconds=1)
_BEFORE, _AFTER = ({"auth_time": int((SIGNED_OUT_AT + by).timestamp())} for by in (-_MOMENT, _MOMENT))
_SAME_SECOND = {"auth_time": int(SIGNED_OUT_AT.timestamp())}
_ADMIN = {"role": "admin"}

PUBLIC_ONLY = frozenset({Of.PUBLIC})
OWN = PUBLIC_ONLY | {Of.USER}
REPORTS = PUBLIC_ONLY | {Of.OPERATORS}


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who tries to use what belongs to `uid`. This is the caller's own, unless the claims have another `sub`.

    `user` has what the caller's own document says besides the balance.
    """

    uid: str
    may_read: frozenset[Of]
    claims: Mapping[str, Any] | None
    user: Mapping[str, Any] = field(default_factory=dict)


CALLERS = {
    "nobody": Caller("alice", PUBLIC_ONLY, None),
    "owner": Caller("alice", OWN, {"sub": "alice", **_BEFORE}),
    "stranger": Caller("alice", PUBLIC_ONLY, {"sub": "bob", "role": "user", **_BEFORE}),
    "stranger, of its own": Caller("bob", OWN, {"sub": "bob", **_BEFORE}),
    "admin": Caller("alice", REPORTS, {"sub": "root", **_ADMIN, **_BEFORE}),
    "admin, of its own": Caller("root", OWN | REPORTS, {"sub": "root", **_ADMIN, **_BEFORE}, {"is_admin": True}),
    "admin by the token alone": Caller("tina", OWN, {"sub": "tina", **_ADMIN, **_BEFORE}),
    "admin by the document alone": Caller("dan", OWN, {"sub": "dan", **_BEFORE}, {"is_admin": True}),
    "admin, deactivated": Caller(
        "ina", OWN, {"sub": "ina", **_ADMIN, **_BEFORE}, {"is_admin": True, "is_active": False}
    ),
    "anonymous, of its own": Caller(
        "anna",
        OWN,
        {"sub": "anna", "provider_id": "anonymous", "firebase": {"sign_in_provider": "anonymous"}, **_BEFORE},
        {"is_anonymous": True, "signed_out_at": None, "deleted_at": None},
    ),
    "anonymous, of another": Caller(
        "alice",
        PUBLIC_ONLY,
        {"sub": "anna", "provider_id": "anonymous", "firebase": {"sign_in_provider": "anonymous"}, **_BEFORE},
    ),
    "signed out": Caller("sam", PUBLIC_ONLY, {"sub": "sam", **_BEFORE}, {"signed_out_at": SIGNED_OUT_AT}),
    "signed in again in the same second": Caller("sam", OWN, {"sub": "sam", **_SAME_SECOND}),
    "signed in again": Caller("sam", OWN, {"sub": "sam", **_AFTER}),
    "deleted, signed in again": Caller(
        "dora", PUBLIC_ONLY, {"sub": "dora", **_AFTER}, {"signed_out_at": SIGNED_OUT_AT, "deleted_at": SIGNED_OUT_AT}
    ),
    "deleted, never signed out": Caller("dave", PUBLIC_ONLY, {"sub": "dave", **_AFTER}, {"deleted_at": SIGNED_OUT_AT}),
    "owner without a time of sign-in": Caller("alice", PUBLIC_ONLY, {"sub": "alice"}),
    "owner with a text as its time": Caller("alice", PUBLIC_ONLY, {"sub": "alice", "auth_time": "9999999999"}),
    "signed out, with a time of no kind": Caller("sam", PUBLIC_ONLY, {"sub": "sam", "auth_time": None}),
    "admin no more": Caller(
        "rita",
        PUBLIC_ONLY,
        {"sub": "rita", **_ADMIN, **_BEFORE},
        {"is_admin": True, "signed_out_at": SIGNED_OUT_AT},
    ),
    "admin without a document": Caller("alice", PUBLIC_ONLY, {"sub": "nell", **_ADMIN, **_BEFORE}),
    "admin by another name": Caller("alice", PUBLIC_ONLY, {"sub": "bob", "admin": True, "roles": ["admin"], **_BEFORE}),
}
OWNERS: dict[str, dict[str, Any]] = {caller.uid: {} for caller in CALLERS.values()} | {
    caller.uid: dict(caller.user) for caller in CALLERS.values() if caller.user
}

# No rule names these collections.
ELSEWHERE = ("secrets/s", "users/alice/private/p", "generation_requests/g/parts/p", "images/i", "styles/realistic/x/y")


def documents_of_all() -> dict[str, dict[str, Any]]:
    """Return one document of each collection, by path. If documents of a collection belong to users, there is one for
    each user.
    """
    found: dict[str, dict[str, Any]] = {}
    for uid, state in OWNERS.items():
        for rule in RULES_OF.values():
            found[rule.path.format(uid=uid)] = {"user_id": uid, "current_credits": 1}
        found[f"users/{uid}"] |= state
    return found | {path: {"user_id": "alice", "current_credits": 1} for path in ELSEWHERE}


def fill(documents: Documents) -> None:
    """Write the documents as our functions do, without the rules."""
    documents.commit([Create(path, fields) for path, fields in documents_of_all().items()])


def token_of(caller: Caller, project: str) -> str | None:
    """Return an unsigned token, which the emulator accepts."""
    if caller.claims is None:
        return None
    claims = {
        "iss": f"https://securetoken.google.com/{project}",
        "aud": project,
        "user_id": caller.claims["sub"],
        **caller.claims,
    }
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in ({"alg": "none"}, claims)]
    return ".".join(part.rstrip("=") for part in parts) + "."


def collection_of(path: str) -> str:
    return path.rpartition("/")[0]


def allowed(caller: Caller, rule: Rule) -> set[str]:
    """Return the operations that should be allowed."""
    return {"get", "batch get", *rule.lists} if rule.of in caller.may_read else set()


def reading(database: Database, caller: Caller, path: str) -> set[str]:
    """Return the reading operations that are allowed."""
    token, collection = token_of(caller, database.project), collection_of(path)
    attempts = {
        "get": database.get(token, path),
        "batch get": database.get_by_batch(token, path),
        "list": database.list(token, collection),
        "list own": database.list(token, collection, caller.uid),
        "count own": database.count(token, collection, caller.uid),
        "all of the name": database.list(token, path.split("/")[-2], caller.uid, group=True),
    }
    return {what for what, passed in attempts.items() if passed}


def writing(database: Database, caller: Caller, path: str) -> set[str]:
    """Return the writing operations that are allowed."""
    token = token_of(caller, database.project)
    attempts = {
        "create": database.create(token, f"{path}{NEW}", caller.uid),
        "update": database.update(token, path),
        "delete": database.delete(token, path),
    }
    return {what for what, passed in attempts.items() if passed}


def differences(database: Database, name: str) -> Iterator[str]:
    """Yield each difference between what the loaded rules allow this caller and what they should allow."""
    caller = CALLERS[name]
    for collection, rule in RULES_OF.items():
        path = rule.path.format(uid=caller.uid)
        passed = reading(database, caller, path) | writing(database, caller, path)
        if wrong := passed ^ allowed(caller, rule):
            yield f"{name}, {collection}: {', '.join(sorted(wrong))}"
