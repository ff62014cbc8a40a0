"""Limits how often one caller, or one address without a caller, may call this instance.

The counts are in memory, so they cost no database operation, and are exact for one instance only. Requests that create
generations are limited once more, exactly, in the user's own document.
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
    """Says what is left of a rate after a request, in the headers of draft-ietf-httpapi-ratelimit-headers."""

    rate: Rate
    remaining: int
    reset_seconds: int

    def headers(self) -> dict[str, str]:
        """Return the headers. A rate is given as its burst, and the seconds in which an empty one fills up."""
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
        """Take one request from each of the buckets. A key has a bucket of its own, and its owner's.

        If one of them is empty, raises RateLimited, and takes nothing.
        """
        self._take(counted, self._per_caller, "requests")

    def take_address(self, address: str) -> None:
        """Take one request from the bucket of the address. Raises RateLimited."""
        what = "requests from this address without a valid credential"
        self._take([f"{_ADDRESS}{address}"], self._per_address, what)

    def give_back(self, address: str) -> None:
        """Give back the request that was taken for an unknown credential, which turned out to be good."""
        name, now = f"{_ADDRESS}{address}", self._clock()
        with self._lock:
            bucket = self._buckets.get(name)
            if bucket is not None:
                self._buckets.put(name, put_back(bucket, self._per_address, now))

    def allowance(self, counted: Collection[str]) -> Allowance:
        """Return what is left in the bucket that has least left."""
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
