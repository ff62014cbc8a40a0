"""Starts the processes under test: the Firestore emulator, and functions-framework under gunicorn, as deployed."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tools import services, toolchain
from tools.processes import stop_politely

_READY_SECONDS = 60.0
_LOOK_SECONDS = 0.05
_POLITE_SECONDS = 5.0
_TAIL_CHARACTERS = 4000


class Process:
    """One server with its port, and its output in a file."""

    def __init__(self, command: list[str], *, port: int, log: Path, environment: Mapping[str, str]) -> None:
        self.host = f"{services.HOST}:{port}"
        self.url = f"http://{self.host}"
        self._port = port
        self._log = log
        with log.open("wb") as output:
            self._child = subprocess.Popen(
                command,
                cwd=log.parent,  # Firestore writes a log of its own into this folder
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C must reach only us, for we stop them in order
            )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while not services.in_use(self._port):
            if self._child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self._log.name} did not start:\n{self.tail()}")
            time.sleep(_LOOK_SECONDS)

    def tail(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-_TAIL_CHARACTERS:]

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop the server for a while. It is there and does not answer, as on a machine that is too busy."""
        self._child.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._child.send_signal(signal.SIGCONT)

    def ask_to_end(self) -> None:
        self._child.terminate()

    def end(self) -> None:
        stop_politely(self._child, _POLITE_SECONDS)
        if self._child.poll() is None:
            self._child.kill()
            self._child.wait()


@contextmanager
def firestore() -> Iterator[Process]:
    """Run the emulator that set-up found, in a JVM of its own."""
    found = services.found_by_setup()
    jar = found["firestore_jar"] or str(toolchain.pinned_downloads()[0])
    port = free_port()
    command = [found["java"], "-jar", jar, "--host", services.HOST, "--port", str(port)]
    with tempfile.TemporaryDirectory(prefix="darkroom-firestore-") as folder:
        process = Process(command, port=port, log=Path(folder) / "firestore.log", environment=services.environment(()))
        try:
            process.wait_until_ready()
            yield process
        finally:
            process.end()


def function(target: str, folder: Path, environment: Mapping[str, str], *, port: int | None) -> Process:
    """Start a function without waiting for it, so that several start at once. Without a `port`, a free one is taken."""
    port = port or free_port()
    source = str(Path(__file__).with_name("served.py"))
    command = [sys.executable, "-m", "functions_framework", "--target", target, "--source", source]
    paths = os.pathsep.join([str(services.ROOT / "functions"), str(services.ROOT)])
    return Process(
        [*command, "--host", services.HOST, "--port", str(port)],
        port=port,
        log=folder / f"{target}.log",
        environment={**environment, "PYTHONPATH": paths},
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((services.HOST, 0))
        return int(probe.getsockname()[1])
