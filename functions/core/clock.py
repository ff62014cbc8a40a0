from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Tells the time, always aware and in UTC."""


def utc_now() -> datetime:
    return datetime.now(UTC)
