"""A Darkroom in memory with a cast: real controllers, services and repositories over the twins, and a clock to turn."""

import io
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Request
from werkzeug.test import EnvironBuilder

from bootstrap import Darkroom
from core.logging import configure_logging
from core.settings import Settings
from domain.catalog.options import ModelOffer
from domain.credits.ledger import Entry, EntryType
from domain.credits.user import User
from domain.generations.generation import Generation
from providers.identity.memory import MemoryDirectory, MemoryTokens
from providers.queue.all_queues import ControlOfAll
from providers.queue.memory import MemoryControl, MemoryQueue
from providers.storage.memory import MemoryOutputs
from repositories.operations.demo import DemoRepository
from repositories.store.documents import Document, Update
from repositories.store.memory import MemoryDocuments
from repositories.store.optimistic import OptimisticTransaction
from services.accounts.ports import Identity
from services.generations.model_ports import Job, ModelUnavailable, NoThumbnail, Picture, RemoteResult, RemoteStatus
from services.generations.models import ModelRegistry

ENVIRONMENT = {
    "GOOGLE_CLOUD_PROJECT": "demo-darkroom",
    "FUNCTIONS_EMULATOR": "true",
    "AUTH_MODE": "open",
    "API_KEY_PEPPER": "pepper-of-the-tests-0123456789-abcdef",
    "SIMULATED_LATENCY_SECONDS": "0",
    "SIMULATED_FAILURE_RATE": "0",
    **dict.fromkeys(
        (
            "CREATIONS_PER_MINUTE",
            "CREATIONS_BURST",
            "IN_FLIGHT_MAX",
            "REQUESTS_PER_MINUTE",
            "REQUESTS_BURST",
            "ADDRESS_REQUESTS_PER_MINUTE",
            "ADDRESS_REQUESTS_BURST",
        ),
        "1000000",
    ),
}

TOKENS = {
    "alice-token": Identity("alice"),
    "bob-token": Identity("bob"),
    "mallory-token": Identity("mallory"),
    "admin-token": Identity("admin", is_admin=True),
}

ORDER = {
    "model": "Model A",
    "style": "realistic",
    "color": "vibrant",
    "size": "512x512",
    "prompt": "A lighthouse at dusk",
}
"""A request that is in order, and costs 1."""


Step = Exception | Callable[[], object]
"""What a fake does next: an exception is raised; anything else is called, for what happens in the meantime."""


def take(steps: list[Step]) -> None:
    if not steps:
        return
    step = steps.pop(0)
    if isinstance(step, Exception):
        raise step
    step()


class ScriptedModel:
    """Does what its script says, in turn, and then succeeds."""

    def __init__(self, name: str) -> None:
        self.offer = ModelOffer(name=name, kind="image", description="scripted")
        self.script: list[Step] = []
        self.jobs: list[Job] = []

    def expected_seconds(self) -> float:
        return 10.0

    def generate(self, job: Job) -> tuple[Picture, ...]:
        self.jobs.append(job)
        take(self.script)
        return (a_picture(job),)


class ScriptedVendor:
    """A remote model whose answers the test decides: `script` on submission, `results` in turn, then success."""

    def __init__(self, name: str) -> None:
        self.offer = ModelOffer(name=name, kind="image", description="scripted, remote")
        self.script: list[Step] = []
        self.results: list[RemoteResult | Step] = []
        self.submissions: list[Job] = []
        self.polls: list[str] = []
        self.cancelled: list[str] = []
        self.refuses_to_cancel = False

    def expected_seconds(self) -> float:
        return 10.0

    def submit(self, job: Job) -> str:
        self.submissions.append(job)
        take(self.script)
        return f"job-of-{job.generation_id}"

    def poll(self, provider_job: str, job: Job) -> RemoteResult:
        self.polls.append(provider_job)
        while self.results:
            if isinstance(self.results[0], RemoteResult):
                return self.results.pop(0)
            take(self.results)
        return RemoteResult(status=RemoteStatus.SUCCEEDED, pictures=(a_picture(job),))

    def cancel(self, provider_job: str) -> None:
        self.cancelled.append(provider_job)
        if self.refuses_to_cancel:
            raise ModelUnavailable("network", "The vendor does not answer")


class ScriptedThumbnailer:
    """In place of a smaller picture, one that says whose it is."""

    def __init__(self) -> None:
        self.reads_pictures = True

    def thumbnail(self, picture: Picture) -> Picture:
        if not self.reads_pictures:
            raise NoThumbnail("cannot identify image file")
        return Picture(data=b"small: " + picture.data, content_type="image/webp", width=8, height=8)


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: Any
    headers: Mapping[str, str]


