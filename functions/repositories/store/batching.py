"""Does work that waits at the same time at once: the first thread in line also works for all that came meanwhile."""

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from zlib import crc32

_LINES = 64

LockFactory = Callable[[], AbstractContextManager[object]]


class _Request[I, O]:
    def __init__(self, item: I) -> None:
        self.item = item
        self.answer: Callable[[], O] | None = None


class Batcher[I, O]:
    """Run `work` for each key in one thread at a time, on all items that came for the key since the last run.

    `work` gets the items in the order in which they came, at most `most` of them, and returns an answer for each: a
    function that returns the result or raises. If `work` itself raises, only the thread that ran it gets the error; the
    other items are done in later runs.
    """

    def __init__(
        self,
        work: Callable[[str, Sequence[I]], Sequence[Callable[[], O]]],
        *,
        most: int,
        lock: LockFactory = threading.Lock,
    ) -> None:
        self._work = work
        self._most = most
        self._lines = [lock() for _ in range(_LINES)]
        self._waiting: dict[str, list[_Request[I, O]]] = defaultdict(list)
        self._guard = threading.Lock()

    def submit(self, key: str, item: I) -> O:
        request: _Request[I, O] = _Request(item)
        with self._guard:
            self._waiting[key].append(request)
        with self._lines[crc32(key.encode()) % _LINES]:
            if request.answer is None:
                self._run(key, request)
        assert request.answer is not None, "a request that had its turn has an answer"  # noqa: S101 - a bug, not a refusal
        return request.answer()

    def _run(self, key: str, mine: _Request[I, O]) -> None:
        batch = self._taken(key, mine)
        for request, answer in zip(batch, self._work(key, [request.item for request in batch]), strict=True):
            request.answer = answer

    def _taken(self, key: str, mine: _Request[I, O]) -> list[_Request[I, O]]:
        """Return the oldest requests that wait, and always `mine`, which a run that raised may have removed."""
        with self._guard:
            waiting = self._waiting.pop(key, [])
            others = [request for request in waiting if request is not mine]
            batch, left = [mine, *others[: self._most - 1]], others[self._most - 1 :]
            if left:
                self._waiting[key] = left
            return batch
