"""What is written down: users and their accounts, generations, the ledger, the catalogue, reports, the audit log."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from core.queues import Queue
from domain.audit_log import AuditRecord
from domain.catalog import Catalog, ModelOffer
from domain.generation import Generation, Status
from domain.ledger import Change, Entry, EntryType, User


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
    credits: int | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place after which a newest-first list goes on."""

    at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class UserPlace:
    """The place after which a list of users goes on, by e-mail address and id, or by id alone."""

    email: str
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
    in_flight: int
    generations_in_flight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many generations wait in a queue, and when the oldest and the newest of them were created."""

    count: int
    oldest_at: datetime | None
    newest_at: datetime | None

    def place_of(self, created_at: datetime) -> int:
        """Estimate the place of a generation, from 1, as if the others had come evenly between the two moments."""
        if self.oldest_at is None or self.newest_at is None or created_at <= self.oldest_at:
            return 1
        if created_at > self.newest_at:
            return self.count + 1
        return 1 + round((self.count - 1) * ((created_at - self.oldest_at) / (self.newest_at - self.oldest_at)))


class Users(Protocol):
    def get(self, user_id: str, *, within: timedelta = timedelta()) -> User | None:
        """As it is now, or as this instance saw it `within` the last moments."""
        ...

    def search(self, email_prefix: str | None, *, after: "User | UserPlace | None", limit: int) -> list[User]:
        """Those whose e-mail address begins so, by it; without a prefix everybody, by id."""
        ...

    def to_erase(self) -> Iterator[User]:
        """Those with an erasure that is due."""
        ...

    def page(self, *, changed_since: datetime | None, after: User | None, limit: int) -> list[User]:
        """By id, or by time of change where `changed_since` is given; `after` is the last one seen, as it was seen."""
        ...


class Generations(Protocol):
    def get(self, generation_id: str) -> Stored[Generation] | None: ...

    def owned(self, generation_id: str, owners: Collection[str]) -> Stored[Generation] | None:
        """None for another's too, and at the same cost: memory never answers a stranger, who could tell by the time."""
        ...

    def create(self, generation_id: str, user_id: str, decide: Callable[[User], Change], *, may_exist: bool) -> Created:
        """Commit what `decide` makes of the user, or find that the id exists.

        `decide` may run on a cached user; a refusal that it raises only comes out on a fresh one. `may_exist` says
        that the id is derived from an idempotency key, so that no refusal is given while the id exists.
        Raises UserNotFound, Unavailable, and what `decide` raises.
        """
        ...

    def change(self, known: Stored[Generation], decide: Callable[[Generation], Change | None]) -> Stored[Generation]:
        """Commit what `decide` makes of the generation, fenced by its version; None leaves it as it is.

        When another writer was first, or an answer was lost, `decide` runs again on a fresh read. Raises UserNotFound
        where credits are to move and somebody has deleted the user's document.
        """
        ...

    def page(
        self, owners: Collection[str], wanted: GenerationFilter, *, after: Cursor | None, limit: int
    ) -> list[Generation]:
        """Of these users, newest first; of everybody where none is named."""
        ...

    def due(self, *, now: datetime, limit: int) -> list[Stored[Generation]]:
        """Unsettled and past `due_at`, the longest overdue first."""
        ...

    def inherited(self, user_id: str) -> Iterator[Stored[Generation]]:
        """This user's generations that Darkroom's own fields are not in yet."""
        ...

    def waiting(self, queue: Queue) -> Waiting:
        """Count those that wait for a start in this queue: one aggregation and two reads."""
        ...

    def count(self, status: Status) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySecret:
    """What a key's secret is proved by: a keyed hash, by the serial that the secret has in its key."""

    key_id: str
    user_id: str
    serial: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """What one commit does to a user beside its balance; `secret` is a key's new one, `audit` who had it done."""

    user: User
    secret: KeySecret | None = None
    audit: AuditRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A new user, with the entry that its first credits come by. `address` counts against the day's free accounts.

    `audit` says which operator had it made.
    """

    user: User
    entry: Entry | None
    address: str | None = None
    address_max: int = 0
    audit: AuditRecord | None = None


class Accounts(Protocol):
    """Users, beside their balances: how they come, and what they are."""

    def open(self, opening: Opening) -> User:
        """The new user, or the one that is there already. Raises RateLimited where the address has had its share."""
        ...

    def change(self, user_id: str, decide: Callable[[User], AccountChange | None]) -> User:
        """Commit what `decide` makes of the user, fenced by its version; None leaves it. Raises UserNotFound."""
        ...

    def claim(self, user_id: str, other_id: str, decide: Callable[[User, User], tuple[User, User]]) -> User:
        """Change two users in one commit; the first of them comes back. Raises UserNotFound."""
        ...

    def secrets(self, key_id: str, *, fresh: bool) -> Sequence[KeySecret]:
        """The last two secrets of a key, newest first; none where there is no such key. They are only ever added to."""
        ...


class AuditLog(Protocol):
    def add(self, record: AuditRecord) -> bool:
        """False: there is one of this id already."""
        ...

    def page(self, wanted: "AuditFilter", *, after: Cursor | None, limit: int) -> list[AuditRecord]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    actor: str | None = None
    action: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    user_id: str | None = None
    type: EntryType | None = None
    timestamp_from: datetime | None = None
    timestamp_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class EntryCursor:
    """As Cursor, in a list of several users' entries, whose ids are only unique for each user."""

    at: datetime
    user_id: str
    id: str


class Ledger(Protocol):
    def page(self, user_id: str, *, after: Cursor | None, limit: int) -> list[Entry]: ...

    def page_of_all(self, wanted: EntryFilter, *, after: EntryCursor | None, limit: int) -> list[Entry]:
        """Newest first; of everybody where no user is named."""
        ...

    def of_generation(self, user_id: str, generation_id: str) -> list[Entry]: ...

    def post(self, user_id: str, entry_id: str, decide: Callable[[User], Change]) -> Entry:
        """Commit an entry with the balance that it makes; where the id exists, answer with what stands there."""
        ...

    def totals(self, user_id: str | None) -> BookTotals:
        """Of one user, or of all together."""
        ...


class Catalogs(Protocol):
    def load(self, models: Mapping[str, ModelOffer]) -> Catalog: ...


class Demo(Protocol):
    """Writes demo data; each call is one commit, and one whose first document exists already changes nothing."""

    def put_catalog(self, documents: Mapping[str, Mapping[str, Any]]) -> bool: ...

    def put_user(self, user: User, generations: Sequence[Generation], entries: Sequence[Entry]) -> bool: ...
