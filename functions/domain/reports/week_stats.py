"""These are the numbers of one week.

They are sums over groups of requests, of entries and of users, never single rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from core.calendar import Week, Window
from domain.reports import dimensions
from domain.reports.dimensions import MODEL, Dimension

# These are codes of failures, grouped by what they mean for whoever looks after a model. Any other code is `other`.
FAILURE_CLASSES: Mapping[str, tuple[str, ...]] = {
    "rejected": ("content_filter", "model_withdrawn", "nothing_delivered"),
    "timeout": ("timeout",),
    "gave_up": ("out_of_attempts", "job_lost", "insufficient_resources", "overloaded", "network"),
}

# A list names so many users.
SHORT_LIST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """This counts how a group of requests stands.

    Requests that have not ended are pending, so the states add up to the total.
    """

    total: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    # These are the credits that were deducted, whatever was refunded later.
    credits: int = 0

    @property
    def pending(self) -> int:
        return self.total - self.completed - self.failed - self.cancelled

    @property
    def finished(self) -> int:
        return self.completed + self.failed

    @property
    def failure_share(self) -> Fraction:
        """Return the exact share of the finished requests that failed, 0-1.

        Requests that wait are not counted, because they would hide failures. A cancel is no model's fault.
        """
        return _share(self.failed, self.finished)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            total=self.total + other.total,
            completed=self.completed + other.completed,
            failed=self.failed + other.failed,
            cancelled=self.cancelled + other.cancelled,
            credits=self.credits + other.credits,
        )


Tallies = Mapping[str, Tally]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSums:
    """These are the number of entries and the sum of their credits, by entry type.

    A type that did not occur has no key.
    """

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
    def came_in(self) -> int:
        """Return the credits that users were given, refunds aside. An adjustment may have taken some of them back."""
        return sum(self.credits.get(kind, 0) for kind in ("top_up", "grant", "adjustment", "opening"))

    @property
    def went_out(self) -> int:
        return self.net + self.credits.get("clawback", 0) + self.credits.get("expiry", 0)

    @property
    def refund_share(self) -> Fraction:
        return _share(self.refunded, self.deducted)


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyUser:
    """These are a user's numbers for the whole week. On `best_day` the most credits were deducted."""

    user_id: str
    requests: int
    requests_before: int = 0
    credits: int = 0
    best_day: date | None = None
    best_day_credits: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UserList:
    """`named` are the first few users, and `count` is how many there are in all."""

    named: tuple[BusyUser, ...] = ()
    count: int = 0

    @property
    def omitted(self) -> int:
        return self.count - len(self.named)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserStats:
    """A user is active who asked for something. A grant or an expiry does not make a user active.

    A newcomer was not active in the week before. `spenders` spent much on one day, and `spiking` asked for much more
    than before; both lists have the greatest first.
    """

    active: int = 0
    newcomers: int = 0
    newcomers_named: tuple[str, ...] = ()
    top: tuple[BusyUser, ...] = ()
    spenders: UserList = UserList()
    spiking: UserList = UserList()


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekStats:
    """`groups` has the tallies of each dimension but the model, by the dimension's name. `hours` are those of UTC.

    `latencies` has counts by model and bucket, `failure_classes` counts by model and class.
    """

    week: Week
    window: Window
    requests: Tally = Tally()
    models: Tallies = field(default_factory=dict)
    model_days: Mapping[tuple[str, date], Tally] = field(default_factory=dict)
    days: tuple[date, ...] = ()
    groups: Mapping[str, Tallies] = field(default_factory=dict)
    hours: Mapping[int, Tally] = field(default_factory=dict)
    latencies: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    failure_classes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    ledger: LedgerSums = LedgerSums()
    users: UserStats = UserStats()
    registrations: Mapping[date, int] = field(default_factory=dict)
    # These are the held credits of all users, at the time of counting.
    held_credits: int = 0

    @property
    def active_users(self) -> int:
        return self.users.active

    def by(self, dimension: Dimension) -> Tallies:
        """Return the tallies of a dimension, by its values. They are empty if it was not counted in this week."""
        return self.models if dimension == MODEL else self.groups.get(dimension.name, {})

    def of_day(self, day: date) -> Tallies:
        """Return the tallies of one day, by model."""
        return {model: tally for (model, each), tally in self.model_days.items() if each == day}


def total_tally(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, start=Tally())


def by_name(pairs: Iterable[tuple[str, Tally]]) -> dict[str, Tally]:
    """Return the sum for each name, sorted by name. Names without a request are left out."""
    found: dict[str, Tally] = {}
    for name, tally in pairs:
        found[name] = found.get(name, Tally()) + tally
    return {name: found[name] for name in sorted(found) if found[name].total}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """These are two counts of the same thing, made in different ways."""

    name: str
    expected: int
    actual: int

    @property
    def is_exact(self) -> bool:
        return self.expected == self.actual


def reconciled(stats: WeekStats) -> Sequence[Check]:
    """Return the checks of the ledger (I8), and of all the ways to count the week."""
    ledger, requests = stats.ledger, stats.requests
    groups: Mapping[str, Iterable[Tally]] = {
        **{each.heading.lower(): stats.by(each).values() for each in dimensions.with_field()},
        "hour": stats.hours.values(),
    }
    return [
        Check(name="deductions in the ledger = requests", expected=requests.total, actual=_deductions(ledger)),
        Check(name="credits deducted in the ledger = prices", expected=requests.credits, actual=ledger.deducted),
        *(_agreeing(name, requests, total_tally(tallies)) for name, tallies in groups.items()),
        Check(name="no group has more ended requests than requests", expected=0, actual=_overcounted(stats)),
    ]


def _agreeing(name: str, requests: Tally, tally: Tally) -> Check:
    """Compare the totals. If they agree, compare the first state that does not."""
    for state in ("total", "completed", "failed", "cancelled", "credits"):
        if getattr(requests, state) != getattr(tally, state):
            break
    else:
        state = "total"
    what = "requests" if state == "total" else state
    return Check(name=f"{what} by {name}", expected=getattr(requests, state), actual=getattr(tally, state))


def _overcounted(stats: WeekStats) -> int:
    groups = (MODEL, *dimensions.with_field())
    return sum(tally.pending < 0 for dimension in groups for tally in stats.by(dimension).values())


def _deductions(ledger: LedgerSums) -> int:
    return ledger.rows.get("deduction", 0)


def _share(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(0)
