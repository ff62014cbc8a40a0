"""The switches of the queue are tested in memory, and with Cloud Tasks' own client against a server that answers as
Cloud Tasks does.
"""

import os
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from google.auth.credentials import AnonymousCredentials, Credentials
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from google.cloud import tasks_v2beta3
from google.cloud.tasks_v2beta3.services.cloud_tasks.transports import CloudTasksRestTransport as ControlTransport
from urllib3 import connection_from_url

from core.errors import NotSupported, Unavailable
from loopback import Answer, Loopback, Request, TasksEmulator, loopback
from providers.queue import control
from providers.queue.all_queues import ControlOfAll
from providers.queue.cloud_tasks import CloudTasksQueue, Target
from providers.queue.connection import CloudTasksConnection
from providers.queue.control import CloudTasksControl, EmulatorControl
from providers.queue.memory import MemoryControl, MemoryQueue
from services.generations.ports import TaskMessage, TaskQueue
from services.generations.task_signatures import TaskSignatures
from services.operations.ports import QueueControl, QueueState, QueueStatus

QUEUE = "projects/demo-queue/locations/us-central1/queues/processImageGeneration"
TARGET = Target(
    queue=QUEUE,
    url="https://us-central1-demo-queue.cloudfunctions.net/processImageGeneration",
    service_account="",
    signatures=TaskSignatures("pepper-of-the-tests-0123456789-abcdef", "demo-queue"),
    deadline_of=lambda _: timedelta(seconds=240),
)
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
ASKS: dict[str, Callable[[QueueControl], QueueStatus]] = {
    "status": lambda queue: queue.status(),
    "pause": lambda queue: queue.pause(),
    "resume": lambda queue: queue.resume(),
    "purge": lambda queue: queue.purge(),
}
every_ask = pytest.mark.parametrize("ask", ASKS.values(), ids=list(ASKS))


class CloudTasks:
    """One queue of Cloud Tasks, over REST.

    Names stay used after a purge. An answer has those fields of a queue that the mask names, and without a mask all but
    `stats`. Enumerations come as numbers if the client asks for that, and 64-bit numbers come as text. Fields that are
    not set are left out.
    """

    _PATH = re.compile(r"/(?P<version>v2|v2beta3)/(?P<queue>projects/[^/]+/locations/[^/]+/queues/[^/:]+)(?P<rest>.*)")
    _STATES = ("STATE_UNSPECIFIED", "RUNNING", "PAUSED", "DISABLED")

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.waiting: list[str] = []
        self.working = 0
        self.told: dict[str, Any] = {
            "name": QUEUE,
            "state": "RUNNING",
            "rateLimits": {"maxDispatchesPerSecond": 500, "maxBurstSize": 100, "maxConcurrentDispatches": 10},
            "retryConfig": {"maxAttempts": 5, "minBackoff": "1s", "maxBackoff": "300s", "maxDoublings": 16},
        }

    def __call__(self, request: Request) -> Answer:
        parts = urlsplit(request.path)
        found = self._PATH.fullmatch(parts.path)
        if found is None:
            return 404, "<html>The requested URL was not found on this server.</html>"
        if found["queue"] != QUEUE:
            return error_of(404, "NOT_FOUND", "Queue does not exist.")
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        match request.method, found["version"], found["rest"]:
            case "POST", "v2", "/tasks":
                return self._create(request.body["task"]["name"])
            case "GET", "v2beta3", "":
                return 200, self._shown(asked)
            case "POST", "v2beta3", ":pause" | ":resume" | ":purge":
                self._switch(found["rest"])
                return 200, self._shown({**asked, "readMask": ""})
        return error_of(404, "NOT_FOUND", "Method not found.")

    def _create(self, name: str) -> Answer:
        if name in self.names:
            return error_of(409, "ALREADY_EXISTS", "Requested entity already exists")
        self.names.add(name)
        self.waiting.append(name)
        return 200, {"name": name}

    def _switch(self, switch: str) -> None:
        if switch == ":purge":
            self.waiting.clear()
            self.told["purgeTime"] = "2026-03-04T12:00:00.250Z"
        else:
            self.told["state"] = {":pause": "PAUSED", ":resume": "RUNNING"}[switch]

    def _shown(self, asked: dict[str, str]) -> dict[str, Any]:
        mask = asked.get("readMask", "")
        names = mask.split(",") if mask else list(self.told)
        shown = {name: value for name, value in {**self.told, "stats": self._stats()}.items() if name in names}
        if "enum-encoding=int" in asked.get("$alt", ""):
            shown["state"] = self._STATES.index(shown["state"])
        return shown

    def _stats(self) -> dict[str, Any]:
        stats: dict[str, Any] = {"effectiveExecutionRate": 500, "concurrentDispatchesCount": str(self.working)}
        if self.waiting or self.working:
            stats["tasksCount"] = str(len(self.waiting) + self.working)
            stats["oldestEstimatedArrivalTime"] = "2026-03-04T11:58:00.500Z"
        return stats


