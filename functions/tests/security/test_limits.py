"""Requests that are too large, or that are not HTTP at all, are sent to the server as it is deployed: gunicorn, on the
loopback address.

controllers/http/test_bad_input.py and test_boundary.py beside it show what the application itself refuses. These tests
are about what happens before.
"""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest

from controllers.http.body import BODY_BYTES_MAX
from e2e.test_hot_user import Server, serving
from tools import services
from world import ORDER

pytestmark = [pytest.mark.stack, pytest.mark.timeout(120)]

# Anybody may call this, so nothing is refused before the body is read.
PATH = "/v1/webhooks/providers"

# No request here gets as far as any of these emulators.
NOBODYS = ("FIRESTORE_EMULATOR_HOST", "CLOUD_TASKS_EMULATOR_HOST", "STORAGE_EMULATOR_HOST")

PATIENCE_SECONDS = 20


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    environment = {
        **services.local_values(),
        "FUNCTIONS_EMULATOR": "true",
        "AUTH_MODE": "required",
        "GOOGLE_CLOUD_PROJECT": "demo-limits",
        "GCLOUD_PROJECT": "demo-limits",
        **dict.fromkeys(NOBODYS, "127.0.0.1:9"),
        "THREADS": "4",
    }
    with serving("api", environment) as found:
        yield found


def connected(server: Server) -> socket.socket:
    host, _, port = server.url.rpartition("/")[2].partition(":")
    found = socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS)
    found.settimeout(PATIENCE_SECONDS)
    return found


def answer(connection: socket.socket) -> tuple[int, bytes]:
    """Return status and body. The status is 0 if the server closed the connection without an answer."""
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except ConnectionError:
        pass
    head, _, body = received.partition(b"\r\n\r\n")
    return (int(head.split()[1]), body) if head else (0, b"")


def sent(server: Server, raw: bytes) -> tuple[int, bytes]:
    """Send the bytes. The server may have answered and closed the connection before it has read all of them."""
    with closing(connected(server)) as connection:
        try:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        return answer(connection)


def request(method: str = "POST", path: str = PATH, body: bytes = b"", **headers: str) -> bytes:
    lines = {"Host": "127.0.0.1", "Connection": "close", "Content-Type": "application/json", **headers}
    if "Transfer_Encoding" not in lines:
        lines.setdefault("Content_Length", str(len(body)))
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


def chunked(*chunks: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))


def assert_alive(server: Server) -> None:
    status, _ = sent(server, request("GET", "/v1/healthz"))
    assert (status, server.process.poll()) == (200, None), server.log()


def problem(body: bytes) -> str:
    return str(json.loads(body)["code"])


@pytest.mark.parametrize(
    ("spare", "status", "code"),
    [(0, 400, "malformed_json"), *((spare, 413, "payload_too_large") for spare in (1, 2, 1024 * 1024))],
)
def test_a_body_has_64_kib_and_not_a_byte_more(server: Server, spare: int, status: int, code: str) -> None:
    found, body = sent(server, request(body=b"[" * (BODY_BYTES_MAX + spare)))
    assert (found, problem(body)) == (status, code)
    assert_alive(server)


