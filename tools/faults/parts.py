"""Parts of the application that go wrong at a named step. Each of them calls the real part."""

import os
import shutil
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from bootstrap import Darkroom
from bootstrap.providers import LoadedProviders
from core.errors import Unavailable
from core.queues import Queue
from domain.catalog.options import Size
from domain.generations.generation import FINAL, Status
from repositories.store.documents import Create, Delete, Document, Documents, Query, Totals, Write
from repositories.store.firestore import FirestoreDocuments
from repositories.store.paths import GENERATIONS
from services.generations.media import ByteStream, Media
from services.generations.model_ports import STORE_PATIENCE, DirectProvider, Job, Provider, RemoteProvider
from services.generations.ports import TaskMessage, TaskQueue
from tools.faults import plan as faults
from tools.faults.plan import Plan
from tools.faults.wire import BadlyWiredClient

_STEPS = {
    "creation": (faults.BEFORE_CREATION, faults.AFTER_CREATION),
    "claim": (None, faults.AFTER_CLAIM),
    "settlement": (faults.BEFORE_SETTLEMENT, faults.AFTER_SETTLEMENT),
    "other": (None, None),
}


def install(app: Darkroom, plan: Plan, outputs: Path) -> None:
    """Put the failing parts into the application. It must not have been used, or it would keep the real parts."""
    client = BadlyWiredClient(app.settings.project_id, plan)
    app.made |= {
        "documents": FailingDocuments(FirestoreDocuments(client), plan),
        "queue": FailingQueue(app.queue, plan),
        "providers": FailingProviders(app.providers, plan),
        "outputs": FolderOutputs(outputs, plan),
        "previewer": PlainPreviewer(),
    }


class FailingDocuments:
    def __init__(self, documents: Documents, plan: Plan) -> None:
        self._documents = documents
        self._plan = plan

    def get(self, path: str, *, at: datetime | None = None) -> Document | None:
        return self._documents.get(path, at=at)

    def moment(self) -> datetime:
        return self._documents.moment()

    def commit(self, writes: Sequence[Write]) -> list[datetime]:
        before, after = _STEPS[_meaning(writes)]
        if before:
            self._plan.strike(before)
        versions = self._documents.commit(writes)
        if after:
            self._plan.strike(after)
        return versions

    def query(self, query: Query) -> list[Document]:
        return self._documents.query(query)

    def totals(self, query: Query, sums: Sequence[str] = (), *, at: datetime | None = None) -> Totals:
        return self._documents.totals(query, sums, at=at)


class FailingQueue:
    def __init__(self, queue: TaskQueue, plan: Plan) -> None:
        self._queue = queue
        self._plan = plan

    def enqueue(self, message: TaskMessage) -> bool:
        is_new = self._queue.enqueue(message)
        if not _is_worker():
            self._plan.strike(faults.AFTER_TASK)
        return is_new

    def remove(self, message: TaskMessage) -> bool:
        return self._queue.remove(message)


class FailingProviders:
    def __init__(self, providers: LoadedProviders, plan: Plan) -> None:
        self._providers = providers
        self._plan = plan

    def find(self, name: str) -> Provider:
        provider = self._providers.find(name)
        return provider if isinstance(provider, RemoteProvider) else _FailingModel(provider, self._plan)


class _FailingModel:
    def __init__(self, model: DirectProvider, plan: Plan) -> None:
        self._model = model
        self._plan = plan

    def expected_seconds(self) -> float:
        return self._model.expected_seconds()

    def generate(self, job: Job) -> tuple[Media, ...]:
        with self._plan.alone(job.generation_id):
            media = self._model.generate(job)
        self._plan.strike(faults.AFTER_MODEL)
        return media


class FolderOutputs:
    """A store of outputs in a folder, so that the run can look whether every picture that was paid for is there."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self._folder = folder
        self._plan = plan

    def put(
        self,
        path: str,
        stream: ByteStream,
        content_type: str,  # noqa: ARG002
        metadata: Mapping[str, str],  # noqa: ARG002
        *,
        patience: timedelta = STORE_PATIENCE,  # noqa: ARG002
    ) -> str:
        place = self._folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_suffix(f".{uuid.uuid4()}")
        with draft.open("wb") as file:
            shutil.copyfileobj(stream, file)
        draft.replace(place)  # the file is whole or not there, as in a bucket, if the process is killed
        self._plan.strike(faults.AFTER_STORE)
        if self._plan.chance(faults.STORE_ANSWER_LOST):
            raise Unavailable("The store of outputs does not answer")
        return f"gs://faults/{path}"

    def delete(self, path: str) -> None:
        (self._folder / path).unlink(missing_ok=True)

    def delete_all(self, prefix: str) -> None:
        for place in self._folder.rglob("*"):
            if place.is_file() and place.relative_to(self._folder).as_posix().startswith(prefix):
                place.unlink(missing_ok=True)

    def link(self, path: str, *, save_as: str | None = None) -> str:  # noqa: ARG002
        return f"https://outputs.invalid/{path}"

    def links(self, paths: Sequence[str]) -> Mapping[str, str]:
        return {path: self.link(path) for path in paths}


def plain_picture(job: Job) -> Media:
    """Return a picture that costs nothing. A painting would take a tenth of a second that the faults need."""
    data = f"the picture of {job.generation_id}".encode()
    size = job.option("size", Size)
    return Media.of_bytes(data, "image/png", width=size.width, height=size.height)


class PlainPreviewer:
    """Makes a preview of a plain picture, which is no image that could be read."""

    def preview(self, media: Media) -> Media:
        return Media.of_bytes(b"small: " + media.open().read(), "image/webp", width=media.width, height=media.height)


def _meaning(writes: Sequence[Write]) -> str:
    """
    Return the step that a commit is, by its key in _STEPS. Only the worker's claims and settlements count, because
    elsewhere a cancellation settles, too.
    """
    for write in writes:
        if isinstance(write, Delete) or not write.path.startswith(f"{GENERATIONS}/"):
            continue
        if isinstance(write, Create):
            return "creation"
        status = write.fields["status"]
        if _is_worker() and status in FINAL:
            return "settlement"
        if _is_worker() and status == Status.PROCESSING and write.fields["lease_owner"]:
            return "claim"
    return "other"


def _is_worker() -> bool:
    return os.environ.get("FUNCTION_TARGET") == Queue.GENERATIONS.value
