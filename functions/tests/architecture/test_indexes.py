"""firestore.indexes.json is compared with the lists that are served. The emulator cannot show a missing index, because
it has every index.

Firestore joins indexes: a list with several equalities needs one index of each with the order, and no index of all of
them together.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest

from core.queues import Queue
from repositories.store.documents import Query
from world import World

INDEXES = json.loads((Path(__file__).resolve().parents[3] / "firestore.indexes.json").read_text())
PERIOD = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-05T00:00:00Z"}

LISTS: dict[str, dict[str, dict[str, str]]] = {
    "/v1/generations": {
        "status": {"status": "queued"},
        "style": {"style": "a"},
        "model": {"model": "a"},
        "credits": {"credits": "1"},
        "": PERIOD,
    },
    "/v1/admin/generations": {
        "user_id": {"user_id": "alice"},
        "status": {"status": "queued"},
        "style": {"style": "anime"},
        "model": {"model": "Model A"},
        "credits": {"credits": "3"},
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
    """Return the orders in which one field is indexed. Without an override it is both, in its collection."""
    for override in INDEXES["fieldOverrides"]:
        if (override["collectionGroup"], override["fieldPath"]) == (collection, field):
            return {each["order"] for each in override["indexes"] if each.get("queryScope", "COLLECTION") == scope}
    return {"ASCENDING", "DESCENDING"} if scope == "COLLECTION" else set()


def missing(query: Query) -> list[str]:
    """Return the indexes that Firestore would ask for."""
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


@pytest.mark.parametrize("order", ["created_at", "-created_at"])
def test_the_ends_of_a_queue_have_an_index_each(order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(datetime(2026, 3, 4, 12, tzinfo=UTC))
    asked: list[Query] = []
    query = world.documents.query

    def seen(wanted: Query) -> Any:
        asked.append(wanted)
        return query(wanted)

    monkeypatch.setattr(world.documents, "query", seen)
    world.app.generations.waiting(Queue.GENERATIONS)
    (found,) = [each for each in asked if each.order_by == (order,)]
    names = tuple((name, "ASCENDING") for name, _, _ in found.where)
    direction = "DESCENDING" if order.startswith("-") else "ASCENDING"
    assert (*names, ("created_at", direction)) in composites("generation_requests", "COLLECTION")


def missing_for_sums(query: Query, sums: Sequence[str]) -> list[str]:
    """Return the index that Firestore would ask for to count and add up. It has the equalities, then the range, then
    the fields that are added up.
    """
    collection = query.collection.rpartition("/")[2]
    scope = "COLLECTION_GROUP" if query.group else "COLLECTION"
    equal = {name for name, operator, _ in query.where if operator in ("==", "in")}
    ranges = list(dict.fromkeys(name for name, operator, _ in query.where if operator not in ("==", "in")))
    rest = [*ranges, *sorted(set(sums) - set(ranges))]
    if not rest or len(equal) + len(rest) == 1:
        wanted = [name for name in (*equal, *rest) if not singles(collection, name.partition(".")[0], scope)]
    else:
        wanted = [] if any(_serves(each, equal, rest) for each in composites(collection, scope)) else [*equal, *rest]
    return [f"{collection} {wanted} {scope}"] if wanted else []


def _serves(index: tuple[tuple[str, str], ...], equal: set[str], rest: list[str]) -> bool:
    names = [name for name, _ in index]
    return set(names[: len(equal)]) == equal and names[len(equal) :] == rest


def sums_of(world: World, monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> list[tuple[Query, Any]]:
    asked: list[tuple[Query, Any]] = []
    totals = world.documents.totals

    def seen(query: Query, sums: Sequence[str] = (), **options: Any) -> Any:
        asked.append((query, sums))
        return totals(query, sums, **options)

    monkeypatch.setattr(world.documents, "totals", seen)
    work()
    return asked


def test_what_the_report_adds_up_has_its_indexes(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(datetime(2026, 3, 4, 12, tzinfo=UTC))
    world.app.seeding.seed()
    asked = sums_of(world, monkeypatch, world.app.reporting.run)
    assert {name for query, _ in asked for name, _, _ in query.where} >= {
        *("model", "style", "color", "size", "hour", "latency_bucket", "error_code", "type", "created_at", "timestamp")
    }
    assert [each for query, sums in asked for each in missing_for_sums(query, sums)] == []


def test_what_the_audit_adds_up_has_its_indexes(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(datetime(2026, 3, 4, 12, tzinfo=UTC))
    asked = sums_of(world, monkeypatch, world.app.audits.of_all)
    assert len(asked) > 5
    assert [each for query, sums in asked for each in missing_for_sums(query, sums)] == []


def test_what_is_added_up_of_a_user_s_months_has_its_indexes(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(datetime(2026, 3, 4, 12, tzinfo=UTC))
    world.create()
    world.overwrite(f"generation_requests/{world.create()}", model="Model Z")
    asked = sums_of(world, monkeypatch, lambda: world.api("GET", "/v1/usage", "alice"))
    assert {name for query, _ in asked for name, _, _ in query.where} == {"user_id", "model", "created_at"}
    assert len({(len(query.where), tuple(sums)) for query, sums in asked}) == 4
    assert [each for query, sums in asked for each in missing_for_sums(query, sums)] == []


@pytest.mark.parametrize(
    ("query", "sums", "found"),
    [
        (Query(collection="users", where=(("keys.k1.serial", ">", 1),)), (), ["users ['keys.k1.serial'] COLLECTION"]),
        (Query(collection="users", where=(("weeks.w2026_10.spike", ">", 1),)), (), []),
        (
            Query(collection="generation_requests", where=(("model", "==", "a"),)),
            ("credits_deducted",),
            ["generation_requests ['model', 'credits_deducted'] COLLECTION"],
        ),
        (
            Query(collection="transactions", where=(("type", "==", "a"), ("timestamp", ">", 1))),
            ("credits",),
            ["transactions ['type', 'timestamp', 'credits'] COLLECTION"],
        ),
        (Query(collection="transactions", group=True, where=(("type", "==", "a"), ("timestamp", ">", 1))), (), []),
    ],
)
def test_a_missing_one_for_sums_is_named(query: Query, sums: Sequence[str], found: list[str]) -> None:
    assert missing_for_sums(query, sums) == found


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
