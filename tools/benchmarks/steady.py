"""Measures each operation of a warm server beside its floor, on fresh data, in closed loops and in open ones."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.benchmarks import data, servers
from tools.benchmarks.data import ORDER, Project

CLIENTS = (1, 8, 32)
HOT_CLIENTS = 16
# So many threads send requests when they are due. There must be more than can ever wait, or the schedule would slip.
OPEN_CLIENTS = 64

USERS = 96
READ_USERS = 20
READ_GENERATIONS = 400
WORKER_GENERATIONS = 400  # for each second of measuring

Request = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """
    One operation to measure. `requests` prepares a project, and returns the requests to send and the ids of the
    generations for the floor. `floors` are the names of methods of floor.py.
    """

    name: str
    title: str
    target: str
    floors: tuple[str, ...]
    requests: Callable[[Project, float], tuple[list[Request], list[str]]]
    users: int
    clients: tuple[int, ...] = CLIENTS
    rate: int | None = None
    cycle: bool = True
    variables: tuple[tuple[str, str], ...] = ()
    source: Path = servers.FUNCTIONS / "main.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    warm_seconds: float
    seconds: float


def _create(project: Project, _: float) -> tuple[list[Request], list[str]]:
    posts = [{"method": "POST", "path": f"/v1/generations?userId={user}", "body": ORDER} for user in project.users]
    return posts, project.generations(1)


def _status(project: Project, _: float) -> tuple[list[Request], list[str]]:
    return _gets(project, project.processing(READ_GENERATIONS))


def _queued_status(project: Project, _: float) -> tuple[list[Request], list[str]]:
    return _gets(project, project.generations(READ_GENERATIONS))


def _gets(project: Project, ids: list[str]) -> tuple[list[Request], list[str]]:
    owners = [project.users[number % len(project.users)] for number in range(len(ids))]
    gets = [_get(f"/v1/generations/{id_}", owner) for id_, owner in zip(ids, owners, strict=True)]
    return gets, ids


def _balance(project: Project, _: float) -> tuple[list[Request], list[str]]:
    return [_get("/v1/balance", user) for user in project.users], project.generations(READ_GENERATIONS)


def _list(project: Project, _: float) -> tuple[list[Request], list[str]]:
    return [_get("/v1/generations", user) for user in project.users], project.generations(READ_GENERATIONS)


def _tasks(project: Project, seconds: float) -> tuple[list[Request], list[str]]:
    ids = project.generations(int(WORKER_GENERATIONS * seconds))
    fields = [{"generation_request_id": id_, "dispatch": 1, "request_id": "bench"} for id_ in ids]
    bodies = [{"data": project.app.task_signatures.signed(task)} for task in fields]
    return [{"method": "POST", "path": "/", "body": body} for body in bodies], ids


def _ping(_: Project, __: float) -> tuple[list[Request], list[str]]:
    """Return the request that shows what functions-framework and our edge cost in every request."""
    return [{"method": "GET", "path": "/v1/healthz"}], []


def _get(path: str, user: str) -> Request:
    return {"method": "GET", "path": f"{path}?userId={user}"}


_WORKER: dict[str, Any] = {
    "target": "processImageGeneration",
    "requests": _tasks,
    "users": USERS,
    "clients": (1, 8),
    "cycle": False,
    "source": servers.HERE / "served.py",
}
_CREATE: dict[str, Any] = {
    "target": "api",
    "requests": _create,
    "floors": ("create", "create_and_enqueue", "create_by_client"),
}
_READ: dict[str, Any] = {"target": "api", "users": READ_USERS}

OPERATIONS = (
    Operation(name="ping", title="ping: HTTP alone", floors=(), requests=_ping, **_READ),
    Operation(name="create", title="create, many users", users=USERS, rate=100, **_CREATE),
    Operation(name="create_hot", title="create, one hot user", users=1, clients=(HOT_CLIENTS,), **_CREATE),
    Operation(name="status", title="status", floors=("status",), requests=_status, rate=200, **_READ),
    Operation(name="status_queued", title="status while queued", floors=("status",), requests=_queued_status, **_READ),
    Operation(name="balance", title="balance, 20 entries", floors=("balance",), requests=_balance, rate=50, **_READ),
    Operation(name="list", title="list, 20 generations", floors=("page",), requests=_list, rate=50, **_READ),
    Operation(name="success", title="worker, success", floors=("success",), **_WORKER),
    Operation(
        name="failure",
        title="worker, failure",
        floors=("failure",),
        variables=(("SIMULATED_FAILURE_RATE", "1"), ("ATTEMPTS_MAX", "1")),
        **_WORKER,
    ),
)


def measure(operation: Operation, emulators: Mapping[str, str], pace: Pace) -> Iterator[dict[str, Any]]:
    """Yield one row for each number of clients, and one for the constant rate."""
    for clients in operation.clients:
        yield _row(operation, emulators, pace, clients, rate=None)
    if operation.rate is not None:
        yield _row(operation, emulators, pace, OPEN_CLIENTS, rate=operation.rate)


def _row(
    operation: Operation, emulators: Mapping[str, str], pace: Pace, clients: int, *, rate: int | None
) -> dict[str, Any]:
    served, exact = _served(operation, emulators, pace, clients, rate)
    row = {"operation": operation.name, "title": operation.title, "clients": clients, "rate": rate, "served": served}
    if rate is None:
        # One user's commits follow each other, so more threads do not make them faster.
        threads = 1 if operation.users == 1 else clients
        row["floors"] = {floor: _floor(floor, operation, emulators, pace, threads) for floor in operation.floors}
    return {**row, "books_are_exact": exact}


def _served(
    operation: Operation, emulators: Mapping[str, str], pace: Pace, clients: int, rate: int | None
) -> tuple[dict[str, Any], bool]:
    with _prepared(operation, emulators, pace) as (variables, project, requests, _):
        with servers.function(operation.target, variables, operation.source) as function:
            function.wait_until_ready()
            plan = {
                "port": function.port,
                "pids": function.pids,
                "requests": requests,
                "cycle": operation.cycle,
                "clients": clients,
                "rate": rate,
                "warm_seconds": pace.warm_seconds,
                "seconds": pace.seconds,
            }
            served: dict[str, Any] = json.loads(servers.ask("load.py", json.dumps(plan)))
        return served, project.books_are_exact()


def _floor(name: str, operation: Operation, emulators: Mapping[str, str], pace: Pace, threads: int) -> dict[str, Any]:
    with _prepared(operation, emulators, pace) as (variables, project, _, generations):
        plan = {
            "operation": name,
            "clients": threads,
            "users": project.users,
            "generations": generations,
            "warm_seconds": pace.warm_seconds,
            "seconds": pace.seconds,
        }
        found: dict[str, Any] = json.loads(servers.ask("floor.py", json.dumps(plan), **variables))
        return found


@contextmanager
def _prepared(
    operation: Operation, emulators: Mapping[str, str], pace: Pace
) -> Iterator[tuple[dict[str, str], Project, list[Request], list[str]]]:
    os.environ.update(emulators)  # the client looks for its emulator here
    variables = data.environment(emulators, **dict(operation.variables))
    project = Project(variables, operation.users)
    requests, generations = operation.requests(project, pace.warm_seconds + pace.seconds)
    yield variables, project, requests, generations
