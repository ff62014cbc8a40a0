"""Counts each request before any work is done for it.

To find out whether a credential is good costs a read, a signature check or a question to Firebase, and a flood of
requests could exploit that. So a request with a credential that this instance has found good before is counted for its
caller. Any other request is counted for its address first, and this is undone if the credential turns out to be good.
"""

import hashlib
from collections.abc import Mapping

from controllers.http.throttle import Throttle
from core.cache import RecentlyUsed
from services.accounts.access import Caller

type Counted = tuple[str, ...] | None

_CREDENTIALS_KNOWN = 8192


class RequestCounter:
    """Counts requests for callers or addresses. It remembers only digests of credentials."""

    def __init__(self, throttle: Throttle) -> None:
        self._throttle = throttle
        self._known: RecentlyUsed[bytes, tuple[str, ...]] = RecentlyUsed(_CREDENTIALS_KNOWN)

    def count(self, headers: Mapping[str, str], address: str) -> Counted:
        """Count the request, and return the names that it counts for, or None if it counts for the address.

        Raises RateLimited.
        """
        known = self._known.get(_digest(headers))
        if known is None:
            self._throttle.take_address(address)
        else:
            self._throttle.take_caller(known)
        return known

    def accept(self, headers: Mapping[str, str], address: str, counted: Counted, caller: Caller) -> None:
        """Remember that the credential is good, and count the request for its caller if it was counted for the address.

        Raises RateLimited if the caller has used up its rate with other credentials.
        """
        self._known.put(_digest(headers), caller.counted)
        if counted is None:
            self._throttle.take_caller(caller.counted)
            self._throttle.give_back(address)

    def reject(self, headers: Mapping[str, str], address: str, counted: Counted) -> None:
        """Forget the credential, which is not valid or no longer valid, and count the request for the address.

        Raises RateLimited.
        """
        self._known.drop(_digest(headers))
        if counted is not None:
            self._throttle.take_address(address)


def _digest(headers: Mapping[str, str]) -> bytes:
    """Return the digest of everything that may prove who is calling.

    The digest of no credential is never remembered.
    """
    given = (headers.get("authorization", ""), headers.get("x-api-key", ""))
    return hashlib.sha256("\0".join(given).encode(errors="surrogatepass")).digest()
