"""The generations room needs these from outside: models, the store of outputs, and what makes thumbnails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from domain.catalog.options import Color, ModelOffer, Size
from domain.generations.generation import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a model works from. `generation_id` is its idempotency key: the same id, the same result."""

    generation_id: str
    model: str
    style: str
    prompt: str
    color: Color
    size: Size
    seed: int
    timeout_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    data: bytes
    content_type: str
    width: int
    height: int


class ModelRejected(Exception):
    """The model will never do this; the message may be shown."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ModelUnavailable(Exception):
    """The model could not do this now; the message may be shown."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class DirectModel(Protocol):
    offer: ModelOffer

    def expected_seconds(self) -> float: ...

    def generate(self, job: Job) -> tuple[Picture, ...]:
        """Raises ModelRejected or ModelUnavailable."""
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
    offer: ModelOffer

    def expected_seconds(self) -> float: ...

    def submit(self, job: Job) -> str:
        """The provider's own id of the job; the same generation gets the same id. Raises as `generate` does."""
        ...

    def poll(self, provider_job: str, job: Job) -> RemoteResult:
        """How the job is, and how it ended. Raises ModelUnavailable where the provider cannot be reached."""
        ...

    def cancel(self, provider_job: str) -> None:
        """Best effort; unknown and finished jobs are no error. Raises ModelUnavailable."""
        ...


Model = DirectModel | RemoteModel


THUMBNAIL_SIDE = 640
"""Pixels of the longer side, at most."""


class NoThumbnail(Exception):
    """It cannot be read as a picture, or is too large to be; the message may be logged."""


class Thumbnailer(Protocol):
    def thumbnail(self, picture: Picture) -> Picture:
        """A small copy, never larger than the original: WebP, and upright. Raises NoThumbnail."""
        ...


STORE_PATIENCE = timedelta(seconds=30)


LINK_LIFE = timedelta(minutes=15)
"""How long a new link works at least; on the emulator, links do not end."""


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
        """Write or overwrite; answers with the object's permanent address (`gs://…`). Raises Unavailable.

        What fails is tried again for as long as `patience` lasts.
        """
        ...

    def delete(self, path: str) -> None:
        """What is not there is no error. Raises Unavailable."""
        ...

    def delete_all(self, folder: str) -> None:
        """Everything whose path begins with `folder` and a slash. Raises Unavailable."""
        ...

    def link(self, path: str, *, save_as: str | None = None) -> str:
        """A URL that a browser can open for some minutes; with `save_as`, that it saves under this name.

        One that saves is made anew, and works for all of LINK_LIFE. Raises Unavailable.
        """
        ...

    def links(self, paths: Sequence[str]) -> Mapping[str, str]:
        """Links that open, by their paths, in about the time of one. Raises Unavailable."""
        ...
