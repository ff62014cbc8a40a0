"""What the use cases need from outside. Each port has two implementations or more, and one contract suite for them all.

An adapter raises what its port names, `core.errors.Unavailable` where the outside does not answer, and nothing else.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from domain.catalog import Catalog, Color, ModelOffer, Size
from domain.generation import Failure, Generation, Status
from domain.ledger import Change, Entry, User
from domain.week_stats import EntryFact, GenerationFact


@dataclass(frozen=True, slots=True)
class Stored[T]:
    """A value as it was read, with the version that a write of it must still find."""

    value: T
    version: object


@dataclass(frozen=True, slots=True)
class Created:
    """`replayed`: the id existed before, and nothing was written."""

    generation: Generation
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationFilter:
    status: Status | None = None
    style: str | None = None
    model: str | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place after which a newest-first list goes on."""

    at: datetime
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookTotals:
    """Sums over one user's records, or over everybody's; each is one aggregation, never a scan."""

    current: int
    held: int
    entries_in: int
    entries_out: int
    deductions: int
    deductions_count: int
    refunds: int
    generations_count: int
    generations_price: int
    generations_held: int
    generations_charged: int
    generations_refunded: int
    overrefunded_count: int
    clawbacks: int
    unopened_count: int


class Users(Protocol):
    def get(self, user_id: str) -> User | None: ...

    def page(self, *, changed_since: datetime | None, after: User | None, limit: int) -> list[User]:
        """By id, or by time of change where `changed_since` is given; `after` is the last one seen, as it was seen."""
        ...

    def registered(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """When each user that came in the half-open period did so."""
        ...


class Generations(Protocol):
    def get(self, generation_id: str) -> Stored[Generation] | None: ...

    def create(self, generation_id: str, user_id: str, decide: Callable[[User], Change], *, may_exist: bool) -> Created:
        """Commit what `decide` makes of the user, or find that the id exists.

        `decide` may run on a cached user; a refusal that it raises only comes out on a fresh one. `may_exist` says
        that the id is derived from an idempotency key, so that no refusal is given while the id exists.
        Raises UserNotFound, Unavailable, and what `decide` raises.
        """
        ...

    def change(self, known: Stored[Generation], decide: Callable[[Generation], Change | None]) -> Stored[Generation]:
        """Commit what `decide` makes of the generation, fenced by its version; None leaves it as it is.

        When another writer was first, or an answer was lost, `decide` runs again on a fresh read.
        """
        ...

    def page(self, user_id: str, wanted: GenerationFilter, *, after: Cursor | None, limit: int) -> list[Generation]: ...

    def due(self, *, now: datetime, limit: int) -> list[Stored[Generation]]:
        """Unsettled and past `due_at`, the longest overdue first."""
        ...

    def inherited(self, user_id: str) -> Iterator[Stored[Generation]]:
        """This user's generations that Darkroom's own fields are not in yet."""
        ...

    def ahead_of(self, generation: Generation) -> int:
        """How many queued generations are older."""
        ...

    def facts(self, start: datetime, end: datetime) -> Iterator[GenerationFact]: ...


class Ledger(Protocol):
    def page(self, user_id: str, *, after: Cursor | None, limit: int) -> list[Entry]: ...

    def of_generation(self, user_id: str, generation_id: str) -> list[Entry]: ...

    def post(self, user_id: str, entry_id: str, decide: Callable[[User], Change]) -> Entry:
        """Commit an entry with the balance that it makes; where the id exists, answer with what stands there."""
        ...

    def totals(self, user_id: str | None) -> BookTotals:
        """Of one user, or of all together."""
        ...

    def facts(self, start: datetime, end: datetime) -> Iterator[EntryFact]: ...


class Catalogs(Protocol):
    def load(self, models: Mapping[str, ModelOffer]) -> Catalog: ...


class Reports(Protocol):
    def add(self, report_id: str, document: Mapping[str, Any]) -> bool:
        """False: there is one of this id, and it stays as it is. Raises Unavailable."""
        ...


class Demo(Protocol):
    """Writes demo data; each call is one commit, and one whose first document exists already changes nothing."""

    def put_catalog(self, documents: Mapping[str, Mapping[str, Any]]) -> bool: ...

    def put_user(self, user: User, generations: Sequence[Generation], entries: Sequence[Entry]) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMessage:
    """`not_before` is a wish: a task may come early, late, twice or never."""

    generation_id: str
    dispatch: int
    request_id: str | None = None
    not_before: datetime | None = None

    @property
    def name(self) -> str:
        return f"{self.generation_id}-{self.dispatch}"


class TaskQueue(Protocol):
    def enqueue(self, message: TaskMessage) -> bool:
        """False: a task of this name exists already, or did until lately. Raises Unavailable."""
        ...


class OutputStore(Protocol):
    def put(self, path: str, data: bytes, content_type: str, metadata: Mapping[str, str]) -> str:
        """Write or overwrite; answers with the object's permanent address (`gs://…`). Raises Unavailable."""
        ...

    def link(self, path: str) -> str:
        """A URL that a browser can open for some minutes."""
        ...


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


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a verified credential belongs to."""

    user_id: str
    is_admin: bool = False


class TokenVerifier(Protocol):
    def verify(self, token: str) -> Identity:
        """Raises Unauthenticated, or Unavailable where the keys cannot be had."""
        ...
