from collections.abc import Callable
from datetime import UTC, datetime, timedelta

# A clock tells the time. The time is always aware, and in UTC.
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def clock_ahead(by: timedelta) -> Clock:
    """Return a clock that is ahead of the machine's by a fixed time, or behind it where `by` is below zero."""
    return lambda: utc_now() + by
