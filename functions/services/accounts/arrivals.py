"""These rules say what happens to a user who arrives: at the first sign-in, or on leaving anonymity.

Either may bring welcome credits. The rules only decide. Their caller has read how many accounts and welcomes the
addresses have had, or its commit fails if that has changed.
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
    """These are the credits for a new user and for an anonymous one, and how many of each a network address gets in a
    day.

    Every new account counts for its network address. `requires_verified_email` says that a user waits for the welcome
    until it has shown that the e-mail address is its own.
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
    """Return what to write, or None for nothing.

    Raise RateLimited if the network address has had all its anonymous accounts of the day.
    """
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
    """Give the welcome credits, once for each mailbox.

    They stay due if the e-mail address is not proved yet, or if the network address has used up its share of the day.
    """
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
