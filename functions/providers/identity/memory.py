"""Implements the same ports in memory. A test says which accounts and tokens exist, and sees what was asked for."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from core.errors import Unauthenticated, Unavailable
from services.accounts.ports import DirectoryAccount, Identity

_NOBODY: Mapping[str, str] = MappingProxyType({})


class MemoryTokens:
    """Accepts the tokens that it was given, and refuses all others.

    With `check_revoked`, it also refuses `revoked` ones.
    """

    def __init__(self, tokens: Mapping[str, Identity]) -> None:
        self._tokens = dict(tokens)
        self.revoked: set[str] = set()

    def verify(self, token: str, *, check_revoked: bool = False) -> Identity:
        known = self._tokens.get(token)
        if known is None:
            raise Unauthenticated("The ID token is not valid: expired, forged, or of another project.")
        if check_revoked and token in self.revoked:
            raise Unauthenticated("The sign-in of this ID token was revoked. Sign in again.")
        return known


class MemoryDirectory:
    """Has accounts, given as user ids by e-mail address.

    It records all calls, also for accounts that it does not have.
    """

    def __init__(self, accounts: Mapping[str, str] = _NOBODY) -> None:
        self._accounts = {email.lower(): user_id for email, user_id in accounts.items()}
        self.signed_out: list[str] = []
        self.inactive: set[str] = set()
        self.roles: dict[str, str] = {}
        self.deleted: list[str] = []
        self.unverified: set[str] = set()
        self.is_down = False

    def sign_out(self, user_id: str) -> bool:
        known = self._knows(user_id)
        self.signed_out.append(user_id)
        return known

    def set_active(self, user_id: str, *, is_active: bool) -> bool:
        known = self._knows(user_id)
        if is_active:
            self.inactive.discard(user_id)
        else:
            self.inactive.add(user_id)
        return known

    def set_role(self, user_id: str, role: str) -> bool:
        known = self._knows(user_id)
        self.roles[user_id] = role
        return known

    def delete(self, user_id: str) -> bool:
        known = self._knows(user_id)
        self.deleted.append(user_id)
        self._accounts = {email: each for email, each in self._accounts.items() if each != user_id}
        return known

    def account(self, user_id: str) -> DirectoryAccount | None:
        if not self._knows(user_id):
            return None
        email = next(address for address, each in self._accounts.items() if each == user_id)
        return DirectoryAccount(user_id, email, is_verified=user_id not in self.unverified)

    def find(self, email: str) -> str | None:
        self._answer()
        return self._accounts.get(email.lower())

    def _knows(self, user_id: str) -> bool:
        self._answer()
        return user_id in self._accounts.values()

    def _answer(self) -> None:
        if self.is_down:
            raise Unavailable("The directory of accounts does not answer.")


class MemoryAppCheck:
    """Accepts the tokens that it was given, and refuses all others."""

    def __init__(self, tokens: Collection[str]) -> None:
        self._tokens = frozenset(tokens)

    def verify(self, token: str) -> None:
        if token not in self._tokens:
            raise Unauthenticated("The App Check token is not valid: expired, forged, or of another project.")


class MemoryServiceTokens:
    """Accepts the tokens that it was given, each with its audience and e-mail address, and refuses all others."""

    def __init__(self, tokens: Mapping[str, tuple[str, str]]) -> None:
        self._tokens = dict(tokens)

    def verify(self, token: str, *, audience: str, email: str) -> None:
        if self._tokens.get(token) != (audience, email):
            raise Unauthenticated("The service token is not valid here.")
