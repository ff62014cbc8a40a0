"""The generations room needs these from outside: models, the store of outputs, and a maker of previews."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

from domain.catalog.models import Kind, Params
from domain.catalog.options import Option
from domain.generations.generation import Failure
from services.generations.media import ByteStream, Media


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A provider works from this job. `generation_id` is its idempotency key: the same id gives the same result.

    `model` is Darkroom's name of the model, and `provider_model` is the provider's. `options` are those of the catalog
    that `params` names, by the names of the parameters. `folder` is for files, and need not exist: see `file`.
    """

    generation_id: str
    kind: Kind
    model: str
    provider_model: str
    prompt: str
    params: Params
    options: Mapping[str, Option]
    seed: int
    timeout_seconds: float
    folder: Path = field(compare=False)

    def option[T: Option](self, name: str, kind: type[T]) -> T:
        """Return an option. Raise ModelRejected if the model's parameters do not have it."""
        found = self.options.get(name)
        if not isinstance(found, kind):
            raise ModelRejected("invalid_input", f"The model needs a {name}")
        return found

    def file(self, name: str) -> Path:
        """Return where a provider may write a file that is too large for memory.

        The file may become an output. In any case it is removed when the work on the job ends.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.folder / name


class ModelRejected(Exception):
    """The model will never do this, so trying again is of no use. The message may be shown."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ModelUnavailable(Exception):
    """The model could not do this now. The message may be shown."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class DirectProvider(Protocol):
    def expected_seconds(self) -> float:
        """Return how long a job takes from its start, or 0 if the provider does not know."""
        ...

    def generate(self, job: Job) -> tuple[Media, ...]:
        """Return what the model made. Raise ModelRejected or ModelUnavailable."""
        ...


class RemoteStatus(StrEnum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteResult:
    status: RemoteStatus
    media: tuple[Media, ...] = ()
    failure: Failure | None = None


@runtime_checkable
class RemoteProvider(Protocol):
    def expected_seconds(self) -> float:
        """Return how long a job takes from its start, or 0 if the provider does not know."""
        ...

    def submit(self, job: Job) -> str:
        """Submit the job, and return the provider's own id of it. The same generation gets the same id.

        Raise ModelRejected or ModelUnavailable.
        """
        ...

    def poll(self, provider_job: str, job: Job) -> RemoteResult:
        """Return how the job is, or how it ended. Raise ModelUnavailable if the provider cannot be reached."""
        ...

    def cancel(self, provider_job: str) -> None:
        """Try to cancel the job. An unknown or finished job is no error. Raise ModelUnavailable."""
        ...


Provider = DirectProvider | RemoteProvider


# This is the greatest length of the longer side, in pixels.
PREVIEW_SIDE = 640


class NoPreview(Exception):
    """No preview can be made of this: of its kind, its size, or its damaged bytes. The message may be logged."""


class Previewer(Protocol):
    def preview(self, media: Media) -> Media:
        """Return a small upright picture of it in WebP, never larger than the original. Raise NoPreview."""
        ...


STORE_PATIENCE = timedelta(seconds=30)


# A new link works for at least this time. On the emulator, links never end.
LINK_LIFE = timedelta(minutes=15)


class OutputStore(Protocol):
    def put(
        self,
        path: str,
        stream: ByteStream,
        content_type: str,
        metadata: Mapping[str, str],
        *,
        patience: timedelta = STORE_PATIENCE,
    ) -> str:
        """Write or overwrite an object, and return its permanent address (`gs://…`). Raise Unavailable.

        The stream is read from its start to its end, in parts that fit into memory. A write that fails is tried again
        until the time `patience` is over, and then the store may read a part once more.
        """
        ...

    def delete(self, path: str) -> None:
        """Delete an object. One that does not exist is no error. Raise Unavailable."""
        ...

    def delete_all(self, prefix: str) -> None:
        """Delete every object whose path begins with `prefix`. Raise Unavailable."""
        ...

    def link(self, path: str, *, save_as: str | None = None) -> str:
        """Return a URL that a browser can open for some minutes.

        With `save_as`, the browser saves the file under this name. A link that saves is made anew, and works for all of
        LINK_LIFE. Raise Unavailable.
        """
        ...

    def links(self, paths: Sequence[str]) -> Mapping[str, str]:
        """Return links that can be opened, by their paths.

        All of them take about the time of one. Raise Unavailable.
        """
        ...