def error_of(code: int, status: str, message: str) -> Answer:
    return code, {"error": {"code": code, "message": message, "status": status}}


@dataclass(frozen=True, slots=True)
class Pair:
    queue: TaskQueue
    control: QueueControl

    def send(self, *dispatches: int) -> list[bool]:
        return [self.queue.enqueue(TaskMessage(generation_id="0f0e-a", dispatch=each)) for each in dispatches]


@pytest.fixture
def cloud_tasks(socket_enabled: None) -> Iterator[Loopback]:
    with loopback(CloudTasks()) as found:
        yield found


def queue_of(cloud_tasks: Loopback) -> CloudTasks:
    """Return the server's queue, for the test to change."""
    assert isinstance(cloud_tasks.answer, CloudTasks)
    return cloud_tasks.answer


def control_at(host: str, queue: str = QUEUE, credentials: Credentials | None = None) -> CloudTasksControl:
    transport = ControlTransport(host=host, credentials=credentials or AnonymousCredentials(), url_scheme="http")
    return CloudTasksControl(tasks_v2beta3.CloudTasksClient(transport=transport), queue)


def pair_at(host: str) -> Pair:
    connection = CloudTasksConnection(connection_from_url(f"http://{host}"), "/v2", None)
    return Pair(CloudTasksQueue(connection, TARGET), control_at(host))


@pytest.fixture(params=["memory", "loopback"])
def pair(request: pytest.FixtureRequest) -> Pair:
    if request.param == "memory":
        queue = MemoryQueue()
        return Pair(queue, MemoryControl(queue, lambda: NOON))
    return pair_at(request.getfixturevalue("cloud_tasks").host)


class TestContract:
    def test_at_first_it_runs_and_is_empty(self, pair: Pair) -> None:
        status = pair.control.status()
        assert (status.state, status.depth, status.oldest_at) == (QueueState.RUNNING, 0, None)
        assert status.purged_at is None

    def test_it_counts_what_waits(self, pair: Pair) -> None:
        pair.send(1, 2, 3)
        assert pair.control.status().depth == 3

    def test_it_is_paused_until_it_is_resumed(self, pair: Pair) -> None:
        assert pair.control.pause().state is QueueState.PAUSED
        assert pair.control.status().state is QueueState.PAUSED
        assert pair.control.resume().state is QueueState.RUNNING
        assert pair.control.status().state is QueueState.RUNNING

    def test_a_switch_may_be_thrown_twice(self, pair: Pair) -> None:
        assert [pair.control.pause().state for _ in range(2)] == [QueueState.PAUSED] * 2
        assert [pair.control.resume().state for _ in range(2)] == [QueueState.RUNNING] * 2

    def test_a_paused_queue_takes_tasks(self, pair: Pair) -> None:
        pair.control.pause()
        assert pair.send(1) == [True]
        assert pair.control.status().depth == 1

    def test_a_purge_drops_what_waits_and_says_when(self, pair: Pair) -> None:
        pair.send(1, 2)
        purged_at = pair.control.purge().purged_at
        assert purged_at is not None
        assert NOON <= purged_at < NOON + timedelta(seconds=1)
        status = pair.control.status()
        assert (status.depth, status.purged_at) == (0, purged_at)

    def test_a_purge_leaves_a_paused_queue_paused(self, pair: Pair) -> None:
        pair.control.pause()
        assert pair.control.purge().state is QueueState.PAUSED

    def test_a_name_outlives_its_task(self, pair: Pair) -> None:
        pair.send(1)
        pair.control.purge()
        assert pair.send(1, 2) == [False, True]
        assert pair.control.status().depth == 1


