"""The queue is tested in memory, and with Cloud Tasks' client against a server that imitates the tasks emulator."""

import base64
import json
import os
import socket
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.cloud import tasks_v2

from core.errors import Unavailable
from core.queues import Queue
from loopback import Answer, Loopback, Request, TasksEmulator, loopback
from providers.queue import connection
from providers.queue.cloud_tasks import CloudTasksQueue, Target
from providers.queue.connection import emulator_connection
from providers.queue.memory import MemoryQueue
from services.generations.ports import TaskMessage, TaskQueue
from services.generations.task_signatures import TaskSignatures

QUEUE = "projects/demo-queue/locations/us-central1/queues/processImageGeneration"
TARGET = Target(
    queue=QUEUE,
    url="http://127.0.0.1:5551/demo-queue/us-central1/processImageGeneration",
    service_account="",
    deadline_of=lambda _: timedelta(seconds=240),
    signatures=TaskSignatures("pepper-of-the-tests-0123456789-abcdef", "demo-queue"),
)
MESSAGE = TaskMessage(generation_id="0f0e-a", dispatch=1, request_id="request-7")


@pytest.fixture
def emulator(socket_enabled: None) -> Iterator[Loopback]:
    with loopback(TasksEmulator()) as found:
        yield found


def queue_at(host: str, **changes: Any) -> CloudTasksQueue:
    return CloudTasksQueue(emulator_connection(host), replace(TARGET, **changes))


def task_in(emulator: Loopback) -> dict[str, Any]:
    task: dict[str, Any] = emulator.requests[-1].body["task"]
    return task


@pytest.fixture(
    params=["memory", "loopback", pytest.param("emulator", marks=pytest.mark.stack)],
)
def queue(request: pytest.FixtureRequest) -> TaskQueue:
    if request.param == "memory":
        return MemoryQueue()
    if request.param == "loopback":
        return queue_at(request.getfixturevalue("emulator").host)
    return queue_at(os.environ["CLOUD_TASKS_EMULATOR_HOST"], queue=_real_queue(), url=_nowhere())


def _real_queue() -> str:
    return f"projects/{os.environ['GOOGLE_CLOUD_PROJECT']}/locations/us-central1/queues/processImageGeneration"


def _nowhere() -> str:
    """Return an address where nobody listens. These tests are about names, so a delivery should do nothing."""
    return f"http://127.0.0.1:{free_port()}/nowhere"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class TestContract:
    @pytest.fixture
    def message(self) -> TaskMessage:
        """Return a message with a new id. The emulator remembers names for ever, so each test needs its own."""
        return TaskMessage(generation_id=str(uuid.uuid4()), dispatch=1)

    def test_a_new_task_is_taken(self, queue: TaskQueue, message: TaskMessage) -> None:
        assert queue.enqueue(message) is True

    def test_a_name_is_taken_once(self, queue: TaskQueue, message: TaskMessage) -> None:
        assert [queue.enqueue(message) for _ in range(3)] == [True, False, False]

    def test_another_dispatch_is_another_task(self, queue: TaskQueue, message: TaskMessage) -> None:
        assert queue.enqueue(message) is True
        assert queue.enqueue(replace(message, dispatch=2)) is True

    def test_a_time_is_no_part_of_the_name(self, queue: TaskQueue, message: TaskMessage) -> None:
        soon = datetime.now(UTC) + timedelta(seconds=5)
        assert queue.enqueue(replace(message, not_before=soon)) is True
        assert queue.enqueue(message) is False

    def test_a_task_is_removed_once(self, queue: TaskQueue, message: TaskMessage) -> None:
        later = replace(message, not_before=datetime.now(UTC) + timedelta(minutes=9))
        queue.enqueue(later)
        assert [queue.remove(message), queue.remove(message)] == [True, False]

    def test_one_that_never_was_is_not_removed(self, queue: TaskQueue, message: TaskMessage) -> None:
        assert queue.remove(message) is False

    def test_a_name_is_of_its_queue(self, queue: TaskQueue, message: TaskMessage) -> None:
        """A name belongs to one queue, so a task that is sent again or removed has to name its queue."""
        other = replace(message, queue=Queue.BACKLOG)
        assert [queue.enqueue(message), queue.enqueue(other)] == [True, True]
        assert queue.enqueue(other) is False


