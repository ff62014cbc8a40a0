"""Credits come and go by entries of their own, too: top-ups, grants, adjustments, clawbacks."""

from dataclasses import replace
from datetime import datetime

from domain.credits.commits import BalanceDelta, Commit, Subject
from domain.credits.errors import InsufficientCredits, TooManyGrants
from domain.credits.grants import GRANTS_MAX, Grant, GrantTerms, after_takes, grant_id, take
from domain.credits.ledger import Entry, EntryType
from domain.credits.overdue import Overdue, overdue
from domain.credits.user import Balance, User


def post(balance: Balance, entry: Entry) -> Commit[Subject]:
    """Add or take credits. Those that are taken come from the grants in their order.

    Raise InsufficientCredits below zero. Only a clawback may go there: it takes what is there, and the rest is a debt.
    """
    present = overdue(entry.user_id, balance.grants, entry.timestamp)
    available = balance.current_credits + present.credits
    debit = max(0, -entry.signed_credits)
    if debit > max(0, available) and entry.type is not EntryType.CLAWBACK:
        raise InsufficientCredits(required=debit, available=available)
    takes = take(present.grants, min(debit, max(0, available)), available)
    taken = {each.grant_id: each.credits for each in takes}
    commit = _posted(balance, present, replace(entry, taken=taken) if taken else entry)
    return replace(commit, grants=after_takes(present.grants, takes, are_held=False)) if takes else commit


def post_grant(balance: Balance, entry: Entry, source: str, terms: GrantTerms) -> Commit[Subject]:
    """Add the entry's credits as a grant of this source.

    If the grant begins later, the entry has 0 credits, and an entry with its credits follows when it begins. Raise
    TooManyGrants.
    """
    present = overdue(entry.user_id, balance.grants, entry.timestamp)
    if len(present.grants) >= GRANTS_MAX:
        raise TooManyGrants(GRANTS_MAX)
    effective_at = terms.effective_at or entry.timestamp
    is_pending = effective_at > entry.timestamp
    grant = Grant(
        id=grant_id(entry.id),
        entry_id=entry.id,
        source=source,
        amount=entry.credits,
        remaining=0 if is_pending else entry.credits,
        granted_at=entry.timestamp,
        effective_at=effective_at,
        expires_at=terms.expires_at,
        priority=terms.priority,
        is_pending=is_pending,
    )
    commit = _posted(balance, present, replace(entry, credits=0) if is_pending else entry)
    return replace(commit, grants={**present.grants, grant.id: grant})


def bring_up_to_date(user: User, now: datetime) -> Commit[Subject] | None:
    """Return the commit that begins and expires the user's grants, or None if nothing is overdue."""
    present = overdue(user.id, user.balance.grants, now)
    if present.grants == user.balance.grants:
        return None
    delta = BalanceDelta(current=present.credits)
    return Commit(user_id=user.id, at=now, delta=delta, entries=present.entries, grants=present.grants)


def up_to_date(user: User, now: datetime) -> User:
    """Return the user as the next commit will find it. The entries about what began or expired may still be missing."""
    commit = bring_up_to_date(user, now)
    return user if commit is None else commit.applied_to(user)


def _posted(balance: Balance, present: Overdue, entry: Entry) -> Commit[Subject]:
    return Commit(
        user_id=entry.user_id,
        at=entry.timestamp,
        delta=BalanceDelta(current=present.credits + entry.signed_credits),
        entries=(*present.entries, entry),
        grants=present.grants if balance.grants else None,
    )
