"""A token bucket limits how fast something may be done. It is a value, and it is stored with whatever it limits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import RateLimited

# Buckets are counted in integers, so this is one request in millionths.
_WHOLE = 1_000_000

_MICROSECOND = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A rate allows `per_minute` requests in the long run, and up to `burst` at once."""

    per_minute: int
    burst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A bucket says what was left at a moment, in millionths of a request. It fills up as time goes on."""

    level: int
    at: datetime


def take(bucket: Bucket | None, rate: Rate, now: datetime, what: str) -> Bucket:
    """Return the bucket with one request taken out. A bucket of None counts as a full one.

    Raise RateLimited where it is empty. `what` names the requests in the message, and its first word names the policy.
    """
    level = _level(bucket, rate, now)
    if bucket is not None and level < _WHOLE:
        seconds = _seconds_until(_WHOLE, bucket, rate, now)
        message = f"Too many {what}: {rate.per_minute} a minute, {rate.burst} at once."
        raise RateLimited(message, retry_after=seconds, policy=what.partition(" ")[0])
    return Bucket(level=level - _WHOLE, at=now if bucket is None else max(now, bucket.at))


def put_back(bucket: Bucket, rate: Rate, now: datetime) -> Bucket:
    """Return the bucket after a request that was taken for nothing is put back. A full one stays full."""
    level = min(rate.burst * _WHOLE, _level(bucket, rate, now) + _WHOLE)
    return Bucket(level=level, at=max(now, bucket.at))


def left(bucket: Bucket | None, rate: Rate, now: datetime) -> int:
    """Return how many whole requests may follow at once."""
    return _level(bucket, rate, now) // _WHOLE


def seconds_to_full(bucket: Bucket | None, rate: Rate, now: datetime) -> int:
    return 0 if bucket is None else _seconds_until(rate.burst * _WHOLE, bucket, rate, now)


def _seconds_until(level: int, bucket: Bucket, rate: Rate, now: datetime) -> int:
    """Return the seconds until the bucket reaches this level, rounded up, as `needed` is.

    The bucket's own time may lie ahead of `now`, because the clocks of instances differ.
    """
    needed = -(-(level - bucket.level) * 60 // rate.per_minute) * _MICROSECOND
    return max(0, -((now - bucket.at - needed) // _SECOND))


def _level(bucket: Bucket | None, rate: Rate, now: datetime) -> int:
    if bucket is None:
        return rate.burst * _WHOLE
    elapsed = max(0, (now - bucket.at) // _MICROSECOND)
    return min(rate.burst * _WHOLE, bucket.level + elapsed * rate.per_minute // 60)
