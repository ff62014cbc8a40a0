"""Reads single claims of a token, and makes the digests under which tokens are remembered.

The Auth emulator signs nothing, so a claim can have any value.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

# The clock of the issuer may be so far ahead of ours. Otherwise a token that is used at once would come from the
# future.
CLOCK_SKEW_SECONDS = 5

# The libraries raise these for made-up tokens, not always on purpose.
MALFORMED = (ValueError, TypeError, RecursionError)


def moment(claims: Mapping[str, Any], name: str) -> datetime:
    """Return a claim that is a time in seconds since 1970. Raises ValueError if it is missing or is no time."""
    try:
        return datetime.fromtimestamp(claims[name], UTC)
    except (KeyError, TypeError, OverflowError, OSError) as error:
        raise ValueError(f"{name} is no time") from error


def text(claims: Mapping[str, Any], name: str) -> str:
    """Return a claim, or an empty text if it is missing or is no text."""
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def token_digest(token: str) -> bytes:
    """Return what a token is remembered by. Tokens are credentials, so they are not kept themselves."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
