"""A histogram counts how long generations took. Percentiles are read from its few counts."""

from bisect import bisect_right
from collections.abc import Mapping

# These are seconds from the start of the attempt to the end. Bucket 0 is below the first bound, and the last bucket has
# no upper end.
LATENCY_BOUNDS = (1, 2, 5, 10, 20, 40, 80, 160)

BUCKETS = range(len(LATENCY_BOUNDS) + 1)


def latency_bucket(seconds: float) -> int:
    return bisect_right(LATENCY_BOUNDS, seconds)


def percentile(histogram: Mapping[int, int], percent: int) -> float | None:
    """Return a percentile in seconds, or None where nothing was counted.

    Values count as evenly spread within a bucket. The last bucket, which has no upper end, gives its lower bound.
    """
    wanted = sum(histogram.values()) * percent / 100
    below = 0
    for bucket in BUCKETS:
        count = histogram.get(bucket, 0)
        if count and below + count >= wanted:
            return _within(bucket, (wanted - below) / count)
        below += count
    return None


def _within(bucket: int, part: float) -> float:
    low = LATENCY_BOUNDS[bucket - 1] if bucket else 0
    high = LATENCY_BOUNDS[bucket] if bucket < len(LATENCY_BOUNDS) else low
    return round(low + part * (high - low), 2)
