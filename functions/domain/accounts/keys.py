"""API keys: `dk_<id>_<secret>`. What a key may do stands in its owner's document, what it is proved by elsewhere.

So a key's standing is read, and fenced, with the balance that it spends: a key that is revoked or has spent its budget
is refused by the very commit that it asks for.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import Unauthenticated
from core.rates import Bucket
from domain.accounts.errors import KeyBudgetExceeded

PREFIX = "dk"
TOKEN = re.compile(r"dk_([a-z][a-z0-9]{11})_([A-Za-z0-9]{43})")
"""For secret scanners too: what matches is a key."""

KEYS_MAX = 20
"""Active keys of one user; they live in the user's document, which has to stay small."""

_NEAR = timedelta(days=1)
"""Instances whose clocks differ may find themselves in two days at once, and share the count of both."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LOWER = _LETTERS + "0123456789"
_ALPHANUMERIC = _LOWER + _LETTERS.upper()


class Scope(StrEnum):
    GENERATIONS_READ = "generations:read"
    GENERATIONS_WRITE = "generations:write"
    BALANCE_READ = "balance:read"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    USERS_ACT = "users:act"
    ADMIN_READ = "admin:read"
    ADMIN_WRITE = "admin:write"


ADMIN_SCOPES = frozenset({Scope.KEYS_READ, Scope.KEYS_WRITE, Scope.USERS_ACT, Scope.ADMIN_READ, Scope.ADMIN_WRITE})
"""Only an admin makes a key with one of these, and they count only as long as its owner is an admin.

With `users:act`, a service key, the key acts for others; `keys:*` are about the keys of those others.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Credits that a key may spend, net of refunds, in a day and in a month of UTC. None: as many as there are."""

    per_day: int | None = None
    per_month: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOrigin:
    """The service key that made a key for a user it acts for, and whose document it stands in."""

    user_id: str
    key_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """`serial` counts the secrets that the key has had; the one before the current works until `previous_until`.

    `spent` is credits by window: `d20261120` is a day, `m202611` a month. A key that a service key made says so in
    `made_by`, and works only as long as that one does. A service key acts only for external users whose ids begin with
    its `external_prefix`.
    """

    id: str
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    rotated_at: datetime | None = None
    last_used_at: datetime | None = None
    budget: Budget = field(default_factory=Budget)
    serial: int = 1
    previous_until: datetime | None = None
    spent: Mapping[str, int] = field(default_factory=dict)
    bucket: Bucket | None = None
    in_flight: int = 0
    made_by: KeyOrigin | None = None
    external_prefix: str = ""

    def is_active(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def refuse_unless_good(self, serial: int, now: datetime) -> None:
        """Whether the secret of this serial opens anything now. Raises Unauthenticated."""
        if self.revoked_at is not None:
            raise Unauthenticated("The API key is revoked.")
        if self.expires_at is not None and now >= self.expires_at:
            raise Unauthenticated("The API key has expired.")
        overlaps = serial == self.serial - 1 and self.previous_until is not None and now < self.previous_until
        if serial != self.serial and not overlaps:
            raise Unauthenticated("The API key was rotated; this secret of it is no longer valid.")


def new_id() -> str:
    return secrets.choice(_LETTERS) + "".join(secrets.choice(_LOWER) for _ in range(11))


def new_secret() -> str:
    """43 of 62 characters: 256 bits of chance."""
    return "".join(secrets.choice(_ALPHANUMERIC) for _ in range(43))


def token(key_id: str, secret: str) -> str:
    return f"{PREFIX}_{key_id}_{secret}"


def split(text: str) -> tuple[str, str] | None:
    """A key's id and secret; None where the text is no key."""
    match = TOKEN.fullmatch(text)
    return None if match is None else (match[1], match[2])


def windows(at: datetime) -> tuple[str, str]:
    return f"d{at:%Y%m%d}", f"m{at:%Y%m}"


def spent_with(key: ApiKey, price: int, now: datetime) -> ApiKey:
    """The key after it has spent this. Raises KeyBudgetExceeded. Windows that are long over are forgotten."""
    day, month = windows(now)
    near = {window for at in (now - _NEAR, now, now + _NEAR) for window in windows(at)}
    spent = {window: credits_ for window, credits_ in key.spent.items() if window in near}
    for window, most, period in ((day, key.budget.per_day, "day"), (month, key.budget.per_month, "month")):
        before = spent.get(window, 0)
        if most is not None and before + price > most:
            raise KeyBudgetExceeded(required=price, available=max(0, most - before), period=period)
        spent[window] = before + price
    return replace(key, spent=spent)
