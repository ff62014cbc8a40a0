"""The limits of Firestore are tested on the emulator and on its twin. If one refuses something, the other refuses it
too.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from google.api_core import exceptions as google_errors
from google.cloud import firestore
from pytest_mock import MockerFixture

from core.errors import RefusedByDatabase
from emulator import firestore_documents, fresh_project
from repositories.store.documents import REMOVED, Create, Delete, Documents, Increment, Query, Update, Write
from repositories.store.firestore import FirestoreDocuments
from repositories.store.firestore_calls import FirestoreCalls
from repositories.store.memory import MemoryDocuments

NAME = 1500
VALUE = 1024 * 1024 - 89
HALF = "a" * 600_000


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"x": value}
    return value


def listed(levels: int) -> Any:
    """Return maps and lists inside each other. Each pair counts as two levels."""
    value: Any = 1
    for _ in range(levels):
        value = {"x": [value]}
    return value


def dotted(parts: int) -> str:
    return ".".join(["p"] * parts)


REFUSED: dict[str, Write] = {
    "reserved field": Create("things/a", {"__x__": 1}),
    "reserved field with a line break": Create("things/a", {"__\n__": 1}),
    "reserved field in a map": Create("things/a", {"map": {"__x__": 1}}),
    "reserved field in a list": Create("things/a", {"list": [{"__x__": 1}]}),
    "empty field": Create("things/a", {"": 1}),
    "empty field in a map": Create("things/a", {"map": {"": 1}}),
    "long field": Create("things/a", {"n" * (NAME + 1): 1}),
    "long field in bytes": Create("things/a", {"é" * (NAME // 2 + 1): 1}),
    "long field in a map": Create("things/a", {"map": {"n" * (NAME + 1): 1}}),
    "reserved id": Create("things/__x__", {}),
    "reserved collection": Create("__x__/a", {}),
    "id of one dot": Create("things/.", {}),
    "id of two dots": Create("things/..", {}),
    "empty id": Create("things/", {}),
    "long id": Create("things/" + "i" * (NAME + 1), {}),
    "path of a collection": Create("things/a/parts", {}),
    "deep maps": Create("things/a", {"map": nested(21)}),
    "deep lists": Create("things/a", {"map": listed(11)}),
    "list in a list": Create("things/a", {"list": [[1]]}),
    "long value": Create("things/a", {"value": "a" * (VALUE + 1)}),
    "lone surrogate": Create("things/a", {"value": "\ud800"}),
    "large document": Create("things/a", {"one": HALF, "two": HALF}),
    "update of a reserved field": Update("things/there", {"__x__": 1}),
    "update of a reserved field in a map": Update("things/there", {"map.__x__": 1}),
    "update with a reserved field inside": Update("things/there", {"map": {"__x__": 1}}),
    "increment of a reserved field": Update("things/there", {"map.__x__": Increment(1)}),
    "removal of a reserved field": Update("things/there", {"__x__": REMOVED}),
    "update of a long field": Update("things/there", {"n" * (NAME + 1): 1}),
    "update of a deep field": Update("things/there", {dotted(21): 1}),
    "update that makes it too large": Update("things/large", {"more": HALF}),
    "deletion of a reserved id": Delete("things/__x__"),
}
TAKEN: dict[str, Write] = {
    "long field": Create("things/a", {"n" * NAME: 1}),
    "underscores": Create("things/a", {"__": 1, "___": 1, "__x": 1, "x__": 1}),
    "long id": Create("things/" + "i" * NAME, {}),
    "deep maps": Create("things/a", {"map": nested(20)}),
    "deep lists": Create("things/a", {"map": listed(10)}),
    "long value": Create("things/a", {"value": "a" * VALUE}),
    "NUL": Create("things/a", {"\x00": "\x00"}),
    "update of a deep field": Update("things/there", {dotted(20): 1}),
}


@pytest.fixture(params=["memory", pytest.param("firestore", marks=pytest.mark.emulator)])
def documents(request: pytest.FixtureRequest) -> Iterator[Documents]:
    if request.param == "memory":
        yield MemoryDocuments()
        return
    with firestore_documents() as found:
        yield found


def fill(documents: Documents, path: str) -> None:
    """Create the documents. The large one is made only for the write that is about it, because an emulator that has
    just started is slow.
    """
    documents.commit([Create("things/there", {"n": 1})])
    if path == "things/large":
        documents.commit([Create(path, {"one": HALF})])


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_and_nothing_is_written(documents: Documents, name: str) -> None:
    fill(documents, REFUSED[name].path)
    with pytest.raises(RefusedByDatabase):
        documents.commit([Create("things/beside", {}), REFUSED[name]])
    assert documents.get("things/beside") is None
    assert documents.get("things/there") is not None


@pytest.mark.parametrize("name", TAKEN)
def test_at_the_limit_it_is_taken(documents: Documents, name: str) -> None:
    fill(documents, TAKEN[name].path)
    documents.commit([TAKEN[name]])
    assert documents.get(TAKEN[name].path) is not None


@pytest.mark.parametrize(
    "path", ["things/__x__", "things/.", "things/..", "things/", "things/a/parts", "things/\ud800"]
)
def test_no_such_path_is_read(documents: Documents, path: str) -> None:
    with pytest.raises(RefusedByDatabase):
        documents.get(path)


@pytest.mark.parametrize(
    "query",
    [
        Query(collection="things/__x__/parts"),
        Query(collection="things", where=(("__x__", "==", 1),)),
        Query(collection="things", where=(("n", "==", "v" * (NAME + 1)),)),
        Query(collection="things", where=(("n", "==", "\ud800"),)),
        Query(collection="things", order_by=("n" * (NAME + 1),)),
        Query(collection="things", after=("__x__",)),
    ],
    ids=["collection", "field", "value", "surrogate", "order", "reserved id"],
)
def test_no_such_query_is_run(documents: Documents, query: Query) -> None:
    with pytest.raises(RefusedByDatabase):
        documents.query(query)


class TestBeyondTheEmulator:
    """The emulator does not check these limits of Firestore, but the twin does."""

    def test_index_entries(self) -> None:
        """The limit is 40,000. Each plain value has two entries, one for each direction."""
        documents = MemoryDocuments()
        documents.commit([Create("things/a", {"map": {f"k{place}": 1 for place in range(20_000)}})])
        with pytest.raises(RefusedByDatabase):
            documents.commit([Update("things/a", {"map.more": 1})])
        with pytest.raises(RefusedByDatabase):
            documents.commit([Create("things/b", {"list": list(range(40_001))})])

    def test_an_index_entry_of_7680_bytes(self) -> None:
        """An entry holds the document's path, the collection's path, and up to 1,500 bytes of the value."""
        path = "/".join(["c" * 1400, "d" * 1400, "e" * 600, "f" * 10])
        documents = MemoryDocuments()
        documents.commit([Create(path, {"value": "short"})])
        with pytest.raises(RefusedByDatabase):
            documents.commit([Update(path, {"value": "v" * 1500})])

    def test_a_path_of_6144_bytes(self) -> None:
        with pytest.raises(RefusedByDatabase):
            MemoryDocuments().get("/".join(["c" * 1500] * 6))

    def test_a_page_behind_an_id_of_over_1500_bytes(self) -> None:
        with pytest.raises(RefusedByDatabase):
            MemoryDocuments().query(Query(collection="things", after=("i" * (NAME + 1),)))


@pytest.mark.parametrize(
    ("rpc", "ask"),
    [
        ("commit", lambda documents: documents.commit([Create("things/a", {})])),
        ("get_document", lambda documents: documents.get("things/a")),
        ("run_query", lambda documents: documents.query(Query(collection="things"))),
        ("run_aggregation_query", lambda documents: documents.totals(Query(collection="things"))),
    ],
    ids=["commit", "get", "query", "totals"],
)
def test_an_invalid_argument_has_a_name_and_stands_in_the_log(
    monkeypatch: pytest.MonkeyPatch,
    mocker: MockerFixture,
    caplog: pytest.LogCaptureFixture,
    rpc: str,
    ask: Callable[[Documents], object],
) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1")
    client = firestore.Client(project=fresh_project())
    mocker.patch.object(FirestoreCalls, rpc, side_effect=google_errors.InvalidArgument("too deep"))
    with pytest.raises(RefusedByDatabase) as refused:
        ask(FirestoreDocuments(client))
    client.close()
    assert "too deep" in refused.value.reason
    assert "too deep" not in refused.value.message
    assert [(record.levelname, record.message) for record in caplog.records] == [("ERROR", "database_refused")]
