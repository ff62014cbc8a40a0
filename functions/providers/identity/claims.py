"""Single claims of a token. The Auth emulator signs nothing, so that anything may stand in one."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

CLOCK_SKEW_SECONDS = 5
"""How far the clock of who issued a token may be ahead of ours: one that is used at once is from the future here."""

MALFORMED = (ValueError, TypeError, RecursionError)
"""What the libraries raise over a token that somebody has made up; not all of it on purpose."""


def moment(claims: Mapping[str, Any], name: str) -> datetime:
    """Raises ValueError unless the claim is a time, in seconds since 1970."""
    try:
        return datetime.fromtimestamp(claims[name], UTC)
    except (KeyError, TypeError, OverflowError, OSError) as error:
        raise ValueError(f"{name} is no time") from error


def text(claims: Mapping[str, Any], name: str) -> str:
    """Empty where the claim is absent, or no text."""
    value = claims.get(name)
    return value if isinstance(value, str) else ""
