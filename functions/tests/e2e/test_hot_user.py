"""One account gets 160 requests at once for 100 credits, through real servers and over the real wire."""

import os
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import IO, Any

import pytest
import requests

from bootstrap import Darkroom
from core.settings import Settings
from domain.credits.ledger import EntryType
from domain.credits.user import User
from domain.generations.generation import Generation, Status
from emulator import firestore_documents, fresh_project
from loopback import Loopback, TasksEmulator, loopback
from providers.queue.memory import MemoryQueue
from providers.storage.memory import MemoryOutputs
from repositories.operations.demo import DemoRepository
from repositories.store.firestore import FirestoreDocuments
from schemas.generations.asks import ask_of
from services.generations.orders import Order
from services.generations.ports import GenerationFilter
from tools import services
from users import a_user
from world import ORDER

pytestmark = [pytest.mark.emulator, pytest.mark.timeout(300)]

FUNCTIONS = Path(__file__).resolve().parents[2]
CREDITS = 100
REQUESTS = 160
TIMEOUT_SECONDS = 120


class Server:
    """functions-framework runs under gunicorn, as it is deployed, on a port that the system chooses."""

    def __init__(self, target: str, environment: Mapping[str, str], log: IO[str]) -> None:
        self._log = log
        port = _free_port()
        command = [sys.executable, "-m", "functions_framework", "--target", target, "--source", "main.py"]
        self.process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            cwd=FUNCTIONS,
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        )
        self.url = f"http://127.0.0.1:{port}"

    def wait_until_ready(self) -> None:
        """Wait until gunicorn listens. The first request then waits for the worker by itself."""
        while not self._listens():
            if self.process.poll() is not None:
                pytest.fail(f"the server ended:\n{self.log()}")
            try:
                self.process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", int(self.url.rpartition(":")[2]))) == 0

    def log(self) -> str:
        self._log.seek(0)
        return self._log.read()[-4000:]

    def post(self, body: Any) -> requests.Response:
        return requests.post(self.url, json=body, timeout=TIMEOUT_SECONDS)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(target: str, environment: Mapping[str, str]) -> Iterator[Server]:
    with tempfile.TemporaryFile("a+") as log:
        server = Server(target, environment, log)
        try:
            server.wait_until_ready()
            yield server
        finally:
            server.stop()


@pytest.fixture
def project() -> str:
    return fresh_project()


@pytest.fixture
def documents(project: str) -> Iterator[FirestoreDocuments]:
    with firestore_documents(project) as found:
        yield found


@pytest.fixture
def tasks() -> Iterator[Loopback]:
    with loopback(TasksEmulator()) as found:
        yield found


@pytest.fixture
def environment(project: str, tasks: Loopback) -> dict[str, str]:
    return {
        **services.local_values(),
        "FUNCTIONS_EMULATOR": "true",
        "AUTH_MODE": "open",
        "GOOGLE_CLOUD_PROJECT": project,
        "GCLOUD_PROJECT": project,
        "FIRESTORE_EMULATOR_HOST": os.environ["FIRESTORE_EMULATOR_HOST"],
        "CLOUD_TASKS_EMULATOR_HOST": tasks.host,
        "STORAGE_EMULATOR_HOST": f"http://{tasks.host}",
        "SIMULATED_FAILURE_RATE": "1",
        "SIMULATED_LATENCY_SECONDS": "0",
        "THREADS": "32",
        "CLOCK_OFFSET_SECONDS": os.environ.get("CLOCK_OFFSET_SECONDS", "0"),
        "no_proxy": "127.0.0.1",
    }


@pytest.fixture
def app(documents: FirestoreDocuments, environment: dict[str, str]) -> Darkroom:
    """Return the application beside the servers, on the same data, with the catalogue and the hot user."""
    parts: dict[str, Any] = {"documents": documents, "queue": MemoryQueue(), "outputs": MemoryOutputs()}
    app = Darkroom(Settings.from_environment(environment), **parts)
    app.seeding.put_catalog()
    now = app.clock()
    user = a_user("hot", name="Hot", email="hot@example.com", current_credits=0, created_at=now, books_opened_at=now)
    DemoRepository(documents).put_user(user, [], [])
    app.ledger.add("hot", EntryType.GRANT, CREDITS, source="test", external_id="start", description="Start")
    return app


def generations(app: Darkroom) -> list[Generation]:
    return app.generations.page({"hot"}, GenerationFilter(), after=None, limit=1000)


def entries(app: Darkroom, kind: EntryType) -> list[str]:
    found = app.entries.page("hot", after=None, limit=1000)
    return [entry.id for entry in found if entry.type is kind]


