"""A vendor's server of our own on the loopback address. It records what it is asked, and answers as it is told to."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, Any]


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


class Loopback:
    def __init__(self, answer: Callable[[Request], Answer]) -> None:
        self.requests: list[Request] = []
        self.answer = answer
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length) or b"null")
                status, content = outer.answered(Request(self.command, self.path, dict(self.headers), body))
                is_text = isinstance(content, str)
                data = content.encode() if is_text else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/plain" if is_text else "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self) -> None:
                self.do_POST()

            def do_DELETE(self) -> None:
                self.do_POST()

            def log_message(self, *_: object) -> None:
                """Log nothing, because the requests are recorded."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

        self.server = Server(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"

    def answered(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            return self.answer(request)


@contextmanager
def loopback(answer: Callable[[Request], Answer]) -> Iterator[Loopback]:
    found = Loopback(answer)
    thread = threading.Thread(target=found.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.server.shutdown()
        found.server.server_close()
        thread.join()


class TasksEmulator:
    """Imitates firebase-tools' tasks emulator: addresses have no `/v2`, there are no credentials, and a name is taken
    for ever.
    """

    def __init__(self) -> None:
        self.tasks: dict[str, Any] = {}

    def __call__(self, request: Request) -> Answer:
        parts = request.path.partition("?")[0].split("/")
        if [*parts[1::2], request.method] == ["projects", "locations", "queues", "tasks", "DELETE"]:
            gone = self.tasks.get("/".join(parts[1:])) is None
            self.tasks["/".join(parts[1:])] = None
            return (404, "Tried to remove a task that doesn't exist") if gone else (200, {"res": "OK"})
        if [*parts[1::2], request.method] != ["projects", "locations", "queues", "tasks", "POST"]:
            return 404, "no such route"
        task = request.body["task"]
        if task["name"] in self.tasks:
            return 409, "A task with the same name already exists"
        self.tasks[task["name"]] = task
        return 200, {"task": task}
