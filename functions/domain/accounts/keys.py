"""An API key is written `dk_<id>_<secret>`.

The owner's document says what the key may do; the proof of its secret is stored elsewhere. So a commit reads and fences
the state of the key together with the balance that it spends: it refuses a key that is revoked or has spent its budget.
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
# Secret scanners use this pattern too: a text that matches is a key.
TOKEN = re.compile(r"dk_([a-z][a-z0-9]{11})_([A-Za-z0-9]{43})")

# A user may have so many active keys. They are in the user's document, which has to stay small.
KEYS_MAX = 20

# Instances whose clocks differ may be in two different days at once, and they share the counts of both.
_NEAR = timedelta(days=1)

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


# Only an admin may make a key with one of these scopes, and they count only as long as its owner is an admin.
#
# A key with `users:act` is a service key: it acts for other users. `keys:*` are about the keys of those users.
ADMIN_SCOPES = frozenset({Scope.KEYS_READ, Scope.KEYS_WRITE, Scope.USERS_ACT, Scope.ADMIN_READ, Scope.ADMIN_WRITE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A budget limits the credits that a key may spend, net of refunds, in a UTC day and in a UTC month.

    None means no limit.
    """

    per_day: int | None = None
    per_month: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOrigin:
    """This names the service key that made a key for a user, and the user in whose document that service key is."""

    user_id: str
    key_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """`serial` counts the secrets that the key has had. The secret before the current one works until `previous_until`.

    `spent` has the credits that were spent, by time window: `d20261120` is a day, `m202611` a month. `made_by` names
    the service key that made this one, if any did; this one works only as long as that one. A service key acts only for
    external users whose ids begin with its `external_prefix`.
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
        """Raise Unauthenticated unless the secret with this serial may be used now."""
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
    """Return 43 random characters out of 62, which is 256 bits of chance."""
    return "".join(secrets.choice(_ALPHANUMERIC) for _ in range(43))


def token(key_id: str, secret: str) -> str:
    return f"{PREFIX}_{key_id}_{secret}"


def split(text: str) -> tuple[str, str] | None:
    """Return a key's id and secret, or None if the text is not a key."""
    match = TOKEN.fullmatch(text)
    return None if match is None else (match[1], match[2])


def windows(at: datetime) -> tuple[str, str]:
    return f"d{at:%Y%m%d}", f"m{at:%Y%m}"


def spent_with(key: ApiKey, price: int, now: datetime) -> ApiKey:
    """Return the key after it has spent this price. Raise KeyBudgetExceeded if that is more than its budget.

    Counts of time windows that are long over are dropped.
    """
    day, month = windows(now)
    near = {window for at in (now - _NEAR, now, now + _NEAR) for window in windows(at)}
    spent = {window: credits_ for window, credits_ in key.spent.items() if window in near}
    for window, most, period in ((day, key.budget.per_day, "day"), (month, key.budget.per_month, "month")):
        before = spent.get(window, 0)
        if most is not None and before + price > most:
            raise KeyBudgetExceeded(required=price, available=max(0, most - before), period=period)
        spent[window] = before + price
    return replace(key, spent=spent)