class TestMemory:
    def test_what_is_removed_is_not_handed_out_and_its_name_stays_used_up(self) -> None:
        queue = MemoryQueue()
        messages = [replace(MESSAGE, dispatch=n) for n in (1, 2, 3)]
        for message in messages:
            queue.enqueue(message)
        assert queue.remove(replace(messages[1], queue=Queue.BACKLOG)) is False
        assert queue.remove(messages[1]) is True
        assert list(queue.waiting) == [messages[0], messages[2]]
        assert queue.enqueue(messages[1]) is False

    def test_it_holds_what_waits_in_order(self) -> None:
        queue = MemoryQueue()
        messages = [replace(MESSAGE, dispatch=n) for n in (2, 1, 3)]
        for message in messages:
            queue.enqueue(message)
        assert list(queue.waiting) == messages

    def test_while_it_is_down_nothing_is_taken_and_no_name_is_used_up(self) -> None:
        queue = MemoryQueue()
        queue.is_down = True
        with pytest.raises(Unavailable):
            queue.enqueue(MESSAGE)
        assert not queue.waiting
        queue.is_down = False
        assert queue.enqueue(MESSAGE) is True


class TestRequest:
    def test_it_goes_to_the_queue_without_the_version_prefix(self, emulator: Loopback) -> None:
        queue_at(emulator.host).enqueue(MESSAGE)
        (request,) = emulator.requests
        assert request.method == "POST"
        assert request.path.partition("?")[0] == f"/{QUEUE}/tasks"
        assert "Authorization" not in request.headers

    def test_the_task_is_named_after_generation_and_dispatch(self, emulator: Loopback) -> None:
        queue_at(emulator.host).enqueue(replace(MESSAGE, dispatch=3))
        assert task_in(emulator)["name"] == f"{QUEUE}/tasks/0f0e-a-3"

    def test_the_body_is_what_a_queue_function_takes(self, emulator: Loopback) -> None:
        queue_at(emulator.host).enqueue(MESSAGE)
        call = task_in(emulator)["httpRequest"]
        data = json.loads(base64.b64decode(call["body"]))["data"]
        assert TARGET.signatures.holds(data)
        assert {name: value for name, value in data.items() if name != "signature"} == {
            "generation_request_id": "0f0e-a",
            "dispatch": 1,
            "request_id": "request-7",
        }
        assert call["headers"] == {"Content-Type": "application/json"}
        assert call["httpMethod"] in ("POST", tasks_v2.HttpMethod.POST.value)
        assert call["url"] == TARGET.url

    @pytest.mark.parametrize("queue", Queue)
    def test_each_task_goes_to_its_queue_and_to_the_one_worker(self, emulator: Loopback, queue: Queue) -> None:
        queue_at(emulator.host).enqueue(replace(MESSAGE, queue=queue))
        place = f"projects/demo-queue/locations/us-central1/queues/{queue.value}/tasks"
        assert emulator.requests[0].path.partition("?")[0] == f"/{place}"
        assert task_in(emulator)["name"] == f"{place}/0f0e-a-1"
        assert task_in(emulator)["httpRequest"]["url"] == TARGET.url

    def test_a_removal_names_the_task_in_its_queue(self, emulator: Loopback) -> None:
        message = replace(MESSAGE, dispatch=3, queue=Queue.POLLS)
        queue_at(emulator.host).enqueue(message)
        assert queue_at(emulator.host).remove(message) is True
        request = emulator.requests[-1]
        assert request.method == "DELETE"
        assert request.path == "/projects/demo-queue/locations/us-central1/queues/pollRemoteJobs/tasks/0f0e-a-3"

    def test_the_deadline_of_its_queue_is_told(self, emulator: Loopback) -> None:
        deadlines = {Queue.GENERATIONS: timedelta(minutes=4, seconds=1), Queue.POLLS: timedelta(seconds=30)}
        queue = queue_at(emulator.host, deadline_of=deadlines.__getitem__)
        for each, told in ((Queue.GENERATIONS, "241s"), (Queue.POLLS, "30s")):
            queue.enqueue(replace(MESSAGE, queue=each))
            assert task_in(emulator)["dispatchDeadline"] == told

    def test_a_time_is_told_where_one_is_wished_for(self, emulator: Loopback) -> None:
        queue = queue_at(emulator.host)
        queue.enqueue(MESSAGE)
        assert "scheduleTime" not in task_in(emulator)
        not_before = datetime(2026, 3, 4, 12, 0, 5, 500000, tzinfo=UTC)
        queue.enqueue(replace(MESSAGE, dispatch=2, not_before=not_before))
        assert datetime.fromisoformat(task_in(emulator)["scheduleTime"]) == not_before

    def test_a_service_account_signs_for_the_worker(self, emulator: Loopback) -> None:
        worker = "https://us-central1-demo.cloudfunctions.net/processImageGeneration"
        queue_at(emulator.host, url=worker, service_account="tasks@demo.iam.gserviceaccount.com").enqueue(MESSAGE)
        assert task_in(emulator)["httpRequest"]["oidcToken"] == {
            "serviceAccountEmail": "tasks@demo.iam.gserviceaccount.com",
            "audience": worker,
        }

    def test_without_one_nothing_is_signed(self, emulator: Loopback) -> None:
        queue_at(emulator.host).enqueue(MESSAGE)
        assert "oidcToken" not in task_in(emulator)["httpRequest"]


