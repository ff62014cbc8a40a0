"""The time of a grant begins and ends by itself.

The next commit of its user writes the entry about that, or the nightly run does.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from domain.credits.grants import GRACE, Grant, Grants, left_of
from domain.credits.ledger import Entry, EntryType


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """These are the grants as they are now, the credits that come or go with that, and the entries that say so."""

    grants: Grants
    credits: int = 0
    entries: tuple[Entry, ...] = ()


def overdue(user_id: str, grants: Grants, now: datetime) -> Overdue:
    """Begin the grants whose time has come, and expire those whose time is over. Used up grants are forgotten."""
    if not grants:
        return Overdue(grants=grants)
    entries, after = list[Entry](), dict[str, Grant]()
    for grant in grants.values():
        begun = grant
        if grant.is_pending and grant.effective_at <= now:
            begun = replace(grant, is_pending=False, remaining=grant.amount)
            entries.append(_beginning(user_id, begun, now))
        ended = _expired(begun, now)
        if ended.left < begun.left:
            entries.append(_expiry(user_id, ended, begun.left - ended.left, now))
        if not ended.is_used_up:
            after[ended.id] = ended
    return Overdue(grants=after, credits=left_of(after) - left_of(grants), entries=tuple(entries))


def _expired(grant: Grant, now: datetime) -> Grant:
    """Return the grant without the credits whose time is over. What came back late has some days of its own."""
    if grant.is_pending or not grant.has_expired(now):
        return grant
    is_over = grant.returned_at is None or grant.returned_at + GRACE <= now
    ended = replace(grant, remaining=0, returned=0 if is_over else grant.returned)
    return ended if ended == grant else replace(ended, expiries=grant.expiries + 1)


def _beginning(user_id: str, grant: Grant, now: datetime) -> Entry:
    return Entry(
        id=f"{grant.entry_id}-start",
        type=EntryType.GRANT,
        credits=grant.amount,
        user_id=user_id,
        description=f"Credits of {grant.source} from now on",
        timestamp=now,
    )


def _expiry(user_id: str, grant: Grant, credits_: int, now: datetime) -> Entry:
    """Return the entry of an expiry. Expiries are counted, because credits may come back to an expired grant."""
    return Entry(
        id=f"{grant.entry_id}-expiry-{grant.expiries}",
        type=EntryType.EXPIRY,
        credits=credits_,
        user_id=user_id,
        description=f"Credits of {grant.source} expired",
        timestamp=now,
    )
