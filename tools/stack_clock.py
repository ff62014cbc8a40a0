"""
The local stack's clock can be set, and goes on from the moment that it was set to. Every process of the stack, and
every command beside it, is told how many seconds it is ahead of the machine's. docs/adr/0013 says what goes by it.
"""

import argparse
import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from tools import services

KEPT_IN = services.LOCAL / "clock"


def offset_to(text: str) -> int:
    """Return the seconds from now, by this machine, to a time such as `2028-02-29T23:59:30Z`. It is for argparse."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no time with a zone, such as 2028-02-29T23:59:30Z")
    return round((moment - datetime.now(UTC)).total_seconds())


def now() -> datetime:
    """Return the time by the stack's clock, for a command beside it."""
    return datetime.now(UTC) + timedelta(seconds=int(os.environ.get("CLOCK_OFFSET_SECONDS", "0")))


def keep(offset: int) -> None:
    """Keep the offset for commands that come later, beside the running stack."""
    KEPT_IN.parent.mkdir(parents=True, exist_ok=True)
    KEPT_IN.write_text(f"{offset}\n", encoding="utf-8")


def kept() -> int:
    """Return the offset of the running stack in seconds, or 0 if none is kept."""
    with suppress(FileNotFoundError, ValueError):
        return int(KEPT_IN.read_text(encoding="utf-8"))
    return 0
