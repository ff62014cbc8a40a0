"""
Measures the cold start: from the start of the process to its first answer, and to its first answer that needs
Firestore. It is compared with an empty functions-framework app that reads one document through the same client.
Bytecode is there, as when deployed.
"""

import http.client
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from tools import services
from tools.benchmarks import data, servers
from tools.benchmarks.data import ORDER, Project
from tools.benchmarks.servers import FUNCTIONS, HERE, Function

TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    method: str
    path: str
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One function to start. Its `ping` needs no database, and its `read` does."""

    title: str
    source: Path
    target: str
    ping: Call
    read: Call


CASES = (
    Case(
        title="empty app",
        source=HERE / "empty/main.py",
        target="read",
        ping=Call(method="GET", path="/ping"),
        read=Call(method="GET", path="/"),
    ),
    Case(
        title="api: who am I",
        source=FUNCTIONS / "main.py",
        target="api",
        ping=Call(method="GET", path="/v1/healthz"),
        read=Call(method="GET", path="/v1/me?userId=user-0000"),
    ),
    Case(
        title="api: create",
        source=FUNCTIONS / "main.py",
        target="api",
        ping=Call(method="GET", path="/v1/healthz"),
        read=Call(method="POST", path="/v1/generations?userId=user-0000", body=ORDER),
    ),
    Case(
        title="createGenerationRequest",
        source=FUNCTIONS / "main.py",
        target="createGenerationRequest",
        ping=Call(method="OPTIONS", path="/"),
        read=Call(method="POST", path="/", body={**ORDER, "userId": "user-0000"}),
    ),
)


def measure(emulators: Mapping[str, str], runs: int) -> list[dict[str, Any]]:
    """
    Measure all cases in turn, `runs` times, so that what disturbs one disturbs all. A first round, which writes the
    bytecode, does not count. Return a row for each case.
    """
    os.environ.update(emulators)
    variables = data.environment(emulators)
    Project(variables, users=1)
    rounds = [[_started(case, variables) for case in CASES] for _ in range(runs + 1)][1:]
    empty = {name: median(each[0][name] for each in rounds) for name in ("read_ms", "cpu_ms")}
    return [
        {**_summary(case, [each[place] for each in rounds], empty), "modules": _modules(case, variables)}
        for place, case in enumerate(CASES)
    ]


def _modules(case: Case, variables: Mapping[str, str]) -> int:
    body = [] if case.read.body is None else [json.dumps(case.read.body)]
    arguments = [str(case.source), case.target, case.read.method, case.read.path, *body]
    answer = servers.ask("modules.py", "", *arguments, PYTHONPATH=str(FUNCTIONS), **variables)
    return int(answer.split()[0])


def _summary(case: Case, runs: list[dict[str, float]], empty: Mapping[str, float]) -> dict[str, Any]:
    found: dict[str, Any] = {name: round(median(run[name] for run in runs), 1) for name in runs[0]}
    least = round(min(run["read_ms"] for run in runs), 1)
    ratios = {"ratio": round(found["read_ms"] / empty["read_ms"], 2), "cpu_ratio": found["cpu_ms"] / empty["cpu_ms"]}
    return {"title": case.title, **found, "read_ms_least": least, **ratios}


def _started(case: Case, variables: Mapping[str, str]) -> dict[str, float]:
    """
    Start the function once for its ping and once for its read, because a second request to the same process would find
    half of the work done. Return milliseconds and MiB.
    """
    ping_ms = next(_answered(case, case.ping, variables))["ms"]
    read = next(_answered(case, case.read, variables))
    return {"ping_ms": ping_ms, "read_ms": read["ms"], "pss_mib": read["pss_mib"], "cpu_ms": read["cpu_ms"]}


def _answered(case: Case, call: Call, variables: Mapping[str, str]) -> Iterator[dict[str, float]]:
    started = time.perf_counter()
    with servers.function(case.target, variables, case.source) as function:
        _first_answer(function, call)
        milliseconds = (time.perf_counter() - started) * 1000
        both = (function.process.pid, *function.pids)
        yield {"ms": milliseconds, "pss_mib": sum(map(_pss, both)), "cpu_ms": sum(map(_cpu, both))}


def _first_answer(function: Function, call: Call) -> None:
    body = None if call.body is None else json.dumps(call.body)
    while True:
        connection = http.client.HTTPConnection(services.HOST, function.port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(call.method, call.path, body, {"Content-Type": "application/json"})
            status = connection.getresponse().status
        except ConnectionRefusedError:
            time.sleep(0.001)
            continue
        finally:
            connection.close()
        if status >= http.client.BAD_REQUEST:
            raise RuntimeError(f"{call.method} {call.path} answered {status}")
        return


def _pss(pid: int) -> float:
    """Return the memory in MiB that the process adds to what is in use."""
    return float(psutil.Process(pid).memory_full_info().pss) / 2**20


def _cpu(pid: int) -> float:
    """Return the processor time of all threads in milliseconds. psutil and /proc/PID/stat count in steps of ten."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text(encoding="ascii").split()[0]) for thread in threads) / 1e6