class World:
    def __init__(self, now: datetime, *, documents: Any = None, **environment: str) -> None:
        self.now = now
        self.documents = documents or MemoryDocuments()
        self.queue = MemoryQueue()
        self.asides: list[Callable[[], None]] = []
        self.outputs = MemoryOutputs()
        self.thumbnailer = ScriptedThumbnailer()
        self.tokens = MemoryTokens(TOKENS)
        self.directory = MemoryDirectory()
        self.model = ScriptedModel("Model A")
        self.other_model = ScriptedModel("Model B")
        self.vendor = ScriptedVendor("Model R")
        self.app = Darkroom(
            Settings.from_environment(ENVIRONMENT | environment),
            clock=lambda: self.now,
            documents=self.documents,
            queue=self.queue,
            queue_control=ControlOfAll({"all": MemoryControl(self.queue, lambda: self.now)}),
            outputs=self.outputs,
            thumbnailer=self.thumbnailer,
            tokens=self.tokens,
            directory=self.directory,
            models=ModelRegistry([self.model, self.other_model, self.vendor]),
            transaction=OptimisticTransaction(pause=lambda _: None),
            pause=lambda seconds: self.later(seconds=seconds),
            run_in_background=self.asides.append,
        )
        self.app.seeding.put_catalog()
        for user_id, credits_ in (("alice", 100), ("bob", 0), ("mallory", 10)):
            self.add_user(user_id, credits_)
        if not self.app.authenticator.is_open:
            self.add_user("admin", 0, is_admin=True)  # whose token is nothing without the document

    def add_user(self, user_id: str, credits_: int, **fields: Any) -> None:
        """With open books: the credits come by a grant."""
        user = User(
            id=user_id,
            name=user_id.title(),
            email=f"{user_id}@example.com",
            current_credits=0,
            created_at=self.now,
            books_opened_at=self.now,
            **fields,
        )
        DemoRepository(self.documents).put_user(user, [], [])
        if credits_:
            self.app.ledger.add(
                user_id, EntryType.GRANT, credits_, source="test", external_id="start", description="Start"
            )

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def run_asides(self) -> None:
        """Do what requests have left to be done beside them."""
        while self.asides:
            self.asides.pop(0)()

    def user(self, user_id: str) -> User:
        found = self.app.users.get(user_id)
        assert found is not None
        return found

    def generation(self, generation_id: str) -> Generation:
        found = self.app.generations.get(generation_id)
        assert found is not None
        return found.value

    def create(self, user_id: str = "alice", **changes: Any) -> str:
        """A generation, by the API; its id."""
        response = self.api("POST", "/v1/generations", user_id, json={**ORDER, **changes})
        assert response.status == 202, response.body
        return str(response.body["id"])

    def deliver(self, generation_id: str, dispatch: int | None = None) -> None:
        """One delivery of a task, through the task function's own handler."""
        self.app.worker.process({"generation_request_id": generation_id, "dispatch": dispatch})

    def entries(self, user_id: str) -> list[Entry]:
        """Of the ledger, newest first."""
        return self.app.entries.page(user_id, after=None, limit=1000)

    def records(self) -> dict[str, Document]:
        """Everything that is written down, to be compared with what is written down later."""
        return dict(self.documents._documents)

    def overwrite(self, path: str, **fields: Any) -> None:
        """Change a document behind everybody's back."""
        self.documents.commit([Update(path, fields)])

    def deliver_all(self) -> int:
        """Everything that waits in the queue, and what comes of it; how many tasks that was."""
        count = 0
        while self.queue.waiting:
            self.deliver_next()
            count += 1
        return count

    def deliver_next(self) -> None:
        """The task that waits longest, as the queue would."""
        task = self.queue.waiting.popleft()
        self.deliver(task.generation_id, task.dispatch)

    def api(self, method: str, path: str, user_id: str | None = None, **request: Any) -> Response:
        if user_id is not None:
            request["query_string"] = {**request.get("query_string", {}), "userId": user_id}
        return send(self.app.api.serve, method, path, **request)

    def call(self, function: str, method: str = "POST", **request: Any) -> Response:
        """A function URL, by the name of its handler."""
        return send(getattr(self.app.function_urls, function), method, "/", **request)

    def assert_books_balance(self) -> None:
        audit = self.app.audits.of_all()
        assert audit.users_checked >= 3
        assert not audit.differences
        assert not audit.different


def send(serve: Any, method: str, path: str, **request: Any) -> Response:
    answer = serve(Request(EnvironBuilder(method=method, path=path, **request).get_environ()))
    data = answer.get_data()
    body = json.loads(data) if answer.is_json else data
    return Response(answer.status_code, body if data else None, dict(answer.headers))


@contextmanager
def captured_log(level: int = logging.INFO) -> Iterator[io.StringIO]:
    """What is logged inside, as the process writes it."""
    root = logging.getLogger()
    handlers, before, stream = root.handlers[:], root.level, io.StringIO()
    configure_logging(stream, level)
    try:
        yield stream
    finally:
        root.handlers[:] = handlers
        root.setLevel(before)


def lines_of(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def a_picture(job: Job) -> Picture:
    return Picture(data=job.prompt.encode(), content_type="image/png", width=job.size.width, height=job.size.height)
