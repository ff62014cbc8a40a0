import threading
from collections.abc import Callable

from services.ports import Identity, TokenVerifier


class LazyTokens:
    """Makes the verifier when the first token comes: in open mode there may never be one."""

    def __init__(self, make: Callable[[], TokenVerifier]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._verifier: TokenVerifier | None = None

    def verify(self, token: str) -> Identity:
        with self._lock:
            if self._verifier is None:
                self._verifier = self._make()
        return self._verifier.verify(token)
