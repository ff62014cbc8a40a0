from collections.abc import Callable
from datetime import datetime, timedelta

from core.clock import Clock

_KEPT = 1024


class Recent[K, V]:
    """Remembers each answer for a while, so that asking often costs little."""

    def __init__(self, fresh_for: timedelta, clock: Clock) -> None:
        self._fresh_for = fresh_for
        self._clock = clock
        self._answers: dict[K, tuple[datetime, V]] = {}

    def get(self, key: K, ask: Callable[[], V]) -> V:
        now = self._clock()
        known = self._answers.get(key)
        if known is not None and now < known[0]:
            return known[1]
        answer = ask()
        if len(self._answers) >= _KEPT:
            self._answers.clear()
        self._answers[key] = (now + self._fresh_for, answer)
        return answer
