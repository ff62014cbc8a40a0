"""The tests play in the world of the reference, but with models that do what a test tells them to."""

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
from services.generations.media import Media
from services.generations.model_ports import Job, ModelUnavailable, NoPreview, RemoteResult, RemoteStatus
from tools.reference.world import ENVIRONMENT, TOKENS, MemoryWorld, Response, send

__all__ = ["ENVIRONMENT", "TOKENS", "Response", "send"]

# This is a valid request, and costs 1.
ORDER = {
    "model": "Model A",
    "style": "realistic",
    "color": "vibrant",
    "size": "512x512",
    "prompt": "A lighthouse at dusk",
}


# A fake takes such a step next: it raises an exception, or it calls a function, for something that happens in the
# meantime.
Step = Exception | Callable[[], object]


def take(steps: list[Any]) -> None:
    if not steps:
        return
    step = steps.pop(0)
    if isinstance(step, Exception):
        raise step
    step()


class ScriptedModel:
    """Follows its script step by step, and then succeeds."""

    def __init__(self) -> None:
        self.script: list[Step] = []
        self.jobs: list[Job] = []

    def expected_seconds(self) -> float:
        return 10.0

    def generate(self, job: Job) -> tuple[Media, ...]:
        self.jobs.append(job)
        take(self.script)
        return (a_picture(job),)


class ScriptedVendor:
    """The test decides the answers of this remote model: `script` on submission, `results` in turn, and then
    success.
    """

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
        return RemoteResult(status=RemoteStatus.SUCCEEDED, media=(a_picture(job),))

    def cancel(self, provider_job: str) -> None:
        self.cancelled.append(provider_job)
        if self.refuses_to_cancel:
            raise ModelUnavailable("network", "The vendor does not answer")


class ScriptedPreviewer:
    """Returns data that names the picture, in place of a smaller picture."""

    def __init__(self) -> None:
        self.reads_pictures = True

    def preview(self, media: Media) -> Media:
        if not self.reads_pictures:
            raise NoPreview("cannot identify image file")
        return Media.of_bytes(b"small: " + data_of(media), "image/webp", width=8, height=8)


class World(MemoryWorld):
    """The models and the previewer do what a test tells them to."""

    def __init__(self, now: datetime, *, documents: Any = None, **environment: str) -> None:
        self.previewer = ScriptedPreviewer()
        self.model = ScriptedModel()
        self.other_model = ScriptedModel()
        self.vendor = ScriptedVendor()
        direct = ByModel({"Model A": self.model, "Model B": self.other_model})
        parts = {"providers": GivenProviders(direct=direct, remote=self.vendor), "previewer": self.previewer}
        super().__init__(now, documents=documents, parts=parts, **environment)

    def user(self, user_id: str) -> User:
        found = self.app.users.get(user_id)
        assert found is not None
        return found

    def create(self, user_id: str = "alice", **changes: Any) -> str:
        """Create a generation through the API, and return its id."""
        response = self.api("POST", "/v1/generations", user_id, json={**ORDER, **changes})
        assert response.status == 202, response.body
        return str(response.body["id"])

    def entries(self, user_id: str) -> list[Entry]:
        """Return the user's entries of the ledger, newest first."""
        return self.app.entries.page(user_id, after=None, limit=1000)

    def records(self) -> dict[str, Document]:
        """Return all documents, to be compared with later ones."""
        return dict(self.documents._documents)

    def call(self, function: str, method: str = "POST", **request: Any) -> Response:
        """Call a function URL, by the name of its handler."""
        return send(self.function_url(function), method, "/", **request)

    def assert_books_balance(self) -> None:
        audit = self.app.audits.of_all()
        assert audit.users_checked >= 3
        assert not audit.differences
        assert not audit.different


@contextmanager
def captured_log(level: int = logging.INFO) -> Iterator[io.StringIO]:
    """Capture what is logged inside the block, as the process writes it."""
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


def data_of(media: Media) -> bytes:
    with media.open() as stream:
        return stream.read()


def a_picture(job: Job) -> Media:
    size = job.option("size", Size)
    return Media.of_bytes(job.prompt.encode(), "image/png", width=size.width, height=size.height)
