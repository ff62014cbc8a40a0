"""The world in which the tests play: that of the reference, with models that do what a test tells them to."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from core.logging import configure_logging
from domain.catalog.options import Size
from domain.credits.ledger import Entry
from domain.credits.user import User
from given_providers import ByModel, GivenProviders
from repositories.store.documents import Document
from services.generations.model_ports import Job, ModelUnavailable, NoThumbnail, Picture, RemoteResult, RemoteStatus
from tools.reference.world import ENVIRONMENT, TOKENS, MemoryWorld, Response, send

__all__ = ["ENVIRONMENT", "TOKENS", "Response", "send"]

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


def take(steps: list[Any]) -> None:
    if not steps:
        return
    step = steps.pop(0)
    if isinstance(step, Exception):
        raise step
    step()


class ScriptedModel:
    """Does what its script says, in turn, and then succeeds."""

    def __init__(self) -> None:
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

    def __init__(self) -> None:
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
            step = self.results[0]
            if isinstance(step, RemoteResult):
                del self.results[0]
                return step
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


class World(MemoryWorld):
    """Its models, and what makes smaller pictures, do what a test tells them to."""

    def __init__(self, now: datetime, *, documents: Any = None, **environment: str) -> None:
        self.thumbnailer = ScriptedThumbnailer()
        self.model = ScriptedModel()
        self.other_model = ScriptedModel()
        self.vendor = ScriptedVendor()
        direct = ByModel({"Model A": self.model, "Model B": self.other_model})
        parts = {"providers": GivenProviders(direct=direct, remote=self.vendor), "thumbnailer": self.thumbnailer}
        super().__init__(now, documents=documents, parts=parts, **environment)

    def user(self, user_id: str) -> User:
        found = self.app.users.get(user_id)
        assert found is not None
        return found

    def create(self, user_id: str = "alice", **changes: Any) -> str:
        """A generation, by the API; its id."""
        response = self.api("POST", "/v1/generations", user_id, json={**ORDER, **changes})
        assert response.status == 202, response.body
        return str(response.body["id"])

    def entries(self, user_id: str) -> list[Entry]:
        """Of the ledger, newest first."""
        return self.app.entries.page(user_id, after=None, limit=1000)

    def records(self) -> dict[str, Document]:
        """Everything that is written down, to be compared with what is written down later."""
        return dict(self.documents._documents)

    def call(self, function: str, method: str = "POST", **request: Any) -> Response:
        """A function URL, by the name of its handler."""
        return send(self.function_url(function), method, "/", **request)

    def assert_books_balance(self) -> None:
        audit = self.app.audits.of_all()
        assert audit.users_checked >= 3
        assert not audit.differences
        assert not audit.different


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
    size = job.option("size", Size)
    return Picture(data=job.prompt.encode(), content_type="image/png", width=size.width, height=size.height)