class TestMemory:
    @every_ask
    def test_while_the_queue_is_down_nothing_is_told_or_done(self, ask: Callable[[QueueControl], QueueStatus]) -> None:
        queue = MemoryQueue()
        switches = MemoryControl(queue, lambda: NOON)
        queue.enqueue(TaskMessage(generation_id="0f0e-a", dispatch=1))
        queue.is_down = True
        with pytest.raises(Unavailable):
            ask(switches)
        queue.is_down = False
        status = switches.status()
        assert (status.state, status.depth, status.purged_at) == (QueueState.RUNNING, 1, None)


class TestStatus:
    def test_all_that_a_queue_tells(self, cloud_tasks: Loopback) -> None:
        pair = pair_at(cloud_tasks.host)
        pair.send(1, 2)
        pair.control.purge()
        pair.send(3)
        assert pair.control.status() == QueueStatus(
            state=QueueState.RUNNING,
            depth=1,
            oldest_at=NOON - timedelta(seconds=119.5),
            purged_at=NOON + timedelta(milliseconds=250),
            max_attempts=5,
            max_concurrent_dispatches=10,
            max_dispatches_per_second=500.0,
        )

    @pytest.mark.parametrize(("waiting", "working", "depth"), [(3, 2, 3), (0, 2, 0)])
    def test_what_is_being_worked_on_does_not_wait(
        self, cloud_tasks: Loopback, waiting: int, working: int, depth: int
    ) -> None:
        queue_of(cloud_tasks).waiting = ["task"] * waiting
        queue_of(cloud_tasks).working = working
        assert control_at(cloud_tasks.host).status().depth == depth

    def test_estimates_that_do_not_fit_together_make_no_negative_depth(self, cloud_tasks: Loopback) -> None:
        cloud_tasks.answer = lambda _: (200, {"stats": {"tasksCount": "1", "concurrentDispatchesCount": "3"}})
        assert control_at(cloud_tasks.host).status().depth == 0

    @pytest.mark.parametrize("state", ["DISABLED", "STATE_UNSPECIFIED"])
    def test_a_state_that_is_neither(self, cloud_tasks: Loopback, state: str) -> None:
        queue_of(cloud_tasks).told["state"] = state
        assert control_at(cloud_tasks.host).status().state is QueueState.UNKNOWN

    def test_what_is_not_told_is_none(self, cloud_tasks: Loopback) -> None:
        cloud_tasks.answer = lambda _: (200, {"name": QUEUE, "state": "RUNNING"})
        assert control_at(cloud_tasks.host).status() == QueueStatus(
            state=QueueState.RUNNING,
            depth=None,
            oldest_at=None,
            purged_at=None,
            max_attempts=None,
            max_concurrent_dispatches=None,
            max_dispatches_per_second=None,
        )

    def test_attempts_without_a_limit_have_none(self, cloud_tasks: Loopback) -> None:
        queue_of(cloud_tasks).told["retryConfig"] = {"maxAttempts": -1}
        assert control_at(cloud_tasks.host).status().max_attempts is None


