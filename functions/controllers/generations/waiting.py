"""Limits who may wait for the end of a generation, because each wait holds one of the instance's few threads."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

# One in so many threads may wait, so that the others can answer.
_THREADS_PER_WAIT = 4


class Waits:
    """Has the places for requests that wait.

    They are counted in memory, because the threads are those of this instance.
    """

    def __init__(self, *, threads: int) -> None:
        self.most = max(1, threads // _THREADS_PER_WAIT)
        self.most_of_one = max(1, self.most // 2)
        self._waiting: Counter[str] = Counter()
        self._count = 0
        self._lock = threading.Lock()

    @contextmanager
    def place(self, seconds: int, *names: str) -> Iterator[int]:
        """Yield how many seconds the request may wait: `seconds`, or 0 if no place is free.

        `names` are all names that the caller counts under, such as a user and the key that acts for it. Each name
        may only have its share of the places.
        """
        if seconds <= 0 or not self._taken(names):
            yield 0
            return
        try:
            yield seconds
        finally:
            with self._lock:
                self._move(names, -1)

    def _taken(self, names: tuple[str, ...]) -> bool:
        with self._lock:
            if self._count >= self.most or any(self._waiting[name] >= self.most_of_one for name in names):
                return False
            self._move(names, 1)
            return True

    def _move(self, names: tuple[str, ...], by: int) -> None:
        self._count += by
        for name in set(names):
            self._waiting[name] += by
            if not self._waiting[name]:
                del self._waiting[name]
