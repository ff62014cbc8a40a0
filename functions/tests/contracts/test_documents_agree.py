"""The same random operations are done on the database and on its twin in memory. Every answer must be the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from emulator import firestore_documents
from repositories.store.documents import (
    REMOVED,
    AlreadyExists,
    Conflict,
    Create,
    Delete,
    Document,
    Documents,
    Increment,
    Query,
    Totals,
    Update,
    Write,
)
from repositories.store.memory import MemoryDocuments

SEQUENCES = 200
OPERATIONS = 14
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
COLLECTIONS = ("users", "users/a/entries", "users/b/entries", "users/a-b/entries")
IDS = ("a", "b", "a-b", "é", "😀")
PATHS = tuple(f"{collection}/{id_}" for collection in COLLECTIONS for id_ in IDS)
NAMES = ("n", "m", "kind")
# These are names in a map that holds plain values where queries look.
DEEP_NAMES = ("deep.x", "deep.in.x")

# No query asks for these fields, because the twin does not compare maps.
NESTED_NAMES = ("map.x", "map.y", "map.in.x", "map.in.y", "map.in.in.x", "other.x")
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, 2, 3, -1, 1.0, 2.5, 2**53),
    *("", "a", "b", "é", "😀"),
    *(NOON, NOON + timedelta(microseconds=1), NOON - timedelta(days=1)),
)
COMPARABLE = tuple(value for value in VALUES if value is not None)


class Pair:
    """Both databases, and for each document the versions that it has had there, oldest first."""

    def __init__(self, firestore: Documents, memory: Documents) -> None:
        self.sides = (firestore, memory)
        self.versions: dict[str, list[tuple[datetime, datetime]]] = {}

    def commit(self, writes: list[tuple[Write, int | None]]) -> tuple[object, ...]:
        """Commit the writes on both sides. With each write comes the place of the version that it should find, counted
        from the newest.
        """
        answers = [
            self._committed(side, [self._with_version(write, place, side) for write, place in writes])
            for side in (0, 1)
        ]
        if all(isinstance(answer, list) for answer in answers):
            return self._kept(writes, answers)
        return tuple(type(answer) for answer in answers)

    def _committed(self, side: int, writes: list[Write]) -> list[datetime] | Exception:
        try:
            return self.sides[side].commit(writes)
        except (AlreadyExists, Conflict) as error:
            return error

    def _with_version(self, write: Write, place: int | None, side: int) -> Write:
        known = self.versions.get(write.path, [])
        if isinstance(write, Create) or place is None or place >= len(known):
            return write
        return replace(write, version=known[-1 - place][side])

    def _kept(self, writes: list[tuple[Write, int | None]], answers: list[Any]) -> tuple[object, object]:
        """Return for each write which of the document's versions it has now. A new version is at the end.

        The time of a deletion is not kept as a version. The emulator takes it for one while the document does not
        exist.
        """
        places: tuple[list[int], list[int]] = ([], [])
        for (write, _), *versions in zip(writes, *answers, strict=True):
            if isinstance(write, Delete):
                continue
            known = self.versions.setdefault(write.path, [])
            for side in (0, 1):
                seen = [pair[side] for pair in known]
                places[side].append(seen.index(versions[side]) if versions[side] in seen else len(seen))
            if places[0][-1] == len(known):
                known.append((versions[0], versions[1]))
        return places


def value_of(value: Any) -> Any:
    """Return the value together with its type, because 1, 1.0 and True are equal in Python."""
    if isinstance(value, dict):
        return {name: value_of(each) for name, each in value.items()}
    kind = datetime if isinstance(value, datetime) else type(value)
    return (kind.__name__, value)


def shown(document: Document | None) -> object:
    if document is None:
        return None
    return document.path, value_of(document.fields)


def some_fields(chance: Random) -> dict[str, Any]:
    """Return at least one field, sometimes with a map, or with a plain value where other documents have a map."""
    fields = {name: chance.choice(VALUES) for name in chance.sample(NAMES, chance.randint(1, len(NAMES)))}
    fields |= {"map": some_map(chance)} if chance.random() < 0.6 else {}
    return fields | ({"deep": some_deep(chance)} if chance.random() < 0.7 else {})


def some_deep(chance: Random) -> Any:
    """Return a map, or sometimes a plain value, so that there is no map where one is looked for."""
    if chance.random() < 0.1:
        return chance.choice(VALUES)
    inside = {"x": chance.choice(VALUES)} if chance.random() < 0.8 else chance.choice(VALUES)
    places = {"x": chance.choice(VALUES), "in": inside}
    return {name: value for name, value in places.items() if chance.random() < 0.8}


def some_map(chance: Random, depth: int = 3) -> Any:
    if depth == 0 or chance.random() < 0.2:
        return chance.choice(VALUES)
    return {name: some_map(chance, depth - 1) for name in ("x", "y", "in") if chance.random() < 0.6}


def some_changes(chance: Random) -> dict[str, Any]:
    """Return at least one change. None of them is inside another."""
    names = chance.sample(NAMES, chance.randint(0, len(NAMES)))
    nested = chance.sample(("map", *NESTED_NAMES, *DEEP_NAMES), chance.randint(0 if names else 1, 3))
    names += [name for name in nested if not any(name.startswith(f"{other}.") for other in nested)]
    return {name: some_change(chance, name) for name in names}


def some_change(chance: Random, name: str) -> Any:
    kind = chance.random()
    if kind < 0.35:
        return Increment(chance.randint(-2, 3))
    if kind < 0.55:
        return REMOVED
    return chance.choice(VALUES) if name in NAMES + DEEP_NAMES else some_map(chance)


def some_writes(chance: Random) -> list[tuple[Write, int | None]]:
    paths = chance.sample(PATHS, chance.randint(1, 4))
    writes: list[tuple[Write, int | None]] = []
    for path in paths:
        kind = chance.random()
        if kind < 0.6:
            writes.append((Create(path, some_fields(chance)), None))
        elif kind < 0.9:
            writes.append((Update(path, some_changes(chance)), chance.choice((None, None, 0, 0, 0, 1))))
        else:
            writes.append((Delete(path), chance.choice((None, 0, 0, 1))))
    return writes


def some_updates(chance: Random, known: dict[str, Any]) -> list[tuple[Write, int | None]]:
    """Return updates of documents that exist, so that most of them succeed."""
    paths = chance.sample(sorted(known), min(len(known), chance.randint(1, 3)))
    return [
        (
            Delete(path) if chance.random() < 0.1 else Update(path, some_changes(chance)),
            chance.choice((None, 0, 0, 0, 0, 1)),
        )
        for path in paths
    ]


def some_condition(chance: Random, name: str) -> tuple[str, str, Any]:
    operator = chance.choice(("==", "in", "<", "<=", ">", ">="))
    if operator == "in":
        return name, operator, chance.sample(VALUES, chance.randint(1, 3))
    return name, operator, chance.choice(VALUES if operator == "==" else COMPARABLE)


def some_query(chance: Random) -> Query:
    asked = NAMES + DEEP_NAMES
    where = tuple(some_condition(chance, name) for name in chance.sample(asked, chance.choice((0, 0, 1, 1, 2))))
    ranges = [name for name, operator, _ in where if operator not in ("==", "in")]
    names = ranges or chance.sample(asked, chance.choice((0, 1, 1, 2)))
    order = tuple(chance.choice(("", "-")) + name for name in names)
    if len(ranges) == 1 and chance.random() < 0.3:
        order = ()
    group = chance.random() < 0.3
    return Query(
        collection="entries" if group else chance.choice(COLLECTIONS),
        group=group,
        where=where,
        order_by=order,
        limit=chance.choice((None, 1, 1, 2, 3)),
        fields=chance.choice((None, None, None, None, ("n",), ("n", "kind"), ("deep.x", "n"), ())),
    )


def value_in(document: Document, name: str) -> Any:
    value: Any = document.fields
    for part in name.split("."):
        value = value[part]
    return value


def next_page(query: Query, last: Document) -> Query:
    values = (value_in(last, name.lstrip("-")) for name in query.order_by)
    return replace(query, after=(*values, last.path if query.group else last.id))


def queries(chance: Random, pair: Pair) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield the answers to a query, and to the query for its next page, if it can go on."""
    query = some_query(chance)
    yield str(query), queried(pair, query)
    found = pair.sides[1].query(query)
    if found and query.fields is None and (query.order_by or not _has_range(query)):
        page = next_page(query, found[-1])
        yield f"{'group' if page.group else 'collection'} goes on: {page}", queried(pair, page)