@every_ask
class TestFailure:
    @pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 429, 500, 503, 504])
    def test_a_refusal_is_unavailable_and_is_not_repeated(
        self, cloud_tasks: Loopback, ask: Callable[[QueueControl], QueueStatus], code: int
    ) -> None:
        cloud_tasks.answer = lambda _: error_of(code, "SOME", "no")
        with pytest.raises(Unavailable):
            ask(control_at(cloud_tasks.host))
        assert len(cloud_tasks.requests) == 1

    def test_a_queue_that_is_not_there(self, cloud_tasks: Loopback, ask: Callable[[QueueControl], QueueStatus]) -> None:
        with pytest.raises(Unavailable, match="Queue does not exist"):
            ask(control_at(cloud_tasks.host, QUEUE.replace("demo-queue", "other")))

    def test_an_operation_that_there_is_not(
        self, cloud_tasks: Loopback, ask: Callable[[QueueControl], QueueStatus]
    ) -> None:
        cloud_tasks.answer = lambda _: error_of(501, "UNIMPLEMENTED", "Not for queues of this kind")
        with pytest.raises(NotSupported, match="Not for queues of this kind"):
            ask(control_at(cloud_tasks.host))

    @pytest.mark.parametrize("code", [200, 502])
    def test_an_answer_of_somebody_in_between(
        self, cloud_tasks: Loopback, ask: Callable[[QueueControl], QueueStatus], code: int
    ) -> None:
        cloud_tasks.answer = lambda _: (code, "<html>Welcome to this network</html>")
        with pytest.raises(Unavailable):
            ask(control_at(cloud_tasks.host))

    def test_nobody_listens(self, cloud_tasks: Loopback, ask: Callable[[QueueControl], QueueStatus]) -> None:
        switches = control_at(cloud_tasks.host)
        cloud_tasks.server.server_close()
        with pytest.raises(Unavailable):
            ask(switches)

    def test_no_answer_in_time(
        self,
        cloud_tasks: Loopback,
        ask: Callable[[QueueControl], QueueStatus],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(control, "_TIMEOUT_SECONDS", 0.1)
        with hanging(cloud_tasks), pytest.raises(Unavailable):
            ask(control_at(cloud_tasks.host))
        assert len(cloud_tasks.requests) == 1

    @pytest.mark.parametrize("error", [TransportError("no metadata server"), RefreshError("no token")])
    def test_no_token_for_the_call(
        self, cloud_tasks: Loopback, ask: Callable[[QueueControl], QueueStatus], error: GoogleAuthError
    ) -> None:
        with pytest.raises(Unavailable):
            ask(control_at(cloud_tasks.host, credentials=_NoToken(error)))
        assert not cloud_tasks.requests


class hanging:  # noqa: N801 - it reads as what the server is meanwhile
    """Every request waits until the block is over. The block ends when the server has seen a request."""

    def __init__(self, server: Loopback) -> None:
        self._server = server
        self._was_asked = threading.Event()
        self._is_over = threading.Event()

    def __enter__(self) -> None:
        def hang(_: Request) -> Answer:
            self._was_asked.set()
            self._is_over.wait(10)
            return 200, {}

        self._server.answer = hang
        # The caller has gone by then, so it is no news that the answer cannot be written.
        self._server.server.handle_error = lambda *_: None  # type: ignore[method-assign]

    def __exit__(self, *_: object) -> None:
        # The caller may give up before the server's thread has read the request.
        assert self._was_asked.wait(10), "no request arrived"
        self._is_over.set()


class _NoToken(Credentials):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def refresh(self, _: object) -> None:
        raise self._error


class EmulatorWithStatistics(TasksEmulator):
    """firebase-tools' emulator reports this about its queues: the tasks that are not yet taken out, and the limits."""

    def __call__(self, request: Request) -> Answer:
        if (request.method, request.path) != ("GET", "/queueStats"):
            return super().__call__(request)
        return 200, statistics(len(self.tasks))


def statistics(tasks: int) -> dict[str, Any]:
    told = {
        "numberOfTasks": tasks,
        "tasksAdded": 0.2,
        "completedLastMin": 0,
        "failedTasks": 0,
        "runningTasks": 10,
        "maxRate": 500,
        "maxConcurrent": 10,
    }
    return {"queue:demo-queue-us-central1-processImageGeneration": told}


class TestEmulator:
    @pytest.fixture
    def emulator(self, socket_enabled: None) -> Iterator[Loopback]:
        with loopback(EmulatorWithStatistics()) as found:
            yield found

    def test_it_tells_what_waits_and_not_whether_it_runs(self, emulator: Loopback) -> None:
        task = {"task": {"name": f"{QUEUE}/tasks/0f0e-a-1"}}
        requests.post(f"http://{emulator.host}/{QUEUE}/tasks", json=task, timeout=5).raise_for_status()
        assert EmulatorControl(emulator.host, QUEUE).status() == QueueStatus(
            state=QueueState.UNKNOWN,
            depth=1,
            oldest_at=None,
            purged_at=None,
            max_attempts=None,
            max_concurrent_dispatches=10,
            max_dispatches_per_second=500,
        )

    @pytest.mark.parametrize("what", ["pause", "resume", "purge"])
    def test_it_has_no_switches(self, emulator: Loopback, what: str) -> None:
        with pytest.raises(NotSupported, match=f"The Tasks emulator cannot {what} a queue"):
            ASKS[what](EmulatorControl(emulator.host, QUEUE))
        assert not emulator.requests

    def test_a_queue_that_it_does_not_have(self, emulator: Loopback) -> None:
        with pytest.raises(Unavailable, match="has no queue:other-us-central1-processImageGeneration"):
            EmulatorControl(emulator.host, QUEUE.replace("demo-queue", "other")).status()

    @pytest.mark.parametrize("answer", [(500, "no"), (500, statistics(1)), (200, "<html>")])
    def test_it_answers_otherwise(self, emulator: Loopback, answer: Answer) -> None:
        emulator.answer = lambda _: answer
        with pytest.raises(Unavailable):
            EmulatorControl(emulator.host, QUEUE).status()

    def test_nobody_listens(self, emulator: Loopback) -> None:
        emulator.server.server_close()
        with pytest.raises(Unavailable):
            EmulatorControl(emulator.host, QUEUE).status()

    def test_no_answer_in_time(self, emulator: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(control, "_TIMEOUT_SECONDS", 0.1)
        with hanging(emulator), pytest.raises(Unavailable):
            EmulatorControl(emulator.host, QUEUE).status()

    @pytest.mark.stack
    def test_the_real_one(self) -> None:
        name = f"projects/{os.environ['GOOGLE_CLOUD_PROJECT']}/locations/us-central1/queues/processImageGeneration"
        status = EmulatorControl(os.environ["CLOUD_TASKS_EMULATOR_HOST"], name).status()
        assert status.state is QueueState.UNKNOWN
        assert status.depth is not None
        assert status.max_concurrent_dispatches
        assert status.max_dispatches_per_second


class TestOfAll:
    """Several queues are treated as one."""

    @pytest.fixture
    def queues(self) -> dict[str, MemoryControl]:
        return {name: MemoryControl(MemoryQueue(), lambda: NOON) for name in ("a", "b")}

    def test_each_is_told_by_its_name(self, queues: dict[str, MemoryControl]) -> None:
        queues["b"]._queue.enqueue(TaskMessage(generation_id="0f0e-a", dispatch=1))
        status = ControlOfAll(queues).status()
        assert (status.state, status.depth) == (QueueState.RUNNING, 1)
        assert [(part.name, part.depth) for part in status.parts] == [("a", 0), ("b", 1)]

    def test_every_one_is_switched(self, queues: dict[str, MemoryControl]) -> None:
        control = ControlOfAll(queues)
        for each in queues.values():
            each._queue.enqueue(TaskMessage(generation_id="0f0e-a", dispatch=1))
        assert (control.purge().depth, control.status().purged_at) == (0, NOON)
        assert control.pause().state is QueueState.PAUSED
        assert {each.status().state for each in queues.values()} == {QueueState.PAUSED}
        queues["a"].resume()
        assert control.status().state is QueueState.UNKNOWN
        assert control.resume().state is QueueState.RUNNING
        assert {each.status().state for each in queues.values()} == {QueueState.RUNNING}

    def test_figures_are_added_up_where_all_are_known(self) -> None:
        known = _Told(depth=3, max_concurrent_dispatches=5, max_dispatches_per_second=1.0)
        added = ControlOfAll({"a": known, "b": known}).status()
        assert (added.depth, added.max_concurrent_dispatches, added.max_dispatches_per_second) == (6, 10, 2.0)
        half = ControlOfAll({"a": known, "b": MemoryControl(MemoryQueue(), lambda: NOON)}).status()
        assert (half.depth, half.max_concurrent_dispatches) == (3, None)


class _Told(MemoryControl):
    def __init__(self, **figures: Any) -> None:
        super().__init__(MemoryQueue(), lambda: NOON)
        self._figures = figures

    def status(self) -> QueueStatus:
        return replace(super().status(), **self._figures)
