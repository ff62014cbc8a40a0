"""What is written down: users and their accounts, generations, the ledger, the catalogue, reports, the audit log."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from core.queues import Queue
from domain.audit_log import AuditRecord
from domain.catalog import Catalog, ModelOffer
from domain.damage import UnreadableRecord
from domain.generation import Generation, Status
from domain.ledger import Change, Entry, EntryType, User
from services.ports.books import BookTotals, StatusTotals
from services.ports.queue import Waiting


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


@dataclass(frozen=True, slots=True)
class UserMark:
    """How far the audit has come among the users, by time of change and id, or by id alone."""

    updated_at: datetime | None
    id: str


class Users(Protocol):
    def get(self, user_id: str, *, within: timedelta = timedelta()) -> User | None:
        """As it is now, or as this instance saw it `within` the last moments."""
        ...

    def search(self, email_prefix: str | None, *, after: "User | UserPlace | None", limit: int) -> list[User]:
        """Those whose e-mail address begins so, by it; without a prefix everybody, by id."""
        ...

    def to_erase(self) -> Iterator[User | UnreadableRecord]:
        """Those with an erasure that is due; in the place of one that cannot be read, what is wrong with it."""
        ...

    def each(self, *, changed_since: datetime | None, after: UserMark | None) -> Iterator[User | UnreadableRecord]:
        """By id, or by time of change where `changed_since` is given, going on behind `after`.

        In the place of one that cannot be read there is what is wrong with it.
        """
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

    def change(
        self,
        known: Stored[Generation],
        decide: Callable[[Generation], Change | None],
        *,
        patience: timedelta | None = None,
    ) -> Stored[Generation]:
        """Commit what `decide` makes of the generation, fenced by its version; None leaves it as it is.

        When another writer was first, or an answer was lost, `decide` runs again on a fresh read, for as long as
        `patience` or the usual time allow. Raises Unavailable; SettlementConflict where an entry of the settlement is
        there, and the generation has not ended; UserNotFound where credits are to move and the user is not there.
        """
        ...

    def page(
        self, owners: Collection[str], wanted: GenerationFilter, *, after: Cursor | None, limit: int
    ) -> list[Generation]:
        """Of these users, newest first; of everybody where none is named."""
        ...

    def due(self, *, now: datetime) -> Iterator[Stored[Generation] | UnreadableRecord]:
        """Unsettled and past `due_at`, the longest overdue first.

        In the place of one that cannot be read there is what is wrong with it; so it is in `each`.
        """
        ...

    def each(self, owners: Collection[str]) -> Iterator[Stored[Generation] | UnreadableRecord]:
        """All generations of these users, in no particular order."""
        ...

    def inherited(self, user_id: str) -> Iterator[Stored[Generation]]:
        """This user's generations that Darkroom's own fields are not in yet. Raises UnreadableRecord."""
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
class Arrival:
    """Somebody who signs in, from where on the network and by which mailbox: keyed digests, and None for no mailbox."""

    user_id: str
    network: str
    mailbox: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PastArrivals:
    """The accounts that this network address has opened today, and whether the mailbox has ever had a welcome."""

    accounts: int
    had_welcome: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The user as it is from now on, with the entry of what it is given. `counts`: among its network's accounts.

    `is_welcome`: the mailbox has had its welcome with it.
    """

    user: User
    entry: Entry | None = None
    counts: bool = False
    is_welcome: bool = False


class Accounts(Protocol):
    """Users, beside their balances: how they come, and what they are."""

    def open(self, user: User, audit: AuditRecord | None) -> User:
        """The new user, or the one that is there already; `audit` says which operator had it made."""
        ...

    def admit(self, arrival: Arrival, decide: Callable[[User | None, PastArrivals], Admission | None]) -> User:
        """Commit what `decide` makes of the user, who may be new, and of what its addresses have had; None leaves it.

        Raises what `decide` raises.
        """
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

    def reword(self, entry: Entry) -> None:
        """Write the description that the entry has here over the one that is stored. Raises Unavailable."""
        ...

    def moment(self) -> datetime:
        """A moment at which sums can be taken, for an hour. Sums of different moments cannot be compared."""
        ...

    def totals(self, user_id: str | None, at: datetime | None = None) -> BookTotals:
        """Of one user, or of all whose books are open. Raises UserNotFound, UnreadableRecord."""
        ...

    def status_totals(self, user_id: str | None, at: datetime) -> StatusTotals:
        """As `totals`; with twice as many aggregations."""
        ...


class Catalogs(Protocol):
    def load(self, models: Mapping[str, ModelOffer]) -> Catalog: ...


class Demo(Protocol):
    """Writes demo data; each call is one commit, and one whose first document exists already changes nothing."""

    def put_catalog(self, documents: Mapping[str, Mapping[str, Any]]) -> bool: ...

    def put_user(self, user: User, generations: Sequence[Generation], entries: Sequence[Entry]) -> bool: ...
