"""Starts the emulators and the functions that a benchmark runs against, each in a process on a free port."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT, Popen

import psutil

from tools import services
from tools.processes import stop_politely

HERE = Path(__file__).resolve().parent
FUNCTIONS = services.ROOT / "functions"
LOGS = services.LOCAL / "logs"
BYTECODE = services.LOCAL / "bytecode"
READY_SECONDS = 60
STOP_SECONDS = 5


def python(*arguments: str, **environment: str) -> tuple[list[str], dict[str, str]]:
    """
    Return the command and the environment of a Python that writes its bytecode into a folder of ours, because deployed
    code comes compiled, too.
    """
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return [sys.executable, *arguments], {**inherited, "PYTHONPYCACHEPREFIX": str(BYTECODE), **environment}


@contextmanager
def emulators() -> Iterator[dict[str, str]]:
    """Run the emulators, and yield the variables that lead a function to them."""
    with firestore() as firestore_port, endpoint() as port:
        yield {
            "FIRESTORE_EMULATOR_HOST": f"{services.HOST}:{firestore_port}",
            "CLOUD_TASKS_EMULATOR_HOST": f"{services.HOST}:{port}",
            "STORAGE_EMULATOR_HOST": f"http://{services.HOST}:{port}",
            "no_proxy": services.HOST,
        }


@contextmanager
def firestore() -> Iterator[int]:
    found, port = services.found_by_setup(), free_port()
    jar = found["firestore_jar"] or os.environ["FIRESTORE_EMULATOR_BINARY_PATH"]
    command = [found["java"], "-jar", jar, "--host", services.HOST, "--port", str(port)]
    with _running(command, dict(os.environ), "bench-firestore") as process:
        wait_until_it_listens(process, port)
        yield port


@contextmanager
def endpoint() -> Iterator[int]:
    command, environment = python(str(HERE / "endpoint.py"))
    with Popen(command, env=environment, stdout=PIPE, stderr=DEVNULL) as process:
        try:
            if process.stdout is None:
                raise AssertionError  # Popen makes it, for we asked for a pipe
            yield int(process.stdout.readline())
        finally:
            stop_politely(process, STOP_SECONDS)


class Function:
    """A function as it is deployed: functions-framework under gunicorn, with one worker process and its threads."""

    def __init__(self, process: Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port

    @property
    def pids(self) -> list[int]:
        """Return the number of gunicorn's worker, which serves. Its parent only watches over it."""
        return [child.pid for child in psutil.Process(self.process.pid).children()]

    def wait_until_ready(self) -> None:
        wait_until_it_listens(self.process, self.port)
        while not self.pids:  # gunicorn listens first, and forks afterwards
            time.sleep(0.01)


@contextmanager
def function(target: str, environment: Mapping[str, str], source: Path = FUNCTIONS / "main.py") -> Iterator[Function]:
    port = free_port()
    options = ("--target", target, "--source", str(source), "--host", services.HOST, "--port", str(port))
    command, own = python("-m", "functions_framework", *options, PYTHONPATH=str(FUNCTIONS))
    with _running(command, {**own, **environment}, f"bench-{target}") as process:
        yield Function(process, port)


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], name: str) -> Iterator[Popen[bytes]]:
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / f"{name}.log").open("wb") as log:
        process = Popen(command, cwd=LOGS, env=dict(environment), stdout=log, stderr=STDOUT)
        try:
            yield process
        finally:
            stop_politely(process, STOP_SECONDS)
            if process.poll() is None:
                process.kill()
                process.wait()


def wait_until_it_listens(process: Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not services.in_use(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} does not listen; its log is in {LOGS.name}/")
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((services.HOST, 0))
        return int(probe.getsockname()[1])


def ask(script: str, plan: str, *arguments: str, **environment: str) -> str:
    """Run one of our own scripts on a plan, and return what it prints. Raises RuntimeError if it fails."""
    command, own = python(str(HERE / script), *arguments)
    done = subprocess.run(
        command, input=plan, env={**own, **environment}, capture_output=True, text=True, check=False, timeout=300
    )
    if done.returncode:
        raise RuntimeError(f"{script} failed:\n{done.stderr[-2000:]}")
    return done.stdout
