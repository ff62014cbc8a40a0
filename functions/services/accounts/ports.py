"""The accounts room needs these from outside: who people, apps and services are, and where users are kept."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from core.damage import UnreadableRecord
from domain.accounts.audit_log import AuditRecord
from domain.credits.ledger import Entry
from domain.credits.user import User


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a verified ID token belongs to. `email` is in lower case; `signed_in_at` is when the password was given.

    `email_verified`: Google or Apple vouch for the address, or somebody has followed the link that was sent to it.
    """

    user_id: str
    is_admin: bool = False
    is_anonymous: bool = False
    email: str = ""
    name: str = ""
    signed_in_at: datetime | None = None
    email_verified: bool = False


class TokenVerifier(Protocol):
    def verify(self, token: str, *, check_revoked: bool = False) -> Identity:
        """`check_revoked` asks whether the sign-in still stands; what was asked in the last minute is remembered.

        Raises Unauthenticated, or Unavailable where the keys, or that answer, cannot be had.
        """
        ...


@dataclass(frozen=True, slots=True)
class DirectoryAccount:
    """`is_verified`: whoever has the account has shown that the e-mail address is theirs."""

    user_id: str
    email: str
    is_verified: bool


class IdentityDirectory(Protocol):
    """The accounts that people sign in with. False: it knows no such account. Raises Unavailable."""

    def sign_out(self, user_id: str) -> bool:
        """Everywhere: no session of this account gets another ID token."""
        ...

    def set_active(self, user_id: str, *, is_active: bool) -> bool: ...

    def set_role(self, user_id: str, role: str) -> bool:
        """`user` or `admin`; in the account's ID tokens from the next one on."""
        ...

    def delete(self, user_id: str) -> bool: ...

    def account(self, user_id: str) -> DirectoryAccount | None: ...

    def find(self, email: str) -> str | None:
        """The user id of the account with this e-mail address, whatever its case."""
        ...


class AppCheckVerifier(Protocol):
    def verify(self, token: str) -> None:
        """Raises Unauthenticated unless it shows that the call comes from one of our apps; or Unavailable."""
        ...


class ServiceTokenVerifier(Protocol):
    def verify(self, token: str, *, audience: str, email: str) -> None:
        """Raises Unauthenticated unless Google says that this service account calls this audience; or Unavailable."""
        ...


@dataclass(frozen=True, slots=True)
class UserPlace:
    """The place after which a list of users goes on, by e-mail address and id, or by id alone."""

    email: str
    id: str


@dataclass(frozen=True, slots=True)
class UserMark:
    """How far the audit has come among the users, by time of change and id, or by id alone."""

    updated_at: datetime | None
    id: str


class Users(Protocol):
    def get(self, user_id: str, *, within: timedelta = timedelta()) -> User | None:
        """As it is now, or as this instance saw it `within` the last moments."""
        ...

    def search(self, email_prefix: str | None, *, after: "User | UserPlace | None", limit: int) -> list[User]:
        """Those whose e-mail address begins so, by it; without a prefix everybody, by id."""
        ...

    def to_erase(self) -> Iterator[User | UnreadableRecord]:
        """Those with an erasure that is due; in the place of one that cannot be read, what is wrong with it."""
        ...

    def each(self, *, changed_since: datetime | None, after: UserMark | None) -> Iterator[User | UnreadableRecord]:
        """By id, or by time of change where `changed_since` is given, going on behind `after`.

        In the place of one that cannot be read there is what is wrong with it.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySecret:
    """What a key's secret is proved by: a keyed hash, by the serial that the secret has in its key."""

    key_id: str
    user_id: str
    serial: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """What one commit does to a user beside its balance; `secret` is a key's new one, `audit` who had it done."""

    user: User
    secret: KeySecret | None = None
    audit: AuditRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody who signs in, from where on the network and by which mailbox: keyed digests, and None for no mailbox."""

    user_id: str
    network: str
    mailbox: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PastArrivals:
    """The accounts that this network address has opened today, and whether the mailbox has ever had a welcome."""

    accounts: int
    had_welcome: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The user as it is from now on, with the entry of what it is given. `counts`: among its network's accounts.

    `is_welcome`: the mailbox has had its welcome with it.
    """

    user: User
    entry: Entry | None = None
    counts: bool = False
    is_welcome: bool = False


class Accounts(Protocol):
    """Users, beside their balances: how they come, and what they are."""

    def open(self, user: User, audit: AuditRecord | None) -> User:
        """The new user, or the one that is there already; `audit` says which operator had it made."""
        ...

    def admit(self, arrival: Arrival, decide: Callable[[User | None, PastArrivals], Admission | None]) -> User:
        """Commit what `decide` makes of the user, who may be new, and of what its addresses have had; None leaves it.

        Raises what `decide` raises.
        """
        ...

    def change(self, user_id: str, decide: Callable[[User], AccountChange | None]) -> User:
        """Commit what `decide` makes of the user, fenced by its version; None leaves it. Raises UserNotFound."""
        ...

    def claim(self, user_id: str, other_id: str, decide: Callable[[User, User], tuple[User, User]]) -> User:
        """Change two users in one commit; the first of them comes back. Raises UserNotFound."""
        ...

    def secrets(self, key_id: str, *, fresh: bool) -> Sequence[KeySecret]:
        """The last two secrets of a key, newest first; none where there is no such key. They are only ever added to."""
        ...
