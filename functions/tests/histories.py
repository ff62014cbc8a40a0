"""Weeks of random requests are made as documents. There are also plain loops that find what a report must say of them,
and a count of what it reads.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import batched
from math import ceil
from random import Random
from typing import Any

from core.calendar import Week, Window, local_date
from domain.catalog.shipped_models import SHIPPED_MODELS
from domain.credits.holds import deduction_entry
from domain.credits.ledger import Entry, EntryType
from domain.credits.user import User
from domain.credits.user_week import with_request
from domain.generations.generation import Failure, Generation, Spec, Status
from domain.generations.lifecycle import refund_of
from repositories.accounts.user_mapping import user_fields
from repositories.credits.entry_mapping import entry_fields
from repositories.generations.generation_mapping import generation_fields
from repositories.store.documents import Create, Document, Documents, Fields, Query, Totals
from repositories.store.paths import entry_path, generation_path, user_path
from services.reports.ports import Groups
from users import a_user, changed

GROUPS = Groups(
    models={model.id: model for model in SHIPPED_MODELS},
    values={
        "style": ("realistic", "anime", "oil_painting", "sketch", "cyberpunk", "watercolor"),
        "color": ("vibrant", "monochrome", "pastel", "neon", "vintage"),
        "size": ("512x512", "1024x1024", "1024x1792"),
    },
)
PRICES = {"512x512": 1, "1024x1024": 3, "1024x1792": 4}
CODES = ("content_filter", "timeout", "out_of_attempts", "job_lost", "network", "something_new")
FATES = (*[Status.COMPLETED] * 16, Status.FAILED, Status.FAILED, Status.CANCELLED, Status.QUEUED)

COUNTED = frozenset(
    {
        *("model", "style", "color", "size", "hour", "created_at", "latency_bucket", "error_code"),
        *("completed_count", "failed_count", "cancelled_count", "credits_deducted"),
        *("type", "credits", "timestamp", "weeks", "held_credits"),
    }
)


@dataclass(frozen=True, slots=True)
class History:
    generations: Sequence[Generation]
    entries: Sequence[Entry]
    users: Sequence[User]

    def writes(self) -> Iterator[Create]:
        yield from (Create(user_path(user.id), user_fields(user)) for user in self.users)
        yield from (Create(entry_path(entry.user_id, entry.id), entry_fields(entry)) for entry in self.entries)
        yield from (Create(generation_path(one.id), generation_fields(one)) for one in self.generations)

    def counted(self) -> Iterator[Create]:
        """Yield the same documents with only those fields that a report counts by, because the emulator is fast enough
        with these.
        """
        for write in self.writes():
            yield Create(write.path, {name: value for name, value in write.fields.items() if name in COUNTED})


def history(
    chance: Random,
    windows: Iterable[Window],
    zone: tzinfo,
    *,
    users: int,
    requests: int,
    models: Sequence[str] = ("Model A", "Model B"),
) -> History:
    """Return so many requests in each window, in the order of time, with other entries of the ledger among them."""
    people = [a_user(f"user-{number:05d}", current_credits=0) for number in range(users)]
    generations, entries = [], []
    for number, window in enumerate(windows):
        moments = sorted(_moment(chance, window) for _ in range(requests))
        of_window = [
            _generation(chance, f"g{number}-{place:06d}", chance.choice(people).id, at, models)
            for place, at in enumerate(moments)
        ]
        generations += of_window
        entries += [_other(chance, f"o{number}-{place}", people, window) for place in range(requests // 20)]
    entries += [entry for one in generations for entry in _entries(one)]
    first = min((one.created_at for one in generations), default=datetime(2025, 1, 1, tzinfo=UTC))
    return History(generations, entries, _with_weeks(chance, people, generations, zone, first))


def _moment(chance: Random, window: Window) -> datetime:
    if chance.random() < 0.02:  # the edges of a week are drawn, too
        return chance.choice((window.start, window.end - timedelta(microseconds=1)))
    return window.start + chance.random() * (window.end - window.start)


def _generation(chance: Random, id_: str, user_id: str, at: datetime, models: Sequence[str]) -> Generation:
    size, status = chance.choice(GROUPS.values["size"]), chance.choice(FATES)
    started = at + timedelta(seconds=1)
    ended = started + timedelta(seconds=chance.choice((0.5, 1, 3, 8, 15, 15, 30, 30, 60, 200)))
    is_final = status is not Status.QUEUED
    # A generation that waits for its next attempt keeps the failure of the last one, and is no failed request.
    code = chance.choice(CODES) if status in (Status.FAILED, Status.QUEUED) else None
    return Generation(
        id=id_,
        user_id=user_id,
        spec=Spec(
            model=chance.choice(models),
            params={
                "style": chance.choice(GROUPS.values["style"]),
                "color": chance.choice(GROUPS.values["color"]),
                "size": size,
            },
            prompt="",
        ),
        status=status,
        price=PRICES[size],
        failure=Failure(code=code, message="", retryable=False) if code else None,
        created_at=at.astimezone(UTC),
        updated_at=ended,
        started_at=started,
        completed_at=ended if is_final else None,
    )


def _entries(one: Generation) -> Iterator[Entry]:
    yield deduction_entry(one)
    if one.status in (Status.FAILED, Status.CANCELLED):
        yield refund_of(one, one.price, "", one.updated_at)


def _other(chance: Random, id_: str, people: Sequence[User], window: Window) -> Entry:
    kind = chance.choice((EntryType.TOP_UP, EntryType.GRANT, EntryType.CLAWBACK, EntryType.ADJUSTMENT))
    return Entry(
        id=id_,
        type=kind,
        credits=chance.randint(1, 50),
        user_id=chance.choice(people).id,
        description="",
        timestamp=_moment(chance, window),
    )


def _with_weeks(
    chance: Random, people: Sequence[User], generations: Iterable[Generation], zone: tzinfo, first: datetime
) -> list[User]:
    weeks: dict[str, Mapping[str, Any]] = defaultdict(dict)
    for one in generations:
        weeks[one.user_id] = with_request(weeks[one.user_id], local_date(one.created_at, zone), one.price)
    return [
        changed(
            user,
            weeks=weeks[user.id],
            held_credits=chance.choice((0, 0, 0, 7)),
            created_at=first + timedelta(days=chance.randint(-5, 20), hours=chance.randint(0, 23)),
        )
        for user in people
    ]


def write(documents: Documents, writes: Iterable[Create], size: int = 400) -> None:
    for batch in batched(writes, size, strict=False):
        documents.commit(batch)


class Loops:
    """The same numbers are found from every document by plain loops, so that the product's own arithmetic does not
    judge itself.
    """

    def __init__(self, records: Mapping[str, Document], week: Week, zone: tzinfo) -> None:
        window = week.window(zone)
        self.zone, self.week = zone, week
        of = {path: document.fields for path, document in records.items()}
        self.generations = [
            fields
            for path, fields in of.items()
            if path.startswith("generation_requests/") and window.start <= fields["created_at"] < window.end
        ]
        self.before = [
            fields
            for path, fields in of.items()
            if path.startswith("generation_requests/")
            and week.shifted(-1).window(zone).start <= fields["created_at"] < window.start
        ]
        self.entries = [
            fields
            for path, fields in of.items()
            if "/transactions/" in path and window.start <= fields["timestamp"] < window.end
        ]
        self.users = [fields for path, fields in of.items() if path.count("/") == 1 and path.startswith("users/")]
        self.registered = [user["created_at"] for user in self.users if window.start <= user["created_at"] < window.end]

    def tallies(self, *names: str) -> dict[Any, tuple[int, ...]]:
        """Return (total, completed, failed, cancelled, credits) by these fields. `day` and `hour` are among them."""
        found: dict[Any, list[int]] = defaultdict(lambda: [0] * 5)
        for fields in self.generations:
            values = tuple(self._value(fields, name) for name in names)
            counts = found[values if len(values) > 1 else values[0] if values else ""]
            counts[0] += 1
            for place, status in enumerate(("completed", "failed", "cancelled"), start=1):
                counts[place] += fields["status"] == status
            counts[4] += fields["credits_deducted"]
        return {key: tuple(counts) for key, counts in found.items()}

    def ledger(self) -> dict[str, tuple[int, int]]:
        kinds = {entry["type"] for entry in self.entries}
        of_kind = {kind: [entry["credits"] for entry in self.entries if entry["type"] == kind] for kind in kinds}
        return {kind: (len(credits_), sum(credits_)) for kind, credits_ in of_kind.items()}

    def requests_by_user(self) -> Counter[str]:
        return Counter(fields["user_id"] for fields in self.generations)

    def requests_before(self) -> Counter[str]:
        return Counter(fields["user_id"] for fields in self.before)

    def spent_on_a_day(self) -> dict[str, int]:
        spent: Counter[tuple[str, Any]] = Counter()
        for fields in self.generations:
            spent[fields["user_id"], self._value(fields, "day")] += fields["credits_deducted"]
        return {user: max(most for (who, _), most in spent.items() if who == user) for user, _ in spent}

    def failures(self, model: str) -> Counter[str]:
        failed = [one for one in self.generations if one["model"] == model and one["status"] == "failed"]
        return Counter(fields["error_code"] for fields in failed)

    def latencies(self, model: str) -> list[float]:
        done = [one for one in self.generations if one["model"] == model and one["status"] == "completed"]
        return [(fields["completed_at"] - fields["started_at"]).total_seconds() for fields in done]

    def _value(self, fields: Fields, name: str) -> Any:
        if name == "day":
            return fields["created_at"].astimezone(self.zone).date()
        return fields["created_at"].astimezone(UTC).hour if name == "hour" else fields[name]


class Metered:
    """Counts what Firestore bills: each document that is found, each query in vain, and each 1000 entries of an
    aggregation.
    """

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self.reads = 0
        self.largest = 0

    def moment(self) -> datetime:
        return self._documents.moment()

    def get(self, path: str, *, at: datetime | None = None) -> Document | None:
        self.reads += 1
        return self._documents.get(path, at=at)

    def commit(self, writes: Any) -> Any:
        return self._documents.commit(writes)

    def query(self, query: Query) -> list[Document]:
        found = self._documents.query(query)
        self.reads += max(1, len(found))
        self.largest = max(self.largest, len(found))
        return found

    def totals(self, query: Query, sums: Sequence[str] = (), *, at: datetime | None = None) -> Totals:
        totals = self._documents.totals(query, sums, at=at)
        self.reads += max(1, ceil(totals.count / 1000))
        return totals
