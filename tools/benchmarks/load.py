"""
Generates load, in a process of its own and as cheaply as Python can: its raw sockets stay open, and its requests are
bytes before the clock starts. It reads a plan from standard input and prints what it measured, both as JSON.

In a closed loop, each client sends its next request when it has the answer. In an open loop (`rate`), requests are due
by the clock. A late one is measured from when it was due, so that a slow server cannot hide behind the waiting client.
"""

import itertools
import json
import select
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.benchmarks.window import Finished, Window

_TIMEOUT_SECONDS = 30


class Client:
    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def send(self, request: bytes) -> int | str:
        """Send the request and return the status, or the name of the error if there is none."""
        try:
            return self._exchange(request)
        except OSError as error:
            self._socket = None
            return type(error).__name__

    def _exchange(self, request: bytes) -> int:
        connection = self._connection()
        connection.sendall(request)
        answer = b""
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._received(connection)
        length = _content_length(answer[:end])
        while len(answer) < end + 4 + length:
            answer += self._received(connection)
        return int(answer[9:12])

    def _received(self, connection: socket.socket) -> bytes:
        data = connection.recv(65536)
        if not data:
            raise ConnectionResetError
        return data

    def _connection(self) -> socket.socket:
        """
        Return an open connection. Gunicorn closes one that was idle for two seconds, which can then be read without
        anything in it.
        """
        if self._socket is None or select.select([self._socket], [], [], 0)[0]:
            self._socket = socket.create_connection(("127.0.0.1", self._port), _TIMEOUT_SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def encoded(request: dict[str, Any]) -> bytes:
    body = json.dumps(request["body"]).encode() if "body" in request else b""
    head = f"{request['method']} {request['path']} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body


def main() -> None:
    plan = json.load(sys.stdin)
    requests = [encoded(each) for each in plan["requests"]]
    turns = itertools.count()  # calling next() on it is atomic

    def work(stopped: Callable[[], bool], log: list[Finished]) -> None:
        client = Client(plan["port"])
        while not stopped():
            turn = next(turns)
            if turn >= len(requests) and not plan["cycle"]:
                return
            due = _due(turn)
            status = client.send(requests[turn % len(requests)])
            now = time.perf_counter()
            log.append((now, now - due, status))

    Client(plan["port"]).send(requests[next(turns)])  # the first answer is part of the cold start, so it does not count
    start = time.perf_counter()

    def _due(turn: int) -> float:
        now = time.perf_counter()
        if plan["rate"] is None:
            return now
        due = float(start + (turn - 1) / plan["rate"])
        if due > now:
            time.sleep(due - now)
        return due

    window = Window(warm_seconds=plan["warm_seconds"], seconds=plan["seconds"], pids=plan["pids"])
    print(json.dumps(window.measure([work] * plan["clients"])))


if __name__ == "__main__":
    main()
