"""The accounts room needs these from outside: proofs of who people, apps and services are, and the store of users."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from core.damage import UnreadableRecord
from domain.credits.commits import Commit, Subject
from domain.credits.user import User


@dataclass(frozen=True, slots=True)
class Identity:
    """This is the owner of a verified ID token.

    `email` is in lower case. `signed_in_at` is when the password was given. `email_verified` says that Google or Apple
    vouch for the address, or that somebody has followed the link that was sent to it.
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
        """Return the owner of the token. `check_revoked` asks whether the sign-in is still valid.

        The answer to that is remembered for a minute. Raise Unauthenticated, or Unavailable where the keys, or that
        answer, are not to be had.
        """
        ...


@dataclass(frozen=True, slots=True)
class DirectoryAccount:
    """`is_verified` says that the owner of the account has shown that the e-mail address is theirs."""

    user_id: str
    email: str
    is_verified: bool


class IdentityDirectory(Protocol):
    """The directory has the accounts that people sign in with.

    Methods return False if it knows no such account. They raise Unavailable.
    """

    def sign_out(self, user_id: str) -> bool:
        """Sign the account out everywhere: none of its sessions gets another ID token."""
        ...

    def set_active(self, user_id: str, *, is_active: bool) -> bool: ...

    def set_role(self, user_id: str, role: str) -> bool:
        """Set the role, `user` or `admin`. The account's ID tokens carry it from the next one on."""
        ...

    def delete(self, user_id: str) -> bool: ...

    def account(self, user_id: str) -> DirectoryAccount | None: ...

    def find(self, email: str) -> str | None:
        """Return the user id of the account with this e-mail address in any case, or None."""
        ...


class AppCheckVerifier(Protocol):
    def verify(self, token: str) -> None:
        """Raise Unauthenticated unless the token shows that one of our apps calls.

        Raise Unavailable if that cannot be checked.
        """
        ...


class ServiceTokenVerifier(Protocol):
    def verify(self, token: str, *, audience: str, email: str) -> None:
        """Raise Unauthenticated unless Google says that this service account calls this audience.

        Raise Unavailable if that cannot be checked.
        """
        ...


@dataclass(frozen=True, slots=True)
class UserPlace:
    """A list of users goes on after this place. The place is by e-mail address and id, or by id alone."""

    email: str
    id: str


@dataclass(frozen=True, slots=True)
class UserMark:
    """The audit has come as far as this user. The place is by time of change and id, or by id alone."""

    updated_at: datetime | None
    id: str


class Users(Protocol):
    def get(self, user_id: str, *, within: timedelta = timedelta()) -> User | None:
        """Return the user as it is now, or as this instance saw it in the time `within`.

        Return None if there is no such user.
        """
        ...

    def search(self, email_prefix: str | None, *, after: UserPlace | None, limit: int) -> list[User]:
        """Return users whose e-mail address begins so, sorted by it.

        Without a prefix, return all users, sorted by id.
        """
        ...

    def with_grants_due(self, now: datetime) -> Iterator[User | UnreadableRecord]:
        """Yield the users whose grants have begun or ended since their last commit. Raise Unavailable."""
        ...

    def to_erase(self) -> Iterator[User | UnreadableRecord]:
        """Yield the users whose erasure is due, and an error in the place of each one that cannot be read."""
        ...

    def each(self, *, changed_since: datetime | None, after: UserMark | None) -> Iterator[User | UnreadableRecord]:
        """Yield the users by id, or by time of change if `changed_since` is given, and go on after `after`.

        An error stands in the place of each user that cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySecret:
    """A keyed hash proves a key's secret. `serial` is the number of that secret among the secrets of its key."""

    key_id: str
    user_id: str
    serial: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody signs in, from a place on the network and with a mailbox.

    Both are keyed digests. `mailbox` is None if there is none.
    """

    user_id: str
    network: str
    mailbox: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PastArrivals:
    """These are how many accounts this network address has opened today, and whether the mailbox ever had a welcome.

    `version` is that of the stored count, or None if none is stored.
    """

    accounts: int
    had_welcome: bool
    version: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedAccount:
    """This record of a commit says that its user is one more account of its network address."""

    arrival: Arrival
    past: PastArrivals


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomedMailbox:
    """This record of a commit says that the mailbox has had its welcome. Of the mailbox it has only the digest."""

    mailbox: str
    at: datetime


AccountCommit = Commit[Subject]


class Accounts(Protocol):
    """This store creates users, and changes them beside their balances."""

    def open(self, commit: AccountCommit) -> User:
        """Store the new user of this commit, or return the user with this id that is there already."""
        ...

    def admit(self, arrival: Arrival, decide: Callable[[User | None, PastArrivals], AccountCommit | None]) -> User:
        """Commit what `decide` makes of the user, who may be new, and of what its addresses have had.

        If `decide` returns None, nothing changes. Raise what `decide` raises.
        """
        ...

    def change(self, user_id: str, decide: Callable[[User], AccountCommit | None]) -> User:
        """Commit what `decide` makes of the user, fenced by its version.

        If `decide` returns None, nothing changes. Raise UserNotFound.
        """
        ...

    def claim(
        self, user_id: str, other_id: str, decide: Callable[[User, User], tuple[AccountCommit, AccountCommit] | None]
    ) -> User:
        """Change two users in one commit, and return the first of them.

        If `decide` returns None, nothing changes. Raise UserNotFound.
        """
        ...

    def secrets(self, key_id: str, *, fresh: bool) -> Sequence[KeySecret]:
        """Return the last two secrets of a key, newest first, or none if there is no such key.

        Secrets are never changed.
        """
        ...
