"""These tests look at what is sent to Firestore, and at what is made of the answers. A server of our own answers as it
is told to.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.cloud import firestore
from google.cloud.firestore_v1 import types

from core.errors import Unavailable
from emulator import fresh_project
from repositories.store import firestore as adapter
from repositories.store.documents import AlreadyExists, Ambiguous, Conflict, Create, Query, Totals
from repositories.store.firestore import FirestoreDocuments

THINGS = Query(collection="things")
ROOT = "projects/demo/databases/(default)/documents"

Answer = Callable[[grpc.ServicerContext], Iterator[Any]]


class Server(grpc.GenericRpcHandler):
    """Answers each call with the next of its `answers`, and remembers the method and the headers."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        method = details.method.rpartition("/")[2]
        self.calls.append((method, dict(details.invocation_metadata)))
        answer = self.answers.pop(0)

        def one(_: bytes, context: grpc.ServicerContext) -> bytes:
            return bytes(next(answer(context)))

        def several(_: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
            yield from answer(context)

        if method.startswith("Run"):
            return grpc.unary_stream_rpc_method_handler(several)
        return grpc.unary_unary_rpc_method_handler(one)


@pytest.fixture
def server(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    handler = Server()
    served = grpc.server(ThreadPoolExecutor(4), handlers=[handler])
    port = served.add_insecure_port("127.0.0.1:0")
    served.start()
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", f"127.0.0.1:{port}")
    yield handler
    served.stop(None).wait()


@pytest.fixture
def documents(server: Server) -> Iterator[FirestoreDocuments]:
    client = firestore.Client(project=fresh_project())
    yield FirestoreDocuments(client)
    client.close()


def with_code(code: grpc.StatusCode, *before: Any) -> Answer:
    """Return an answer that sends what is in `before`, and then ends with the code."""

    def answer(context: grpc.ServicerContext) -> Iterator[bytes]:
        yield from map(wire, before)
        context.abort(code, "as told")

    return answer


def good(*messages: Any) -> Answer:
    return lambda _: map(wire, messages)


def wire(message: Any) -> bytes:
    return bytes(type(message).serialize(message))


def found(name: str) -> types.RunQueryResponse:
    return types.RunQueryResponse(document={"name": f"{ROOT}/things/{name}"})


def counted(number: int) -> types.RunAggregationQueryResponse:
    return types.RunAggregationQueryResponse(result={"aggregate_fields": {"count": {"integer_value": number}}})


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (grpc.StatusCode.ALREADY_EXISTS, AlreadyExists),
        (grpc.StatusCode.FAILED_PRECONDITION, Conflict),
        (grpc.StatusCode.ABORTED, Conflict),
        (grpc.StatusCode.NOT_FOUND, Conflict),
        (grpc.StatusCode.UNAVAILABLE, Ambiguous),
        (grpc.StatusCode.DEADLINE_EXCEEDED, Ambiguous),
        (grpc.StatusCode.INTERNAL, Ambiguous),
        (grpc.StatusCode.UNKNOWN, Ambiguous),
        (grpc.StatusCode.CANCELLED, Ambiguous),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, Ambiguous),
    ],
    ids=lambda each: each.name if isinstance(each, grpc.StatusCode) else "",
)
def test_a_commit_that_fails_is_sent_once(
    server: Server, documents: FirestoreDocuments, code: grpc.StatusCode, error: type[Exception]
) -> None:
    server.answers = [with_code(code)]
    with pytest.raises(error):
        documents.commit([Create("things/a", {})])
    assert [method for method, _ in server.calls] == ["Commit"]


def test_a_commit_without_an_answer_in_time_is_ambiguous(
    server: Server, documents: FirestoreDocuments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "_COMMIT_TIMEOUT_SECONDS", 0.2)
    test_is_over = threading.Event()

    def hang(_: grpc.ServicerContext) -> Iterator[bytes]:
        test_is_over.wait()
        yield b""

    server.answers = [hang]
    try:
        with pytest.raises(Ambiguous):
            documents.commit([Create("things/a", {})])
    finally:
        test_is_over.set()


def test_a_document_that_is_missing_is_none(server: Server, documents: FirestoreDocuments) -> None:
    server.answers = [with_code(grpc.StatusCode.NOT_FOUND)]
    assert documents.get("things/a") is None


def test_a_read_that_fails_is_made_again(server: Server, documents: FirestoreDocuments) -> None:
    server.answers = [with_code(grpc.StatusCode.UNAVAILABLE), good(types.Document(name=f"{ROOT}/things/a"))]
    assert documents.get("things/a") is not None
    assert len(server.calls) == 2


def test_one_that_is_refused_for_good_is_told(server: Server, documents: FirestoreDocuments) -> None:
    server.answers = [with_code(grpc.StatusCode.INTERNAL)]
    with pytest.raises(Unavailable):
        documents.get("things/a")


def test_a_list_that_breaks_off_is_read_again_from_its_start(server: Server, documents: FirestoreDocuments) -> None:
    server.answers = [with_code(grpc.StatusCode.UNAVAILABLE, found("a")), good(found("a"), found("b"))]
    assert [document.id for document in documents.query(THINGS)] == ["a", "b"]


def test_a_count_whose_stream_breaks_off_is_the_one_of_the_last_answer(
    server: Server, documents: FirestoreDocuments
) -> None:
    server.answers = [with_code(grpc.StatusCode.UNAVAILABLE, counted(2)), good(counted(3))]
    assert documents.totals(THINGS) == Totals(3)


def test_each_call_names_the_database_whose_region_it_goes_to(server: Server, documents: FirestoreDocuments) -> None:
    database = documents._client._database_string
    escaped = database.replace("(", "%28").replace(")", "%29")
    server.answers = [
        good(types.CommitResponse(write_results=[{}])),
        good(types.Document(name=f"{ROOT}/things/a")),
        good(found("a")),
        good(counted(1)),
    ]
    documents.commit([Create("things/a", {})])
    documents.get("things/a")
    documents.query(THINGS)
    documents.totals(THINGS)
    assert [headers["google-cloud-resource-prefix"] for _, headers in server.calls] == [database] * 4
    assert [(method, headers["x-goog-request-params"]) for method, headers in server.calls] == [
        ("Commit", f"database={escaped}"),
        ("GetDocument", f"name={escaped}/documents/things/a"),
        ("RunQuery", f"parent={escaped}/documents"),
        ("RunAggregationQuery", f"parent={escaped}/documents"),
    ]
