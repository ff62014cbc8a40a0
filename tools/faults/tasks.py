"""
Stands in for Cloud Tasks on the loopback address, because firebase-tools' emulator cannot be told to fail.

It speaks the emulator's dialect, but in three things it does as Cloud Tasks does and as the emulator does not. A name
stays taken until an hour after its task has ended. A task is delivered until it is answered with 2xx or its attempts
are used up, and is then gone. An answer that takes longer than the dispatch deadline counts as none, though the worker
goes on. On request it delivers every task twice at once, loses its own answers, or does not answer at all.
"""

import base64
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tools import services

NAME_KEPT = timedelta(hours=1)
ATTEMPTS = 5  # as QUEUE_MAX_ATTEMPTS of the local stack

_DISPATCHES = 16
# Tasks with a time come early, so that nobody here waits for the five seconds between two polls.
_LATEST_SECONDS = 0.3

_BACKOFF_SECONDS = (0.1, 0.2, 0.4, 0.8)
_DISPATCH_DEADLINE_SECONDS = 15.0

REFUSED = "tasks: endpoint down, no answer"
ANSWER_LOST = "tasks: accepted, answer lost"
TWICE = "tasks: delivered twice, at once"


@dataclass
class Mood:
    """The faults that the endpoint has now. The run changes them."""

    is_down: bool = False
    copies: int = 1
    answers_lost: float = 0.0


@dataclass
class TasksEndpoint:
    clock: Callable[[], datetime]
    mood: Mood = field(default_factory=Mood)
    faults: Counter[str] = field(default_factory=Counter)
    deliveries: Counter[str] = field(default_factory=Counter)
    _waiting: Counter[str] = field(default_factory=Counter)
    _ended: dict[str, datetime] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_DISPATCHES))

    def accept(self, task: dict[str, Any]) -> int | None:
        """Take a task, and return the HTTP status of the answer, or None for no answer at all."""
        with self._changed:
            if self.mood.is_down:
                self.faults[REFUSED] += 1
                return None
            if self._is_taken(task["name"]):
                return 409
            self._waiting[task["name"]] = self.mood.copies
            is_lost = random.random() < self.mood.answers_lost  # noqa: S311 - faults are no secret
            self.faults.update({TWICE: int(self.mood.copies > 1), ANSWER_LOST: int(is_lost)})
            start = threading.Barrier(self.mood.copies)
            for _ in range(self.mood.copies):
                self._pool.submit(self._deliver, task, start)
        return None if is_lost else 200

    def wait_until_idle(self, seconds: float) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: not self._waiting, seconds):
                raise TimeoutError(f"{len(self._waiting)} tasks are still under way")

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _is_taken(self, name: str) -> bool:
        ended = self._ended.get(name)
        return name in self._waiting or (ended is not None and self.clock() - ended < NAME_KEPT)

    def _deliver(self, task: dict[str, Any], start: threading.Barrier) -> None:
        time.sleep(_LATEST_SECONDS if "scheduleTime" in task else 0)
        try:
            start.wait(_DISPATCH_DEADLINE_SECONDS)
            self._try_until_done(task["httpRequest"])
        finally:
            self._end(task["name"])

    def _try_until_done(self, request: dict[str, Any]) -> None:
        for pause in (*_BACKOFF_SECONDS[: ATTEMPTS - 1], None):
            outcome = _answer_of(request)
            with self._changed:
                self.deliveries[outcome] += 1
            if outcome == "200" or pause is None:
                return
            time.sleep(pause)

    def _end(self, name: str) -> None:
        with self._changed:
            self._waiting[name] -= 1
            if not self._waiting[name]:
                del self._waiting[name]
                self._ended[name] = self.clock()
            self._changed.notify_all()


def _answer_of(request: dict[str, Any]) -> str:
    """Deliver a task once, and return the status of the answer, or "no answer"."""
    url = urlsplit(request["url"])
    connection = HTTPConnection(url.netloc, timeout=_DISPATCH_DEADLINE_SECONDS)
    try:
        connection.request("POST", url.path or "/", base64.b64decode(request["body"]), request["headers"])
        return str(connection.getresponse().status)
    except (OSError, HTTPException):
        return "no answer"
    finally:
        connection.close()


@contextmanager
def serving(endpoint: TasksEndpoint) -> Iterator[str]:
    """Serve the endpoint, and yield its `address:port`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = endpoint.accept(body["task"])
            if status is None:
                self.close_connection = True
                return
            data = json.dumps({"task": {"name": body["task"]["name"]}}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_DELETE(self) -> None:
            """Answer that there is no such task: each is handed on as soon as it comes, so that none waits here."""
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Log nothing, because what happens is counted."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Pass over clients that were killed and hang up. Any other error is a bug of ours."""
            if not isinstance(sys.exception(), ConnectionError):
                super().handle_error(request, client_address)

    with Server((services.HOST, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"{services.HOST}:{server.server_port}"
        finally:
            server.shutdown()
            endpoint.close()
