"""A generation and its parts are defined here. `lifecycle` has the steps from one status to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self
from zlib import crc32

from core.queues import Queue
from domain.catalog.models import Kind, Params
from domain.catalog.prices import RuleVersion
from domain.credits.funding import Funding

_TITLES = {
    Kind.TEXT_TO_IMAGE: "Image generation",
    Kind.IMAGE_TO_IMAGE: "Image from image",
    Kind.TEXT_TO_VIDEO: "Video generation",
    Kind.IMAGE_TO_VIDEO: "Video from image",
}


class Status(StrEnum):
    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED})

# Progress is a percentage. 10, 50 and 100 are feraset-imagen's, for queued, processing and ended. Where a duration is
# expected, progress moves with time from PROGRESS_CLAIMED to PROGRESS_NEARLY.
PROGRESS_QUEUED = 10.0
PROGRESS_CLAIMED = 20.0
PROGRESS_NEARLY = 95.0
PROGRESS_UNKNOWN = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """This is what the client asked for. `seed` fixes the model's choices; without one, the generation's id decides.

    `params` has all parameters by which the model works, also those that the client left to their default.
    """

    model: str
    prompt: str
    params: Params
    kind: Kind = Kind.TEXT_TO_IMAGE
    seed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """This is one file in the store of outputs.

    `width` and `height` are pixels, and `duration` is seconds; each is None if the content has none, or none is known.
    `sha256` is in hexadecimal; outputs that are older than this field have none. A small picture of it lies at
    `preview_path`, unless none could be made or stored.
    """

    path: str
    content_type: str
    bytes: int
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    sha256: str | None = None
    preview_path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    code: str
    message: str
    retryable: bool


OUT_OF_ATTEMPTS = Failure(
    code="out_of_attempts", message="The generation was given up after too many attempts", retryable=True
)
TOOK_TOO_LONG = Failure(code="timeout", message="The generation took too long", retryable=True)
JOB_LOST = Failure(code="job_lost", message="The provider no longer knows the job", retryable=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """`held`, `charged` and `refunded` always add up to `price`.

    `in_flight` says that it is counted in the `in_flight` of its user and of the key that asked for it. `price_rule` is
    the rule that gave its price; older generations have none. `mark` is a number drawn from the id, and its entries
    carry it too; older generations have none. `queue` is the one that its task waits in until a model starts. A name is
    unique in one queue only, so a repeat has to go to the same queue.
    """

    id: str
    user_id: str
    spec: Spec
    status: Status
    price: int
    created_at: datetime
    updated_at: datetime
    held: int = 0
    charged: int = 0
    refunded: int = 0
    outputs: tuple[Output, ...] = ()
    image_url: str | None = None
    failure: Failure | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    attempt: int = 0
    dispatch: int = 1
    deferrals: int = 0
    lease_owner: str | None = None
    lease_until: datetime | None = None
    due_at: datetime | None = None
    provider_job: str | None = None
    expected_seconds: float | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    fingerprint: str | None = None
    request_id: str | None = None
    in_flight: bool = False
    api_key_id: str | None = None
    price_rule: RuleVersion | None = None
    mark: int | None = None
    queue: Queue = Queue.GENERATIONS
    funding: Funding = field(default_factory=Funding)
    # The generation was read from a document of feraset-imagen's, which does not have Darkroom's own fields yet.
    inherited: bool = False

    @property
    def title(self) -> str:
        """Return the text of its deduction entry, in feraset-imagen's words."""
        return " - ".join([_TITLES[self.spec.kind], self.spec.model, *self._sizes()])

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def is_erased(self) -> bool:
        """Say whether nothing is left of what its owner asked for, and of what came out."""
        return self.is_final and not (self.spec.prompt or self.metadata or self.outputs or self.image_url)

    def _sizes(self) -> list[str]:
        return [str(self.spec.params[name]) for name in ("size", "resolution") if name in self.spec.params]

    def funded(self, funding: Funding) -> Self:
        return replace(self, funding=funding)

    def is_leased(self, now: datetime) -> bool:
        return self.lease_until is not None and self.lease_until > now

    def progress(self, now: datetime) -> float:
        """Return 0-100 percent. It comes from the clock and the expected duration, so showing it costs no write."""
        if self.is_final:
            return 100.0
        if self.status is Status.QUEUED:
            return PROGRESS_QUEUED
        if not self.expected_seconds or self.started_at is None:
            return PROGRESS_UNKNOWN
        done = min(1.0, max(0.0, (now - self.started_at).total_seconds() / self.expected_seconds))
        return round(PROGRESS_CLAIMED + (PROGRESS_NEARLY - PROGRESS_CLAIMED) * done, 1)


def mark_of(generation_id: str) -> int:
    """Return a number for the id, so that sets of generations can be compared by sums of these numbers.

    Two different sets hardly ever have the same sum, even with a million generations in each.
    """
    return crc32(generation_id.encode())
