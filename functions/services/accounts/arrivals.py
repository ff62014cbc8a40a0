"""These rules say what happens to a user who arrives: at the first sign-in, or on leaving anonymity.

Either may bring welcome credits. The rules only decide. Their caller has read how many accounts and welcomes the
addresses have had, or its commit fails if that has changed.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.errors import RateLimited
from domain.accounts.user_identity import UserIdentity
from domain.credits.commits import BalanceDelta, Commit, Subject
from domain.credits.ledger import Entry, EntryType
from domain.credits.user import User
from services.accounts.ports import (
    AccountCommit,
    Arrival,
    CountedAccount,
    Identity,
    PastArrivals,
    WelcomedMailbox,
)

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
    user: User | None, identity: Identity, arrival: Arrival, past: PastArrivals, welcome: Welcome, now: datetime
) -> AccountCommit | None:
    """Return what to commit, or None for nothing.

    Raise RateLimited if the network address has had all its anonymous accounts of the day.
    """
    if user is None:
        opened = _opened(identity, arrival, past, welcome, now)
        return _counted(replace(opened, opens_books=True), arrival, past)
    known = user.identity
    leaves_anonymity = known.is_anonymous and not identity.is_anonymous
    if not known.is_active or not (leaves_anonymity or known.welcome_due):
        return None
    if leaves_anonymity:
        named = replace(known, is_anonymous=False, email=identity.email, name=identity.name)
        return _welcomed(named, identity, arrival, replace(past, accounts=0), welcome, now)
    commit = _welcomed(known, identity, arrival, past, welcome, now)
    if commit.identity == known:
        return None
    return _counted(commit, arrival, past) if commit.entries else commit


def _opened(identity: Identity, arrival: Arrival, past: PastArrivals, welcome: Welcome, now: datetime) -> AccountCommit:
    known = UserIdentity(name=identity.name, email=identity.email, is_anonymous=identity.is_anonymous, created_at=now)
    if not identity.is_anonymous:
        return _welcomed(known, identity, arrival, past, welcome, now)
    if past.accounts >= welcome.anonymous_per_address:
        tomorrow = now.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
        wait = -((now - tomorrow) // _SECOND)
        raise RateLimited("This address has had its free accounts of the day.", retry_after=wait, policy="accounts")
    commit = Commit[Subject](user_id=arrival.user_id, at=now, identity=known)
    return _with_gift(commit, "trial", welcome.anonymous_credits, "One generation to try")


def _welcomed(
    known: UserIdentity, identity: Identity, arrival: Arrival, past: PastArrivals, welcome: Welcome, now: datetime
) -> AccountCommit:
    """Give the welcome credits, once for each mailbox.

    They stay due if the e-mail address is not proved yet, or if the network address has used up its share of the day.
    """
    is_open = welcome.is_open_to(identity)
    is_had = not welcome.credits or (is_open and past.had_welcome)
    is_due = not is_had and (not is_open or past.accounts >= welcome.welcomes_per_address)
    commit = Commit[Subject](user_id=arrival.user_id, at=now, identity=replace(known, welcome_due=is_due))
    if is_had or is_due:
        return commit
    given = _with_gift(commit, "welcome", welcome.credits, "Welcome")
    if arrival.mailbox is None:
        return given
    return replace(given, records=(WelcomedMailbox(mailbox=arrival.mailbox, at=arrival.at),))


def _with_gift(commit: AccountCommit, kind: str, credits_: int, description: str) -> AccountCommit:
    if not credits_:
        return commit
    entry = Entry(
        id=f"{kind}-{commit.user_id}",
        type=EntryType.GRANT,
        credits=credits_,
        user_id=commit.user_id,
        description=description,
        timestamp=commit.at,
    )
    return replace(commit, delta=BalanceDelta(current=credits_), entries=(entry,))


def _counted(commit: AccountCommit, arrival: Arrival, past: PastArrivals) -> AccountCommit:
    return replace(commit, records=(*commit.records, CountedAccount(arrival=arrival, past=past)))
