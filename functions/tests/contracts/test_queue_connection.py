"""Connections to Cloud Tasks are kept. These tests are about broken connections, tokens, threads and proxies."""

import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from typing import Any

import google.auth
import pytest
from google.auth.exceptions import RefreshError, TransportError
from urllib3 import PoolManager

from core.errors import Unavailable
from loopback import Loopback, Request, TasksEmulator, loopback
from providers.queue.connection import CloudTasksConnection, emulator_connection, production_connection

PATH = "projects/demo/locations/us-central1/queues/q/tasks"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture
def emulator(socket_enabled: None) -> Iterator[Loopback]:
    with loopback(TasksEmulator()) as found:
        yield found


def task(name: str) -> dict[str, Any]:
    return {"task": {"name": f"{PATH}/{name}"}}


class Script:
    """A server that plays its connections one after the other. For each it is told how many requests it answers, and
    whether it then reads one more, whose answer is lost.
    """

    def __init__(self, *connections: tuple[int, str]) -> None:
        self.bodies: list[bytes] = []
        self.closed = [threading.Event() for _ in connections]
        self._connections = connections
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"

    def play(self) -> None:
        with self._listener:
            for (answered, then), closed in zip(self._connections, self.closed, strict=True):
                connection, _ = self._listener.accept()
                with connection, suppress(ConnectionError):
                    for _ in range(answered):
                        self.bodies.append(read(connection))
                        connection.sendall(ANSWER)
                    if then == "loses one":
                        self.bodies.append(read(connection))
                closed.set()


def read(connection: socket.socket) -> bytes:
    """Read one request, and return its body."""
    with connection.makefile("rb") as lines:
        length = 0
        while (line := lines.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        return lines.read(length)


@contextmanager
def played(*connections: tuple[int, str]) -> Iterator[Script]:
    script = Script(*connections)
    thread = threading.Thread(target=script.play, daemon=True)
    thread.start()
    yield script
    thread.join(timeout=10)
    assert not thread.is_alive(), "the server still waits for a connection"


class TestBrokenConnection:
    def test_a_kept_connection_is_used_again(self, socket_enabled: None) -> None:
        with played((2, "closes")) as server:
            connection = emulator_connection(server.host)
            assert [connection.call("POST", PATH, task(name)).status for name in ("a", "b")] == [200, 200]
        assert [json.loads(body)["task"]["name"][-1] for body in server.bodies] == ["a", "b"]

    def test_one_that_was_closed_meanwhile_is_not_used(self, socket_enabled: None) -> None:
        """The request is written only once, on a connection that is open."""
        with played((1, "closes"), (1, "closes")) as server:
            connection = emulator_connection(server.host)
            connection.call("POST", PATH, task("a"))
            assert server.closed[0].wait(10)
            assert connection.call("POST", PATH, task("b")).status == 200
        assert len(server.bodies) == 2

    def test_one_that_breaks_under_a_request_is_replaced(self, socket_enabled: None) -> None:
        with played((1, "loses one"), (1, "closes")) as server:
            connection = emulator_connection(server.host)
            connection.call("POST", PATH, task("a"))
            assert connection.call("POST", PATH, task("b")).status == 200
        assert [json.loads(body)["task"]["name"][-1] for body in server.bodies] == ["a", "b", "b"]

    def test_a_second_break_is_told(self, socket_enabled: None) -> None:
        with played((0, "loses one"), (0, "loses one")) as server, pytest.raises(Unavailable):
            emulator_connection(server.host).call("POST", PATH, task("a"))
        assert len(server.bodies) == 2

    def test_a_call_without_a_body_has_none(self, socket_enabled: None) -> None:
        with played((1, "closes")) as server:
            assert emulator_connection(server.host).call("DELETE", f"{PATH}/a").status == 200
        assert server.bodies == [b""]


class TestToken:
    def test_each_call_carries_the_token(self, emulator: Loopback) -> None:
        signed_in(emulator, Tokens()).call("POST", PATH, task("a"))
        assert emulator.requests[0].headers["authorization"] == "Bearer token-1"

    def test_a_token_that_was_withdrawn_is_replaced_once(self, emulator: Loopback) -> None:
        emulator.answer = lambda request: (200 if request.headers["authorization"] == "Bearer token-2" else 401, {})
        assert signed_in(emulator, Tokens()).call("POST", PATH, task("a")).status == 200
        assert len(emulator.requests) == 2

    def test_one_that_stays_refused_is_told(self, emulator: Loopback) -> None:
        emulator.answer = lambda _: (401, {})
        assert signed_in(emulator, Tokens()).call("POST", PATH, task("a")).status == 401
        assert len(emulator.requests) == 2

    @pytest.mark.parametrize("error", [TransportError("no metadata server"), RefreshError("no token")])
    def test_where_there_is_none_nothing_is_sent(self, emulator: Loopback, error: Exception) -> None:
        with pytest.raises(Unavailable):
            signed_in(emulator, Tokens(error)).call("POST", PATH, task("a"))
        assert not emulator.requests


class Tokens:
    """Gives out `token-1`, and the next token after each refresh."""

    def __init__(self, error: Exception | None = None) -> None:
        self._number = 1
        self._error = error

    def before_request(self, request: Any, method: str, url: str, headers: dict[str, str]) -> None:
        if self._error is not None:
            raise self._error
        headers["authorization"] = f"Bearer token-{self._number}"

    def refresh(self, request: Any) -> None:
        self._number += 1


def signed_in(emulator: Loopback, tokens: Tokens) -> CloudTasksConnection:
    return CloudTasksConnection(PoolManager().connection_from_url(f"http://{emulator.host}"), "", tokens)


def test_threads_do_not_get_each_others_answers(emulator: Loopback) -> None:
    def echoed(request: Request) -> tuple[int, Any]:
        return 200, request.body["task"]["name"]

    emulator.answer = echoed
    connection = emulator_connection(emulator.host)

    def asked(number: int) -> bool:
        wanted = task(str(number))
        return bool(connection.call("POST", PATH, wanted).data.decode() == wanted["task"]["name"])

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(asked, range(400)))


def test_production_goes_through_the_environments_proxy(socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(google.auth, "default", lambda **_: (Tokens(), "demo"))
    lines: list[bytes] = []

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def refuse() -> None:
            connection, _ = listener.accept()
            with connection, connection.makefile("rb") as sent:
                lines.extend(iter(sent.readline, b"\r\n"))
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

        proxy = threading.Thread(target=refuse, daemon=True)
        proxy.start()
        monkeypatch.setenv("https_proxy", f"http://ada:s%40t@127.0.0.1:{listener.getsockname()[1]}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        with pytest.raises(Unavailable):
            production_connection().call("POST", PATH, task("a"))
        proxy.join(timeout=10)
    assert lines[0].startswith(b"CONNECT cloudtasks.googleapis.com:443 ")
    assert b"proxy-authorization: Basic YWRhOnNAdA==\r\n" in [line.replace(b"Proxy-A", b"proxy-a") for line in lines]