def queried(pair: Pair, query: Query) -> tuple[object, object]:
    there, here = ([shown(document) for document in side.query(query)] for side in pair.sides)
    return there, here


def _has_range(query: Query) -> bool:
    return any(operator not in ("==", "in") for _, operator, _ in query.where)


def totalled(pair: Pair, query: Query, sums: tuple[str, ...]) -> tuple[Totals, Totals]:
    plain = Query(collection=query.collection, group=query.group, where=query.where)
    return pair.sides[0].totals(plain, sums), pair.sides[1].totals(plain, sums)


def operations(chance: Random, pair: Pair) -> Iterator[tuple[str, tuple[object, ...]]]:
    first: list[tuple[Write, int | None]] = [
        (Create(path, some_fields(chance)), None) for path in chance.sample(PATHS, chance.choice((0, 4, 12)))
    ]
    yield f"commit {first}", pair.commit(first)
    for _ in range(OPERATIONS):
        kind = chance.random()
        if kind < 0.45:
            writes = some_writes(chance) if kind < 0.2 or not pair.versions else some_updates(chance, pair.versions)
            yield f"commit {writes}", pair.commit(writes)
        elif kind < 0.55:
            path = chance.choice(PATHS)
            yield f"get {path}", (shown(pair.sides[0].get(path)), shown(pair.sides[1].get(path)))
        elif kind < 0.85:
            yield from queries(chance, pair)
        else:
            query, sums = some_query(chance), tuple(chance.sample(NAMES + DEEP_NAMES, chance.randint(0, 3)))
            yield f"totals of {sums} over {query}", totalled(pair, query, sums)


