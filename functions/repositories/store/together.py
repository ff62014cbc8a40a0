"""What waits at the same time goes together: the first in line works for all who came meanwhile."""

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from zlib import crc32

_LINES = 64

LockFactory = Callable[[], AbstractContextManager[object]]


class _Ask[I, O]:
    def __init__(self, item: I) -> None:
        self.item = item
        self.answer: Callable[[], O] | None = None


class Together[I, O]:
    """Runs `work` for each key by one thread at a time, on everything that has come for the key since the last run.

    `work` gets the items in the order in which they came, `most` at once, and returns an answer for each: a function
    that returns the result or raises. If `work` itself raises, that hits its caller alone; the others then go by
    themselves.
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
        self._waiting: dict[str, list[_Ask[I, O]]] = defaultdict(list)
        self._guard = threading.Lock()

    def submit(self, key: str, item: I) -> O:
        ask: _Ask[I, O] = _Ask(item)
        with self._guard:
            self._waiting[key].append(ask)
        with self._lines[crc32(key.encode()) % _LINES]:
            if ask.answer is None:
                self._run(key, ask)
        assert ask.answer is not None, "whoever has had its turn has its answer"  # noqa: S101 - a bug, not a refusal
        return ask.answer()

    def _run(self, key: str, mine: _Ask[I, O]) -> None:
        batch = self._taken(key, mine)
        for ask, answer in zip(batch, self._work(key, [ask.item for ask in batch]), strict=True):
            ask.answer = answer

    def _taken(self, key: str, mine: _Ask[I, O]) -> list[_Ask[I, O]]:
        """The oldest that wait, and always `mine`: it may have been taken by a run that raised."""
        with self._guard:
            waiting = self._waiting.pop(key, [])
            others = [ask for ask in waiting if ask is not mine]
            batch, left = [mine, *others[: self._most - 1]], others[self._most - 1 :]
            if left:
                self._waiting[key] = left
            return batch
