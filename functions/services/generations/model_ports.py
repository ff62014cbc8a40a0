"""The generations room needs these from outside: models, the store of outputs, and a maker of thumbnails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from domain.catalog.models import Kind, Params
from domain.catalog.options import Option
from domain.generations.generation import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A provider works from this job. `generation_id` is its idempotency key: the same id gives the same result.

    `model` is Darkroom's name of the model, and `provider_model` is the provider's. `options` are those of the catalog
    that `params` names, by the names of the parameters.
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

    def option[T: Option](self, name: str, kind: type[T]) -> T:
        """Return an option. Raise ModelRejected if the model's parameters do not have it."""
        found = self.options.get(name)
        if not isinstance(found, kind):
            raise ModelRejected("invalid_input", f"The model needs a {name}")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    data: bytes
    content_type: str
    width: int
    height: int


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


class DirectModel(Protocol):
    def expected_seconds(self) -> float:
        """Return how long a job takes from its start, or 0 if the provider does not know."""
        ...

    def generate(self, job: Job) -> tuple[Picture, ...]:
        """Return the pictures. Raise ModelRejected or ModelUnavailable."""
        ...


class RemoteStatus(StrEnum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteResult:
    status: RemoteStatus
    pictures: tuple[Picture, ...] = ()
    failure: Failure | None = None


@runtime_checkable
class RemoteModel(Protocol):
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


Model = DirectModel | RemoteModel


# This is the greatest length of the longer side, in pixels.
THUMBNAIL_SIDE = 640


class NoThumbnail(Exception):
    """The file cannot be read as a picture, or is too large for that. The message may be logged."""


class Thumbnailer(Protocol):
    def thumbnail(self, picture: Picture) -> Picture:
        """Return a small upright copy in WebP, never larger than the original. Raise NoThumbnail."""
        ...


STORE_PATIENCE = timedelta(seconds=30)


# A new link works for at least this time. On the emulator, links never end.
LINK_LIFE = timedelta(minutes=15)


class OutputStore(Protocol):
    def put(
        self,
        path: str,
        data: bytes,
        content_type: str,
        metadata: Mapping[str, str],
        *,
        patience: timedelta = STORE_PATIENCE,
    ) -> str:
        """Write or overwrite an object, and return its permanent address (`gs://…`). Raise Unavailable.

        A write that fails is tried again until the time `patience` is over.
        """
        ...

    def delete(self, path: str) -> None:
        """Delete an object. One that does not exist is no error. Raise Unavailable."""
        ...

    def delete_all(self, folder: str) -> None:
        """Delete every object whose path begins with `folder` and a slash. Raise Unavailable."""
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
