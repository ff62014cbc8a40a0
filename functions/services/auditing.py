"""The audit: do the books agree with themselves? It only looks; a difference is for a person to explain."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import Clock
from domain.audit_verdict import AuditVerdict
from domain.damage import UnreadableRecord
from domain.errors import UserNotFound
from services.ports import BookTotals, Ledger, Users
from services.ports.reports import AuditVerdicts

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One invariant that does not hold: what should be equal, and the two figures."""

    invariant: str
    detail: str
    expected: int
    actual: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAudit:
    user_id: str
    is_opened: bool
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """`differences` are of the totals over everybody, which say nothing while some users are older than the ledger.

    `unopened` names such users among those that were checked; `unopened_count` is of all. `is_complete`: all were
    checked that were to be. `unreadable` are the paths of users' documents that cannot be read.
    """

    users_checked: int
    differences: tuple[Difference, ...]
    different: tuple[UserAudit, ...]
    unopened: tuple[str, ...]
    unopened_count: int
    is_complete: bool = True
    unreadable: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        return not self.unreadable and not self.different and (not self.differences or self.unopened_count > 0)


class AuditService:
    def __init__(self, users: Users, ledger: Ledger, verdicts: AuditVerdicts, clock: Clock) -> None:
        self._users = users
        self._ledger = ledger
        self._verdicts = verdicts
        self._clock = clock

    def of_user(self, user_id: str) -> UserAudit:
        """Eight aggregations and three reads, whatever the length of the history. Raises UserNotFound."""
        user = self._users.get(user_id)
        if user is None:
            raise UserNotFound(user_id)
        differences = tuple(differences_in(self._ledger.totals(user_id)))
        return UserAudit(user_id=user_id, is_opened=user.books_opened_at is not None, differences=differences)

    def of_all(
        self, *, changed_since: datetime | None = None, most: int | None = None, within: timedelta | None = None
    ) -> Audit:
        """The totals over everybody, then each user on its own, or each that changed since then.

        It stops after so many users, or when the time is over.
        """
        until = None if within is None else self._clock() + within
        checked, is_complete = 0, True
        different, unopened, unreadable = [], [], list[str]()
        for user in self._users.each(changed_since=changed_since, after=None):
            if isinstance(user, UnreadableRecord):
                unreadable.append(user.path)
                continue
            if checked == most or (until is not None and self._clock() >= until):
                is_complete = False
                break
            checked += 1
            audit = self.of_user(user.id)
            if not audit.is_opened:
                unopened.append(user.id)
            elif audit.differences:
                different.append(audit)
                log.error("books_differ", extra={"user_id": user.id, "differences": str(audit.differences)})
        totals = self._ledger.totals(None)
        result = Audit(
            users_checked=checked,
            differences=tuple(differences_in(totals)),
            different=tuple(different),
            unopened=tuple(unopened),
            unopened_count=totals.unopened_count,
            is_complete=is_complete,
            unreadable=tuple(unreadable),
        )
        log.info("audited", extra={"users": checked, "different": len(different), "unopened": len(unopened)})
        return result

    def nightly(self, changed_since: datetime) -> Audit:
        """As `of_all`, and the verdict is kept, for the weekly report. Raises Unavailable."""
        audit = self.of_all(changed_since=changed_since)
        verdict = AuditVerdict(
            at=self._clock(),
            is_exact=audit.is_exact,
            users_checked=audit.users_checked,
            different=len(audit.different),
        )
        self._verdicts.put(verdict)
        return audit


def differences_in(totals: BookTotals) -> Iterator[Difference]:
    """I1-I5 as sums; docs/ledger.md has them in words."""
    price = totals.generations_price
    resolved = totals.generations_held + totals.generations_charged + totals.generations_refunded
    pairs = (
        ("I1", "debt beyond what was clawed back", 0, max(0, -totals.current - totals.clawbacks)),
        ("I2", "balance = sum of entries", totals.entries_in - totals.entries_out, totals.current),
        ("I3", "one deduction for each generation", totals.generations_count, totals.deductions_count),
        ("I3", "deductions = prices", price, totals.deductions),
        ("I3", "refunds = what generations say was refunded", totals.generations_refunded, totals.refunds),
        ("I3", "generations refunded more than their price", 0, totals.overrefunded_count),
        ("I4", "held = holds of unsettled generations", totals.generations_held, totals.held),
        ("I4", "in flight = generations that are counted so", totals.generations_in_flight, totals.in_flight),
        ("I5", "price = held + charged + refunded", price, resolved),
    )
    for invariant, detail, expected, actual in pairs:
        if expected != actual:
            yield Difference(invariant=invariant, detail=detail, expected=expected, actual=actual)
