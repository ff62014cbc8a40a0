"""What an arrival makes of a user: the first sign-in, leaving anonymity, and the welcome that either may bring.

Rules alone: whoever commits what they decide has read, or will find out by that commit, what the addresses have had.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.errors import RateLimited
from domain.credits.ledger import Entry, EntryType
from domain.credits.user import User
from services.accounts.ports import Admission, Identity, PastArrivals

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """Credits for a new user and for an anonymous one, and how many of each an address on the network gets in a day.

    Every new account counts there. `requires_verified_email`: whoever has not shown that the e-mail address is theirs
    waits for the welcome until they have.
    """

    credits: int
    anonymous_credits: int
    anonymous_per_address: int
    welcomes_per_address: int
    requires_verified_email: bool

    def is_open_to(self, identity: Identity) -> bool:
        return not identity.is_anonymous and (identity.email_verified or not self.requires_verified_email)


def admission(
    user: User | None, identity: Identity, past: PastArrivals, welcome: Welcome, now: datetime
) -> Admission | None:
    """Return what to write, or None for nothing. Raises RateLimited where an address had its anonymous accounts."""
    if user is None:
        return _opened(identity, past, welcome, now)
    leaves_anonymity = user.is_anonymous and not identity.is_anonymous
    if not user.is_active or not (leaves_anonymity or user.welcome_due):
        return None
    if leaves_anonymity:
        named = replace(user, is_anonymous=False, email=identity.email, name=identity.name, updated_at=now)
        return _welcomed(named, identity, replace(past, accounts=0), welcome, now)
    admitted = _welcomed(user, identity, past, welcome, now)
    return None if admitted.user == user else replace(admitted, counts=admitted.entry is not None)


def _opened(identity: Identity, past: PastArrivals, welcome: Welcome, now: datetime) -> Admission:
    user = User(
        id=identity.user_id,
        name=identity.name,
        email=identity.email,
        current_credits=0,
        is_anonymous=identity.is_anonymous,
        created_at=now,
        updated_at=now,
        books_opened_at=now,
    )
    if not identity.is_anonymous:
        return replace(_welcomed(user, identity, past, welcome, now), counts=True)
    if past.accounts >= welcome.anonymous_per_address:
        tomorrow = now.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
        wait = -((now - tomorrow) // _SECOND)
        raise RateLimited("This address has had its free accounts of the day.", retry_after=wait, policy="accounts")
    trial = _gift(user, "trial", welcome.anonymous_credits, "One generation to try", now)
    return replace(trial, counts=True)


def _welcomed(user: User, identity: Identity, past: PastArrivals, welcome: Welcome, now: datetime) -> Admission:
    """Once for each mailbox; it stays due where the address is not proved yet, or the network has had its share."""
    is_open = welcome.is_open_to(identity)
    if not welcome.credits or (is_open and past.had_welcome):
        return Admission(user=replace(user, welcome_due=False))
    if not is_open or past.accounts >= welcome.welcomes_per_address:
        return Admission(user=replace(user, welcome_due=True))
    given = _gift(replace(user, welcome_due=False), "welcome", welcome.credits, "Welcome", now)
    return replace(given, is_welcome=True)


def _gift(user: User, kind: str, credits_: int, description: str, now: datetime) -> Admission:
    if not credits_:
        return Admission(user=user)
    entry = Entry(
        id=f"{kind}-{user.id}",
        type=EntryType.GRANT,
        credits=credits_,
        user_id=user.id,
        description=description,
        timestamp=now,
    )
    richer = replace(user, current_credits=user.current_credits + credits_, updated_at=now)
    return Admission(user=richer, entry=entry)
