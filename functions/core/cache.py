import threading
from collections import OrderedDict
from datetime import datetime

from core.clock import Clock


class RecentlyUsed[K, V]:
    """This cache keeps the `size` values that were used last. The threads of an instance may share it."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def put(self, key: K, value: V) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            if len(self._values) > self._size:
                self._values.popitem(last=False)

    def drop(self, key: K) -> None:
        with self._lock:
            self._values.pop(key, None)


class KeptUntil[K, V]:
    """This cache keeps each value until a time of its own, and at most the `size` values that were used last.

    Nobody waits for anybody: threads that miss the same value at the same time each have to find it out.
    """

    def __init__(self, size: int, clock: Clock) -> None:
        self._clock = clock
        self._kept: RecentlyUsed[K, tuple[V, datetime]] = RecentlyUsed(size)

    def get(self, key: K) -> V | None:
        kept = self._kept.get(key)
        return kept[0] if kept is not None and self._clock() < kept[1] else None

    def put(self, key: K, value: V, until: datetime) -> None:
        self._kept.put(key, (value, until))

    def drop(self, key: K) -> None:
        self._kept.drop(key)
