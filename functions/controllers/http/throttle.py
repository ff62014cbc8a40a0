"""How often one caller, or one address without a caller, may call this instance.

In memory, so it costs no database operation and is exact for an instance only; what creates generations is limited
once more, exactly, in the user's own document.
"""

import threading
from collections.abc import Collection
from dataclasses import dataclass

from core.cache import RecentlyUsed
from core.clock import Clock
from core.rates import Bucket, Rate, left, put_back, seconds_to_full, take

_REMEMBERED = 8192
_ADDRESS = "address:"


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

    def take_caller(self, counted: Collection[str]) -> None:
        """One request in each of the buckets; a key has its own and its owner's. Raises RateLimited, and takes none."""
        self._take(counted, self._per_caller, "requests")

    def take_address(self, address: str) -> None:
        """Raises RateLimited."""
        what = "requests from this address without a valid credential"
        self._take([f"{_ADDRESS}{address}"], self._per_address, what)

    def give_back(self, address: str) -> None:
        """Give back what was taken for a credential that this instance did not know, and that turned out to be good."""
        name, now = f"{_ADDRESS}{address}", self._clock()
        with self._lock:
            bucket = self._buckets.get(name)
            if bucket is not None:
                self._buckets.put(name, put_back(bucket, self._per_address, now))

    def allowance(self, counted: Collection[str]) -> Allowance:
        """Return what is left in the one of the buckets that has least."""
        now, rate = self._clock(), self._per_caller
        buckets = [self._buckets.get(name) for name in counted]
        return Allowance(
            rate,
            min(left(bucket, rate, now) for bucket in buckets),
            max(seconds_to_full(bucket, rate, now) for bucket in buckets),
        )

    def _take(self, names: Collection[str], rate: Rate, what: str) -> None:
        with self._lock:
            now = self._clock()
            taken = {name: take(self._buckets.get(name), rate, now, what) for name in names}
            for name, bucket in taken.items():
                self._buckets.put(name, bucket)