@pytest.mark.parametrize("size", [BODY_BYTES_MAX + 1, 8 * 1024 * 1024])
def test_a_body_whose_length_is_not_told_has_no_more(server: Server, size: int) -> None:
    chunks = [b" " * 4096] * (size // 4096) + [b" " * (size % 4096 or 1)]
    found, body = sent(server, request(body=chunked(*chunks), Transfer_Encoding="chunked"))
    assert found in (0, 413), body
    if found:
        assert problem(body) == "payload_too_large"
    assert_alive(server)


def test_a_length_that_is_told_is_enough_to_refuse(server: Server) -> None:
    """The request announces ten gigabytes, and never sends them."""
    with closing(connected(server)) as connection:
        connection.sendall(request(Content_Length=str(10 * 2**30)))
        status, body = answer(connection)
    assert (status, problem(body)) == (413, "payload_too_large")
    assert_alive(server)


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/generations"), ("GET", "/v1/me"), ("POST", "/v1/nothing")])
def test_nor_is_it_read_where_the_caller_is_refused(server: Server, method: str, path: str) -> None:
    """functions-framework would read the whole body into memory before it sends the answer."""
    with closing(connected(server)) as connection:
        connection.sendall(request(method, path, Content_Length=str(10 * 2**30)))
        status, body = answer(connection)
    assert (status, problem(body)) in {(401, "unauthenticated"), (404, "route_not_found")}
    assert_alive(server)


def test_deep_json_is_named_as_such(server: Server) -> None:
    for opening in (b"[", b'{"a":'):
        status, body = sent(server, request(body=b'{"generation_id":' + opening * 10_000))
        assert (status, problem(body)) == (400, "malformed_json")
    nested = b'{"generation_id": ' + b"[" * 1000 + b"]" * 1000 + b"}"
    status, body = sent(server, request(body=nested))
    assert (status, problem(body)) == (400, "malformed_json")
    assert_alive(server)


def test_headers_that_the_server_takes_and_we_do_not_are_431(server: Server) -> None:
    many: dict[str, Any] = {f"X_Padding_{number}": "x" * 4000 for number in range(5)}
    status, body = sent(server, request("GET", "/v1/healthz", **many))
    assert (status, problem(body)) == (431, "headers_too_large")
    assert_alive(server)


TEN_THOUSAND: dict[str, Any] = {f"X_{number}": "x" for number in range(10_000)}
HOSTILE: dict[str, bytes] = {
    "a header of 100 KB": request("GET", "/v1/healthz", X_Large="x" * 100_000),
    "ten thousand headers": request("GET", "/v1/healthz", **TEN_THOUSAND),
    "an address of 100 KB": request("GET", "/v1/" + "x" * 100_000),
    "a name with a space": b"GET /v1/healthz HTTP/1.1\r\nHost: a\r\nX Bad: 1\r\nConnection: close\r\n\r\n",
    "a zero in a header": b"GET /v1/healthz HTTP/1.1\r\nHost: a\r\nX-Bad: a\x00b\r\nConnection: close\r\n\r\n",
    "a line that goes on": b"GET /v1/healthz HTTP/1.1\r\nHost: a\r\nX-Bad: 1\r\n 2\r\nConnection: close\r\n\r\n",
    "two lengths": b"POST "
    + PATH.encode()
    + b" HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a length and chunks": request(body=chunked(b"{}"), Transfer_Encoding="chunked", Content_Length="2"),
    "a negative length": request(Content_Length="-1"),
    "a length in words": request(Content_Length="two"),
    "another coding": request(body=b"{}", Transfer_Encoding="gzip"),
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc" * 20,
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "an old version": b"GET /v1/healthz HTTP/7.3\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_good_http_ends_before_us(server: Server, what: str) -> None:
    status, body = sent(server, HOSTILE[what])
    assert status == 0 or 400 <= status < 500 or status in (501, 505), (status, body[:200])
    assert b"Traceback" not in body
    assert_alive(server)


def test_chunks_of_no_size_are_an_opaque_fault(server: Server) -> None:
    """The server fails with an error of its own while we read. Google's front end does not let such chunks through."""
    raw = request(body=b"zz\r\n{}\r\n0\r\n\r\n", Transfer_Encoding="chunked")
    status, body = sent(server, raw)
    assert (status, problem(body)) == (500, "internal")
    assert b"chunk" not in body
    assert_alive(server)


@pytest.mark.parametrize("body", [b"\xff\xfe{}", b"{" * 100, b"NaN", b'{"generation_id": 1e999}', bytes(range(256))])
def test_garbage_in_a_body_is_named(server: Server, body: bytes) -> None:
    status, said = sent(server, request(body=body))
    assert (status, problem(said)) in {(400, "malformed_json"), (400, "invalid_request")}
    assert_alive(server)


def test_a_body_that_breaks_off_writes_nothing_and_holds_nobody_up(server: Server) -> None:
    raw = request(body=b'{"generation_id": ', Content_Length="1000")
    status, _ = sent(server, raw)
    assert status in (0, 400)
    assert_alive(server)


def test_while_slow_clients_hold_threads_others_are_served(server: Server) -> None:
    """Slow clients hold three of four threads. On Cloud Run, Google's front end reads these before we see them."""
    slow = [connected(server) for _ in range(3)]
    try:
        for connection in slow:
            connection.sendall(request(Content_Length="1000"))
        assert_alive(server)
    finally:
        for connection in slow:
            connection.close()
    assert_alive(server)


def test_what_a_client_says_of_its_address_and_its_task_opens_nothing(server: Server) -> None:
    spoofed = {
        "X_CloudTasks_QueueName": "processImageGeneration",
        "X_CloudTasks_TaskName": "1",
        "X_CloudScheduler": "true",
        "X_Forwarded_For": "127.0.0.1",
        "X_Appengine_User_Is_Admin": "1",
        "X_Goog_Authenticated_User_Email": "accounts.google.com:admin@example.com",
        "X_Http_Method_Override": "GET",
    }
    order = json.dumps(ORDER).encode()
    for method, path, body in (
        ("GET", "/v1/me", b""),
        ("GET", "/v1/admin/users", b""),
        ("POST", "/v1/admin/sweep", b""),
        ("POST", "/v1/generations", order),
    ):
        status, said = sent(server, request(method, path, body, **spoofed))
        assert (status, problem(said)) == (401, "unauthenticated"), path


def test_a_storm_of_all_that_leaves_the_server_standing(server: Server) -> None:
    def storm(raw: bytes) -> Any:
        return sent(server, raw)[0]

    with ThreadPoolExecutor(8) as pool:
        statuses = [*pool.map(storm, [*HOSTILE.values()] * 4)]
    assert not {500, 502, 503} & set(statuses)
    assert_alive(server)
