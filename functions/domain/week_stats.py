"""The numbers of one week, counted in one pass over what was asked for and what the ledger says."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """`[start, end)`: half open, so that every moment lies in exactly one week."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("A window needs aware datetimes.")
        if self.start >= self.end:
            raise ValueError("A window ends after it starts.")

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def previous(self) -> "Window":
        return Window(start=self.start - (self.end - self.start), end=self.start)


def last_full_week(now: datetime) -> Window:
    """Monday 00:00 UTC to Monday 00:00 UTC: the same window at whatever hour of the week the report runs."""
    today = now.astimezone(UTC).date()
    monday = datetime.combine(today - timedelta(days=today.weekday()), time(), tzinfo=UTC)
    return Window(start=monday - WEEK, end=monday)


def last_seven_days(now: datetime) -> Window:
    """The running week, for a report asked for by hand: a fresh database has no full week yet."""
    end = now.astimezone(UTC)
    return Window(start=end - WEEK, end=end)


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationFact:
    """An option that a generation does not have, such as the style of a video, is empty."""

    user_id: str
    model: str
    style: str
    color: str
    size: str
    status: str
    credits: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFact:
    type: str
    credits: int
    user_id: str
    timestamp: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How a group of requests stands. What has not ended is pending, so the states add up to the total."""

    total: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0

    @property
    def pending(self) -> int:
        return self.total - self.completed - self.failed - self.cancelled

    @property
    def finished(self) -> int:
        return self.completed + self.failed

    @property
    def failure_share(self) -> Fraction:
        """0-1, exact, of the finished: waiting work must not hide failures; a cancel is no model's fault."""
        return _share(self.failed, self.finished)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSums:
    """By entry type: how many rows, and the sum of their credits."""

    rows: Mapping[str, int] = field(default_factory=dict)
    credits: Mapping[str, int] = field(default_factory=dict)

    @property
    def deducted(self) -> int:
        return self.credits.get("deduction", 0)

    @property
    def refunded(self) -> int:
        return self.credits.get("refund", 0)

    @property
    def net(self) -> int:
        return self.deducted - self.refunded

    @property
    def refund_share(self) -> Fraction:
        return _share(self.refunded, self.deducted)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekStats:
    """Active users are those who asked for something: a grant or an expiry happens to a user."""

    window: Window
    requests: Tally = Tally()
    models: Mapping[str, Tally] = field(default_factory=dict)
    styles: Mapping[str, Tally] = field(default_factory=dict)
    colors: Mapping[str, Tally] = field(default_factory=dict)
    sizes: Mapping[str, Tally] = field(default_factory=dict)
    requests_by_user: Mapping[str, int] = field(default_factory=dict)
    ledger: LedgerSums = LedgerSums()
    spent_by_user_and_day: Mapping[tuple[str, date], int] = field(default_factory=dict)

    @property
    def active_users(self) -> int:
        return len(self.requests_by_user)


def collect(window: Window, generations: Iterable[GenerationFact], entries: Iterable[EntryFact]) -> WeekStats:
    """Reads each iterable once and keeps no row: what stays is a few numbers for each user and option.

    Rows outside the window are skipped, so a query that was a little too wide does no harm.
    """
    counts = _count(fact for fact in generations if fact.created_at in window)
    ledger, spent = _add_up(entry for entry in entries if entry.timestamp in window)
    return WeekStats(
        window=window,
        requests=_tally(counts.statuses),
        models=_tallies(counts.models),
        styles=_tallies(counts.styles),
        colors=_tallies(counts.colors),
        sizes=_tallies(counts.sizes),
        requests_by_user=dict(counts.users),
        ledger=ledger,
        spent_by_user_and_day=spent,
    )


def per_day(window: Window, moments: Iterable[datetime]) -> dict[date, int]:
    """How many fall on each UTC day of the window; made for the moments at which users registered."""
    return dict(Counter(moment.astimezone(UTC).date() for moment in moments if moment in window))


_ByStatus = defaultdict[str, Counter[str]]


def _by_status() -> _ByStatus:
    return defaultdict(Counter)


@dataclass(frozen=True, slots=True)
class _Counts:
    statuses: Counter[str] = field(default_factory=Counter)
    users: Counter[str] = field(default_factory=Counter)
    models: _ByStatus = field(default_factory=_by_status)
    styles: _ByStatus = field(default_factory=_by_status)
    colors: _ByStatus = field(default_factory=_by_status)
    sizes: _ByStatus = field(default_factory=_by_status)


def _count(generations: Iterable[GenerationFact]) -> _Counts:
    counts = _Counts()
    for fact in generations:
        counts.statuses[fact.status] += 1
        counts.users[fact.user_id] += 1
        counts.models[fact.model][fact.status] += 1
        counts.styles[fact.style][fact.status] += 1
        counts.colors[fact.color][fact.status] += 1
        counts.sizes[fact.size][fact.status] += 1
    return counts


def _add_up(entries: Iterable[EntryFact]) -> tuple[LedgerSums, dict[tuple[str, date], int]]:
    rows: Counter[str] = Counter()
    credit_sums: Counter[str] = Counter()
    spent: Counter[tuple[str, date]] = Counter()
    for entry in entries:
        rows[entry.type] += 1
        credit_sums[entry.type] += entry.credits
        if entry.type == "deduction":
            spent[entry.user_id, entry.timestamp.astimezone(UTC).date()] += entry.credits
    return LedgerSums(rows=dict(rows), credits=dict(credit_sums)), dict(spent)


def _tallies(groups: _ByStatus) -> dict[str, Tally]:
    # A map in a Firestore document has no empty keys.
    return {name: _tally(statuses) for name, statuses in sorted(groups.items()) if name}


def _tally(statuses: Counter[str]) -> Tally:
    return Tally(
        total=statuses.total(),
        completed=statuses["completed"],
        failed=statuses["failed"],
        cancelled=statuses["cancelled"],
    )


def _share(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(0)
