"""firestore.indexes.json against the lists that are served. The emulator has every index, so that it cannot tell.

Firestore joins indexes: a list with several equalities needs one of each with the order, and none of them together.
"""

import json
from datetime import UTC, datetime
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest

from repositories.documents import Query
from world import World

INDEXES = json.loads((Path(__file__).resolve().parents[3] / "firestore.indexes.json").read_text())
PERIOD = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-05T00:00:00Z"}

LISTS: dict[str, dict[str, dict[str, str]]] = {
    "/v1/generations": {"status": {"status": "queued"}, "style": {"style": "a"}, "model": {"model": "a"}, "": PERIOD},
    "/v1/admin/generations": {
        "user_id": {"user_id": "alice"},
        "status": {"status": "queued"},
        "style": {"style": "anime"},
        "model": {"model": "Model A"},
        "": PERIOD,
    },
    "/v1/ledger": {},
    "/v1/admin/ledger": {"user_id": {"user_id": "alice"}, "type": {"type": "grant"}, "": PERIOD},
    "/v1/admin/audit-log": {"actor": {"actor": "a"}, "action": {"action": "a"}, "target": {"target": "a"}},
}
CASES = [
    (path, {name: value for each in chosen for name, value in filters[each].items()})
    for path, filters in LISTS.items()
    for chosen in chain.from_iterable(combinations(filters, size) for size in range(len(filters) + 1))
]


def composites(collection: str, scope: str) -> set[tuple[tuple[str, str], ...]]:
    return {
        tuple((field["fieldPath"], field["order"]) for field in index["fields"])
        for index in INDEXES["indexes"]
        if (index["collectionGroup"], index["queryScope"]) == (collection, scope)
    }


def singles(collection: str, field: str, scope: str) -> set[str]:
    """The orders in which one field is indexed: both in its collection, unless it is said otherwise."""
    for override in INDEXES["fieldOverrides"]:
        if (override["collectionGroup"], override["fieldPath"]) == (collection, field):
            return {each["order"] for each in override["indexes"] if each.get("queryScope", "COLLECTION") == scope}
    return {"ASCENDING", "DESCENDING"} if scope == "COLLECTION" else set()


def missing(query: Query) -> list[str]:
    """What Firestore would ask for."""
    collection = query.collection.rpartition("/")[2]
    scope = "COLLECTION_GROUP" if query.group else "COLLECTION"
    (order,) = query.order_by
    field, direction = order.lstrip("-"), "DESCENDING" if order.startswith("-") else "ASCENDING"
    equal = [name for name, operator, _ in query.where if operator in ("==", "in")]
    if not equal:
        return [] if direction in singles(collection, field, scope) else [f"{collection}.{field} {direction} {scope}"]
    wanted = [((name, "ASCENDING"), (field, direction)) for name in equal]
    return [f"{collection} {each} {scope}" for each in wanted if each not in composites(collection, scope)]


@pytest.mark.parametrize(("path", "filters"), CASES, ids=lambda case: case if isinstance(case, str) else "+".join(case))
def test_each_list_has_its_indexes(path: str, filters: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(datetime(2026, 3, 4, 12, tzinfo=UTC))
    asked: list[Query] = []
    query = world.documents.query

    def seen(wanted: Query) -> Any:
        asked.append(wanted)
        return query(wanted)

    monkeypatch.setattr(world.documents, "query", seen)
    assert world.api("GET", path, "alice", query_string=filters).status == 200
    assert len(asked) == 1
    assert missing(asked[0]) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(collection="reports", order_by=("-summary",)), ["reports.summary DESCENDING COLLECTION"]),
        (Query(collection="audit_log", order_by=("-at",), group=True), ["audit_log.at DESCENDING COLLECTION_GROUP"]),
        (
            Query(collection="audit_log", where=(("reason", "==", "x"),), order_by=("-at",)),
            ["audit_log (('reason', 'ASCENDING'), ('at', 'DESCENDING')) COLLECTION"],
        ),
    ],
)
def test_a_missing_one_is_named(query: Query, found: list[str]) -> None:
    assert missing(query) == found
