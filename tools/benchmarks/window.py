"""Measures what many threads finish between two moments, after a warm-up that does not count."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import psutil

# These are the moment of the end, the seconds that it took, and the status.
Finished = tuple[float, float, int | str]


class Window:
    """
    The time in which finished work counts. Each worker is called in a thread with `stopped` and a list that it adds
    its Finished to. It goes on until `stopped()` is true, or until it has nothing left to do.
    """

    def __init__(self, *, warm_seconds: float, seconds: float, pids: Sequence[int]) -> None:
        self._warm_seconds = warm_seconds
        self._seconds = seconds
        self._pids = pids
        self._stop = threading.Event()

    def measure(self, workers: Sequence[Callable[[Callable[[], bool], list[Finished]], None]]) -> dict[str, Any]:
        logs: list[list[Finished]] = [[] for _ in workers]
        threads = [
            threading.Thread(target=work, args=(self._stop.is_set, log), daemon=True)
            for work, log in zip(workers, logs, strict=True)
        ]
        begin = time.perf_counter() + self._warm_seconds
        for thread in threads:
            thread.start()
        time.sleep(self._warm_seconds)
        cpu = cpu_seconds(self._pids)
        deadline = begin + self._seconds
        while any(thread.is_alive() for thread in threads) and (left := deadline - time.perf_counter()) > 0:
            time.sleep(min(left, 0.05))
        end, spent = time.perf_counter(), cpu_seconds(self._pids) - cpu
        self._stop.set()
        for thread in threads:
            thread.join(30)
        return _summary([each for log in logs for each in log if begin <= each[0] <= end], end - begin, spent)


def cpu_seconds(pids: Sequence[int]) -> float:
    """Return the user and system time that all threads of these processes have had."""
    times = [psutil.Process(pid).cpu_times() for pid in pids]
    return sum(each.user + each.system for each in times)


def _summary(finished: list[Finished], seconds: float, cpu: float) -> dict[str, Any]:
    count = len(finished)
    latencies = sorted(latency * 1000 for _, latency, _ in finished)

    def percentile(share: float) -> float | None:
        return round(latencies[min(count - 1, int(count * share))], 2) if latencies else None

    return {
        "count": count,
        "per_second": round(count / seconds, 1),
        "p50_ms": percentile(0.5),
        "p95_ms": percentile(0.95),
        "p99_ms": percentile(0.99),
        "cpu_ms": round(cpu * 1000 / count, 3) if count else None,
        "statuses": dict(Counter(str(status) for _, _, status in finished)),
    }
