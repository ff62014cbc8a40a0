"""Counts each request before any work is done for it.

What it costs to find out whether a credential is good (a read, a signature, a question to Firebase) is what a flood is
after. So a request with a credential that this instance has seen to be good is counted for its caller; any other is
counted for its address first, and given back where the credential then turns out to be good.
"""

import hashlib
from collections.abc import Mapping

from controllers.http.throttle import Throttle
from core.cache import RecentlyUsed
from services.accounts.access import Caller

type Counted = tuple[str, ...] | None

_CREDENTIALS_KNOWN = 8192


class CountedDoor:
    """Knows credentials by their digests alone."""

    def __init__(self, throttle: Throttle) -> None:
        self._throttle = throttle
        self._known: RecentlyUsed[bytes, tuple[str, ...]] = RecentlyUsed(_CREDENTIALS_KNOWN)

    def count(self, headers: Mapping[str, str], address: str) -> Counted:
        """For whom the request is counted: None where it is the address. Raises RateLimited."""
        known = self._known.get(_digest(headers))
        if known is None:
            self._throttle.take_address(address)
        else:
            self._throttle.take_caller(known)
        return known

    def let_in(self, headers: Mapping[str, str], address: str, counted: Counted, caller: Caller) -> None:
        """The credential is good. Raises RateLimited where its caller has used up its rate with others."""
        self._known.put(_digest(headers), caller.counted)
        if counted is None:
            self._throttle.take_caller(caller.counted)
            self._throttle.give_back(address)

    def refused(self, headers: Mapping[str, str], address: str, counted: Counted) -> None:
        """The credential is worth nothing, or nothing any more: it counts for the address. Raises RateLimited."""
        self._known.drop(_digest(headers))
        if counted is not None:
            self._throttle.take_address(address)


def _digest(headers: Mapping[str, str]) -> bytes:
    """Return the digest of all that may prove who is calling. That of no credential is never remembered."""
    given = (headers.get("authorization", ""), headers.get("x-api-key", ""))
    return hashlib.sha256("\0".join(given).encode(errors="surrogatepass")).digest()
