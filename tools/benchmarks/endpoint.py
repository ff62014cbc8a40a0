"""
Stands in for Cloud Tasks and Cloud Storage, as far as a benchmark needs them, in a process of its own. It accepts every
request and keeps only the names of tasks. It speaks as the tasks emulator does, without `/v2`, and prints its port.
"""

import json
import socket
import threading

CONFLICT = b"HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n"


class Endpoint:
    def __init__(self) -> None:
        self._names: set[str] = set()
        self._lock = threading.Lock()

    def serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, connection.makefile("rb") as stream:
            while first := stream.readline():
                length = 0
                while (line := stream.readline()) not in (b"\r\n", b""):
                    name, _, value = line.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                connection.sendall(self._answer(first, stream.read(length)))

    def _answer(self, first: bytes, body: bytes) -> bytes:
        content = b"{}"
        if b"/queues/" in first:
            task = json.loads(body)["task"]
            with self._lock:
                if task["name"] in self._names:
                    return CONFLICT
                self._names.add(task["name"])
            content = json.dumps({"task": task}).encode()
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(content)
        ) + content


def main() -> None:
    endpoint = Endpoint()
    with socket.create_server(("127.0.0.1", 0), backlog=256) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            connection, _ = server.accept()
            threading.Thread(target=endpoint.serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