class TestFailure:
    def test_cloud_tasks_too_says_that_a_name_is_taken(self, emulator: Loopback) -> None:
        """Cloud Tasks says so in JSON, while the emulator says it in plain text."""
        error = {"code": 409, "message": "Requested entity already exists", "status": "ALREADY_EXISTS"}
        emulator.answer = lambda _: (409, {"error": error})
        assert queue_at(emulator.host).enqueue(MESSAGE) is False

    def test_a_task_that_is_gone_is_not_removed(self, emulator: Loopback) -> None:
        emulator.answer = lambda _: (404, {"error": {"code": 404, "message": "The task no longer exists"}})
        assert queue_at(emulator.host).remove(MESSAGE) is False

    @pytest.mark.parametrize("status", [400, 403, 409, 429, 500, 503])
    def test_a_refused_removal_is_unavailable(self, emulator: Loopback, status: int) -> None:
        emulator.answer = lambda _: (status, {"error": {"code": status, "message": "no"}})
        with pytest.raises(Unavailable):
            queue_at(emulator.host).remove(MESSAGE)

    @pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 503])
    def test_a_refusal_is_unavailable_and_is_not_repeated(self, emulator: Loopback, status: int) -> None:
        emulator.answer = lambda _: (status, {"error": {"code": status, "message": "no"}})
        with pytest.raises(Unavailable):
            queue_at(emulator.host).enqueue(MESSAGE)
        assert len(emulator.requests) == 1

    def test_nobody_listens(self, socket_enabled: None) -> None:
        with pytest.raises(Unavailable):
            queue_at(f"127.0.0.1:{free_port()}").enqueue(MESSAGE)

    def test_no_answer_in_time(self, emulator: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connection, "_TIMEOUT_SECONDS", 0.1)
        test_is_over = threading.Event()

        def hang(_: Request) -> Answer:
            test_is_over.wait()
            return 200, {}

        emulator.answer = hang
        try:
            with pytest.raises(Unavailable):
                queue_at(emulator.host).enqueue(MESSAGE)
        finally:
            test_is_over.set()
