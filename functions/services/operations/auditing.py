"""The audit checks whether the books agree with themselves. It only reads: a person has to explain a difference.

All sums of one comparison are taken at one moment, so spending in the meantime makes no difference.
"""

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from core.clock import Clock
from core.damage import UnreadableRecord
from core.errors import Unavailable
from domain.accounts.errors import UserNotFound
from domain.credits.audit_verdict import AuditProgress, AuditVerdict
from domain.credits.user import User
from services.accounts.ports import UserMark, Users
from services.credits.ports import AuditVerdicts
from services.operations.invariants import Difference, differences_by_status, differences_in
from services.operations.ports import UNOPENED_MOST, BookSums

log = logging.getLogger(__name__)

# This is a night and an hour. It is used if no earlier audit has said how far it came, so that no change of a balance
# falls between two audits.
_NIGHT = timedelta(hours=25)

# The clocks of the processes that write a time of change may differ by this much.
_OVERLAP = timedelta(minutes=5)


# In one night, so many users are checked because it is their turn, whether or not they have changed.
TURN_MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAudit:
    user_id: str
    is_opened: bool
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """`differences` are those of the totals over all users whose books are open.

    `is_conclusive` is false if more than a hundred users are older than the ledger: their records cannot be told from
    those of others then, and the totals say nothing. `unopened` names such users among the checked ones, and
    `unopened_count` counts them all. `is_complete` says that all were checked who had to be. `unreadable` are the paths
    of users' documents that cannot be read.
    """

    users_checked: int
    differences: tuple[Difference, ...]
    different: tuple[UserAudit, ...]
    unopened: tuple[str, ...]
    unopened_count: int
    is_complete: bool = True
    is_conclusive: bool = True
    unreadable: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        return not (self.unreadable or self.different or self.differences)


@dataclass(slots=True)
class _Walk:
    """A walk over the users collects what it finds. It ends at `until`."""

    until: datetime | None
    checked: set[str] = field(default_factory=set)
    different: list[UserAudit] = field(default_factory=list)
    unopened: list[str] = field(default_factory=list)
    unreadable: dict[str, None] = field(default_factory=dict)
    is_complete: bool = True
    mark: UserMark | None = None


class AuditService:
    def __init__(self, users: Users, sums: BookSums, verdicts: AuditVerdicts, clock: Clock) -> None:
        self._users = users
        self._sums = sums
        self._verdicts = verdicts
        self._clock = clock

    def of_user(self, user_id: str) -> UserAudit:
        """Check everything about one user. It takes about two dozen sums, whatever the length of the history.

        Raise UserNotFound.
        """
        at = self._sums.moment()
        found = self._checked(user_id, at)
        by_status = differences_by_status(self._sums.status_totals(user_id, at))
        return replace(found, differences=(*found.differences, *by_status))

    def of_all(
        self, *, changed_since: datetime | None = None, most: int | None = None, within: timedelta | None = None
    ) -> Audit:
        """Check the totals over all users, then each user alone, or each one that changed since `changed_since`.

        It stops after `most` users, or after the time `within`. Raise Unavailable.
        """
        walk = _Walk(None if within is None else self._clock() + within)
        self._check_each(walk, changed_since, None, most)
        return self._audit(walk)

    def nightly(self, *, within: timedelta) -> Audit:
        """Check the users who changed since the last complete night, then other users in turn, and store the verdict.

        If the time is over before all changed users are checked, the next night goes on from there. Raise Unavailable.
        """
        began = self._clock()
        known = self._verdicts.progress() or AuditProgress(changed_since=began - _NIGHT)
        walk = _Walk(began + within)
        after = None if known.changed_id is None else UserMark(known.changed_at, known.changed_id)
        self._check_each(walk, known.changed_since, after, None)
        is_complete, reached = walk.is_complete, walk.mark or after
        turn = self._take_turns(walk, known.turn)
        walk.is_complete = is_complete
        audit = self._audit(walk)
        progress = AuditProgress(changed_since=began - _OVERLAP, turn=turn)
        if not is_complete:
            at, user_id = (None, None) if reached is None else (reached.updated_at, reached.id)
            progress = replace(known, changed_at=at, changed_id=user_id, turn=turn)
        self._keep(audit, progress)
        return audit

    def _take_turns(self, walk: _Walk, turn: str | None) -> str | None:
        """Check some users by id, whether or not they changed.

        Return the id after which the next night goes on, or None to begin again.
        """
        walk.mark = None
        before = len(walk.checked)
        self._check_each(walk, None, None if turn is None else UserMark(None, turn), before + TURN_MOST)
        if walk.is_complete:
            return None
        return turn if walk.mark is None else walk.mark.id

    def _keep(self, audit: Audit, progress: AuditProgress) -> None:
        verdict = AuditVerdict(
            at=self._clock(),
            is_exact=audit.is_exact,
            users_checked=audit.users_checked,
            different=len(audit.different),
            is_complete=audit.is_complete and audit.is_conclusive,
            unreadable=len(audit.unreadable),
        )
        self._verdicts.put(verdict, progress)

    def _check_each(
        self, walk: _Walk, changed_since: datetime | None, after: UserMark | None, most: int | None
    ) -> None:
        for row in self._users.each(changed_since=changed_since, after=after):
            is_over = walk.until is not None and self._clock() >= walk.until
            if is_over or len(walk.checked) == most:
                walk.is_complete = False
                return
            if isinstance(row, UnreadableRecord):
                walk.unreadable[row.path] = None
                continue
            if row.id not in walk.checked:
                self._check_user(walk, row)
            walk.mark = UserMark(row.activity.updated_at, row.id)

    def _check_user(self, walk: _Walk, user: User) -> None:
        """Check one user. If that is not possible now, the audit of the others goes on."""
        try:
            audit = self._checked(user.id, self._sums.moment())
        except UserNotFound:
            return
        except UnreadableRecord as error:
            walk.unreadable[error.path] = None
            return
        except Unavailable as error:
            log.warning("audit_postponed", extra={"user_id": user.id, "reason": error.message})
            walk.is_complete = False
            return
        walk.checked.add(user.id)
        if not audit.is_opened:
            walk.unopened.append(user.id)
        elif audit.differences:
            walk.different.append(audit)
            log.error("books_differ", extra={"user_id": user.id, "differences": str(audit.differences)})

    def _checked(self, user_id: str, at: datetime) -> UserAudit:
        totals = self._sums.totals(user_id, at)
        differences = tuple(differences_in(totals))
        return UserAudit(user_id=user_id, is_opened=not totals.unopened_count, differences=differences)

    def _audit(self, walk: _Walk) -> Audit:
        at = self._sums.moment()
        totals = self._sums.totals(None, at)
        is_conclusive = totals.unopened_count <= UNOPENED_MOST
        by_status = self._sums.status_totals(None, at) if is_conclusive else None
        differences = () if by_status is None else (*differences_in(totals), *differences_by_status(by_status))
        if differences:
            log.error("totals_differ", extra={"differences": str(differences)})
        result = Audit(
            users_checked=len(walk.checked),
            differences=differences,
            different=tuple(walk.different),
            unopened=tuple(walk.unopened),
            unopened_count=totals.unopened_count,
            is_complete=walk.is_complete,
            is_conclusive=is_conclusive,
            unreadable=tuple(walk.unreadable),
        )
        figures = {"users": result.users_checked, "different": len(walk.different), "unopened": len(walk.unopened)}
        log.info("audited", extra=figures | {"is_complete": walk.is_complete})
        return result