def user(app: Darkroom) -> User:
    found = app.users.get("hot")
    assert found is not None
    return found


def assert_books_are_exact(app: Darkroom) -> None:
    audit = app.audits.of_all()
    assert audit.users_checked == 1
    assert (audit.differences, audit.different, audit.unopened) == ((), (), ())


def test_one_hundred_credits_buy_one_hundred_images(
    app: Darkroom, environment: dict[str, str], tasks: Loopback
) -> None:
    order = ORDER | {"userId": "hot"}
    with serving("createGenerationRequest", environment) as server, ThreadPoolExecutor(REQUESTS) as pool:
        start = Barrier(REQUESTS)

        def create(_: int) -> requests.Response:
            start.wait(60)
            return server.post(order)

        responses = [*pool.map(create, range(REQUESTS))]
        assert Counter(response.status_code for response in responses) == {202: CREDITS, 402: REQUESTS - CREDITS}, (
            server.log()
        )
    accepted = [response.json() for response in responses if response.status_code == 202]
    ids = {body["generationRequestId"] for body in accepted}
    assert len(ids) == CREDITS
    assert (user(app).balance.current_credits, user(app).balance.held_credits) == (0, CREDITS)
    assert sorted(entries(app, EntryType.DEDUCTION)) == sorted(f"{id_}-deduction" for id_ in ids)
    assert {generation.id for generation in generations(app)} == ids
    names = [request.body["task"]["name"].rpartition("/")[2] for request in tasks.requests]
    assert sorted(names) == sorted(f"{id_}-1" for id_ in ids)
    assert_books_are_exact(app)


@pytest.fixture
def worker(environment: dict[str, str]) -> Iterator[Server]:
    """Start a worker whose models always fail. One failure in five is final; the others are tried again, up to four
    times in all.
    """
    with serving("processImageGeneration", environment) as server:
        yield server


def create(app: Darkroom) -> str:
    return app.ordering.create(Order(user_id="hot", ask=ask_of(ORDER))).generation.id


def deliver(app: Darkroom, worker: Server, generation_id: str) -> int:
    data = app.task_signatures.signed({"generation_request_id": generation_id})
    return worker.post({"data": data}).status_code


def test_a_task_that_nobody_signed_changes_nothing(app: Darkroom, worker: Server) -> None:
    generation_id = create(app)
    data = {"generation_request_id": generation_id, "signature": "0" * 64}
    assert [worker.post({"data": each}).status_code for each in (data, {**data, "signature": None})] == [401, 401]
    (generation,) = generations(app)
    assert (generation.status, generation.attempt) == (Status.QUEUED, 0)


def test_a_failing_task_that_comes_again_and_again_is_refunded_once(app: Darkroom, worker: Server) -> None:
    generation_id = create(app)
    assert (user(app).balance.current_credits, user(app).balance.held_credits) == (CREDITS - 1, 1)
    answers = [deliver(app, worker, generation_id) for _ in range(5)]
    end = answers.index(200)
    assert end <= 3, "the fourth attempt is the last"
    assert answers == [503] * end + [200] * (5 - end)
    assert entries(app, EntryType.REFUND) == [f"{generation_id}-refund"]
    (generation,) = generations(app)
    assert (generation.status, generation.attempt, generation.refunded) == (Status.FAILED, end + 1, 1)
    assert (user(app).balance.current_credits, user(app).balance.held_credits) == (CREDITS, 0)
    assert_books_are_exact(app)


def test_failing_tasks_that_come_five_times_at_once_are_refunded_once_each(app: Darkroom, worker: Server) -> None:
    """Tasks are delivered in rounds, as the queue would do: if a delivery was answered with 503, the task
    comes again.
    """
    ids = [create(app) for _ in range(6)]
    with ThreadPoolExecutor(30) as pool:
        for _ in range(4):
            deliveries = [id_ for id_ in ids for _ in range(5)]
            start = Barrier(len(deliveries))

            def together(id_: str, start: Barrier = start) -> int:
                start.wait(60)
                return deliver(app, worker, id_)

            assert set(pool.map(together, deliveries)) <= {200, 503}
            assert_books_are_exact(app)
    assert {deliver(app, worker, id_) for id_ in ids} == {200}
    assert {generation.status for generation in generations(app)} == {Status.FAILED}
    assert sorted(entries(app, EntryType.REFUND)) == sorted(f"{id_}-refund" for id_ in ids)
    assert (user(app).balance.current_credits, user(app).balance.held_credits) == (CREDITS, 0)
    assert_books_are_exact(app)
