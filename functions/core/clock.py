from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Tells the time, always aware and in UTC."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def clock_ahead(by: timedelta) -> Clock:
    """A clock that runs as the machine's does, and is always so far ahead of it; behind, where `by` is below zero."""
    return lambda: utc_now() + by