@pytest.mark.emulator
@pytest.mark.parametrize("first", range(0, SEQUENCES, 20))
def test_every_answer_is_the_same(first: int) -> None:
    for seed in range(first, first + 20):
        with firestore_documents() as firestore:
            pair = Pair(firestore, MemoryDocuments())
            done: list[str] = []
            for operation, (there, here) in operations(Random(seed), pair):
                done.append(operation)
                assert there == here, "\n".join([f"seed {seed}:", *done])
            for path in pair.versions:
                assert shown(pair.sides[0].get(path)) == shown(pair.sides[1].get(path)), f"seed {seed}: {path}"


TELLING = ("Delete", "'n': <_Removal", "'map.x': Increment", "'map.in.x': <_Removal", "'map.in.in.x': {", "'map': {")


def test_the_sequences_reach_every_kind_of_answer() -> None:
    """The sequences have to reach every kind of answer, because otherwise the comparison could compare nothing with
    nothing.
    """
    seen: set[object] = set()
    for seed in range(SEQUENCES):
        for operation, (answer, _) in operations(Random(seed), Pair(MemoryDocuments(), MemoryDocuments())):
            kinds = [operation.partition(" ")[0].partition("(")[0]]
            if "deep." in operation and kinds != ["commit"]:
                kinds.append(f"nested {kinds[0]}")
            if kinds == ["commit"]:
                kinds += [telling for telling in TELLING if telling in operation]
            seen |= {(kind, answer if isinstance(answer, type) else bool(answer)) for kind in kinds}
    assert seen >= {
        ("commit", True),
        ("commit", AlreadyExists),
        ("commit", Conflict),
        ("get", True),
        ("get", False),
        ("Query", True),
        ("Query", False),
        ("collection", True),
        ("collection", False),
        ("group", True),
        ("group", False),
        *((telling, True) for telling in TELLING),
        ("Delete", Conflict),
        ("nested Query", True),
        ("nested Query", False),
        ("nested collection", True),
        ("nested group", True),
        ("nested totals", True),
    }
