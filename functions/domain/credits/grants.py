"""A grant is credits that have a source, and perhaps a time when they start, a time when they expire, and a priority.

A user's balance is the sum of what its grants have left and of credits that belong to no grant. Those never expire, and
they have the usual priority. So a user without grants has one unlimited grant.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

# Credits that come back to an expired grant can be spent for so long. docs/adr/0019 has the reason.
GRACE = timedelta(hours=72)

# All grants of a user are in its document, which has to stay small.
GRANTS_MAX = 50

# A grant with a lower number is spent first. Credits of no grant have this number.
USUAL_PRIORITY = 100

_NEVER = datetime.max.replace(tzinfo=UTC)
_ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """`remaining` can be spent now. `held` is taken by holds that are not settled.

    `returned` came back from holds after the grant had expired, the last of it at `returned_at`. `entry_id` names the
    entry that gave the credits. `expiries` counts the entries by which credits of it have expired. A grant that
    `is_pending` is for later, and its credits are not in the balance yet.
    """

    id: str
    entry_id: str
    source: str
    amount: int
    remaining: int
    granted_at: datetime
    effective_at: datetime
    expires_at: datetime | None = None
    priority: int = USUAL_PRIORITY
    held: int = 0
    returned: int = 0
    returned_at: datetime | None = None
    expiries: int = 0
    is_pending: bool = False

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    @property
    def ends_at(self) -> datetime | None:
        """Return when nothing of it can be spent any more, or None if never."""
        return self.returned_at + GRACE if self.returned and self.returned_at is not None else self.expires_at

    @property
    def left(self) -> int:
        """Return the credits of it that are in the balance, also those whose time is over but that no entry took."""
        return self.remaining + self.returned

    @property
    def is_used_up(self) -> bool:
        return not (self.is_pending or self.left or self.held)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantTerms:
    """A grant counts from `effective_at` on, or at once, and until `expires_at`, or for ever."""

    effective_at: datetime | None = None
    expires_at: datetime | None = None
    priority: int = USUAL_PRIORITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """A hold took these credits from one grant. `returned` is the part of them that a refund gave back."""

    grant_id: str
    credits: int
    expires_at: datetime | None = None
    returned: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """The end of a hold changes a grant by these numbers. They are added, so that nobody has to read the grant."""

    grant_id: str
    held: int
    remaining: int = 0
    returned: int = 0


Grants = Mapping[str, Grant]


def grant_id(entry_id: str) -> str:
    """Return the id of the grant that an entry gives. It is the name of a field, so it has letters and digits only."""
    return "g" + hashlib.sha256(entry_id.encode()).hexdigest()[:16]


def left_of(grants: Grants) -> int:
    return sum(grant.left for grant in grants.values())


def take(grants: Grants, credits_: int, balance: int) -> tuple[Take, ...]:
    """Choose the grants that pay, in their order: priority, then expiry, then age. Credits of no grant need no Take.

    `balance` is the sum of all credits, and at least `credits_`. Nothing in `grants` may be overdue.
    """
    found, missing = list[Take](), credits_
    for grant, available in _payers(grants, free=max(0, balance - left_of(grants))):
        part = min(missing, available)
        missing -= part
        if grant is not None and part:
            found.append(Take(grant_id=grant.id, credits=part, expires_at=grant.expires_at))
    return tuple(found)


def after_takes(grants: Grants, takes: Iterable[Take], *, are_held: bool) -> Grants:
    """Return the grants after they have paid. Credits that are not held are gone for good."""
    changed = dict(grants)
    for each in takes:
        grant = changed[each.grant_id]
        first = min(grant.remaining, each.credits)
        changed[grant.id] = replace(
            grant,
            remaining=grant.remaining - first,
            returned=grant.returned - (each.credits - first),
            held=grant.held + (each.credits if are_held else 0),
        )
    return changed


def give_back(takes: tuple[Take, ...], price: int, refund: int, now: datetime) -> tuple[tuple[Take, ...], list[Return]]:
    """Share out a refund, and return the takes with their parts of it, and the changes of the grants.

    Credits that were taken last come back first: so those of no grant, and then those of the last grant. A grant that
    has expired gets them as `returned`.
    """
    left, noted, changes = (
        refund - min(refund, price - sum(each.credits for each in takes)),
        list[Take](),
        list[Return](),
    )
    for each in reversed(takes):
        part = min(left, each.credits)
        left -= part
        is_late = each.expires_at is not None and each.expires_at <= now
        amounts = {"returned" if is_late else "remaining": part}
        noted.append(replace(each, returned=part))
        changes.append(Return(grant_id=each.grant_id, held=-each.credits, **amounts))
    return tuple(reversed(noted)), changes


def after_return(grants: Grants, change: Return, now: datetime) -> Grants:
    grant = grants.get(change.grant_id)
    if grant is None:
        return grants
    changed = replace(
        grant,
        held=grant.held + change.held,
        remaining=grant.remaining + change.remaining,
        returned=grant.returned + change.returned,
        returned_at=now if change.returned else grant.returned_at,
    )
    return {**grants, grant.id: changed}


def due_at(grants: Grants) -> datetime | None:
    """Return when a grant begins or ends next, or None if none does.

    A hold on an expired grant may give credits back at any time, so such a grant stays due until it is used up.
    """
    return min((moment for grant in grants.values() for moment in _moments(grant)), default=None)


def _moments(grant: Grant) -> Iterable[datetime]:
    if grant.is_pending:
        yield grant.effective_at
    elif grant.expires_at is not None and (grant.remaining or grant.held):
        yield grant.expires_at
    elif grant.ends_at is not None:
        yield grant.ends_at


def in_order(grants: Grants) -> list[Grant]:
    """Return the grants in the order in which they are spent: priority, then expiry, then age."""
    return sorted(grants.values(), key=_place)


def _place(grant: Grant) -> tuple[int, datetime, datetime, str]:
    return grant.priority, grant.ends_at or _NEVER, grant.granted_at, grant.id


def _payers(grants: Grants, *, free: int) -> Iterator[tuple[Grant | None, int]]:
    """Yield who pays, and how much each can pay.

    None stands for the credits of no grant, which never expire and count as older than all others.
    """
    free_place = (USUAL_PRIORITY, _NEVER, _ALWAYS, "")
    ordered = in_order(grants)
    yield from ((grant, grant.left) for grant in ordered if _place(grant) < free_place)
    yield None, free
    yield from ((grant, grant.left) for grant in ordered if _place(grant) > free_place)
