import hashlib
import threading
from collections import OrderedDict
from datetime import datetime

from core.clock import Clock


class TokenCache[V]:
    """Remembers what was found out about tokens, each until a time of its own. Threads may share it.

    The `size` tokens that were used last are kept. Tokens are credentials, so only their digests are kept.
    """

    def __init__(self, size: int, clock: Clock) -> None:
        self._size = size
        self._clock = clock
        self._found: OrderedDict[bytes, tuple[datetime, V]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, token: str) -> V | None:
        digest, now = _digest(token), self._clock()
        with self._lock:
            if digest not in self._found:
                return None
            until, value = self._found[digest]
            if now >= until:
                del self._found[digest]
                return None
            self._found.move_to_end(digest)
            return value

    def put(self, token: str, value: V, until: datetime) -> None:
        digest = _digest(token)
        with self._lock:
            self._found[digest] = (until, value)
            self._found.move_to_end(digest)
            if len(self._found) > self._size:
                self._found.popitem(last=False)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
