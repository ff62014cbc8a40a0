"""Who people, apps and services are, by those who vouch for them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


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
