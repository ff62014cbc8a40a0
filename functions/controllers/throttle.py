"""How often one caller, or one address without a caller, may call this instance.

In memory, so it costs no database operation and is exact for an instance only; what creates generations is limited
once more, exactly, in the user's own document.
"""

import threading
from dataclasses import dataclass

from core.cache import RecentlyUsed
from core.clock import Clock
from domain.limits import Bucket, Rate, left, seconds_to_full, take

_REMEMBERED = 8192


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a rate after a request, in the headers of draft-ietf-httpapi-ratelimit-headers."""

    rate: Rate
    remaining: int
    reset_seconds: int

    def headers(self) -> dict[str, str]:
        """A rate is given as its burst, and the seconds in which one fills up."""
        window = -(-self.rate.burst * 60 // self.rate.per_minute)
        return {
            "RateLimit-Policy": f'"requests";q={self.rate.burst};w={window}',
            "RateLimit": f'"requests";r={self.remaining};t={self.reset_seconds}',
        }


class Throttle:
    def __init__(self, *, per_caller: Rate, per_address: Rate, clock: Clock) -> None:
        self._per_caller = per_caller
        self._per_address = per_address
        self._clock = clock
        self._buckets: RecentlyUsed[str, Bucket] = RecentlyUsed(_REMEMBERED)
        self._lock = threading.Lock()

    def take_caller(self, actor: str) -> None:
        """Raises RateLimited."""
        self._take(actor, self._per_caller, "requests")

    def take_address(self, address: str) -> None:
        """Raises RateLimited."""
        self._take(f"address:{address}", self._per_address, "requests from this address without a valid credential")

    def allowance(self, actor: str) -> Allowance:
        now, bucket = self._clock(), self._buckets.get(actor)
        return Allowance(
            self._per_caller, left(bucket, self._per_caller, now), seconds_to_full(bucket, self._per_caller, now)
        )

    def _take(self, name: str, rate: Rate, what: str) -> None:
        with self._lock:
            self._buckets.put(name, take(self._buckets.get(name), rate, self._clock(), what))
