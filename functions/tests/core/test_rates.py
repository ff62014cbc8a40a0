from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RateLimited
from core.rates import Bucket, Rate, left, seconds_to_full, take

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)
MINUTE_MICROS = 60_000_000
WHOLE = 1_000_000

RATES = st.builds(Rate, per_minute=st.integers(1, 100_000), burst=st.integers(1, 1000))
# These are microseconds between requests. They go backwards too, because the clocks of instances differ.
STEPS = st.lists(st.integers(-2 * MINUTE_MICROS, 2 * MINUTE_MICROS), max_size=60)


def taken(bucket: Bucket | None, rate: Rate, now: datetime) -> tuple[Bucket | None, bool]:
    """Return the bucket after a request, and whether it was let through."""
    try:
        return take(bucket, rate, now, "requests"), True
    except RateLimited:
        return bucket, False


def emptied(rate: Rate, now: datetime) -> Bucket:
    bucket: Bucket | None = None
    for _ in range(rate.burst):
        bucket = take(bucket, rate, now, "requests")
    assert bucket is not None
    return bucket


def refused_for(bucket: Bucket, rate: Rate, now: datetime) -> int:
    """Return the seconds that the refusal says to wait."""
    with pytest.raises(RateLimited) as refused:
        take(bucket, rate, now, "requests")
    return refused.value.retry_after


@given(st.builds(Rate, per_minute=st.integers(1, 100_000), burst=st.integers(1, 30)))
def test_a_full_bucket_lets_its_burst_through_at_once_and_no_more(rate: Rate) -> None:
    bucket = emptied(rate, NOW)
    assert (bucket.level, left(bucket, rate, NOW)) == (0, 0)
    assert taken(bucket, rate, NOW) == (bucket, False)


@given(RATES, STEPS)
def test_never_more_than_the_burst_and_what_the_time_brings(rate: Rate, steps: list[int]) -> None:
    bucket, now, moments, let_through = None, NOW, [NOW], 0
    for step in steps:
        bucket, was_let_through = taken(bucket, rate, now)
        let_through += was_let_through
        now += step * MICROSECOND
        moments.append(now)
    span = (max(moments) - min(moments)) // MICROSECOND
    assert let_through <= rate.burst + span * rate.per_minute // MINUTE_MICROS


@given(RATES, STEPS)
def test_levels_are_integers_between_empty_and_full(rate: Rate, steps: list[int]) -> None:
    bucket, now = None, NOW
    for step in steps:
        bucket, _ = taken(bucket, rate, now)
        assert bucket is not None
        assert type(bucket.level) is int
        assert 0 <= bucket.level <= (rate.burst - 1) * WHOLE
        now += step * MICROSECOND


@given(st.integers(1, 100_000), st.integers(1, 3))
def test_whoever_keeps_to_the_rate_is_never_refused(per_minute: int, burst: int) -> None:
    rate = Rate(per_minute=per_minute, burst=burst)
    pace = -(-MINUTE_MICROS // per_minute) * MICROSECOND
    bucket, now = emptied(rate, NOW), NOW
    for _ in range(200):
        now += pace
        bucket = take(bucket, rate, now, "requests")
    assert left(bucket, rate, now) <= burst


def test_a_rate_that_divides_the_minute_loses_nothing_in_a_day() -> None:
    rate = Rate(per_minute=60, burst=1)
    bucket, let_through = emptied(rate, NOW), 0
    for second in range(1, 24 * 3600 + 1):
        after, was_let_through = taken(bucket, rate, NOW + second * SECOND)
        assert after is not None
        bucket, let_through = after, let_through + was_let_through
    assert (let_through, bucket.level) == (24 * 3600, 0)


@given(RATES, st.integers(0, WHOLE - 1), st.integers(-600 * WHOLE, 600 * WHOLE))
def test_retry_after_is_enough_and_not_a_second_too_much(rate: Rate, level: int, micros: int) -> None:
    """This holds also if the bucket was written by an instance whose clock is ahead."""
    bucket, now = Bucket(level=level, at=NOW), NOW + micros * MICROSECOND
    if left(bucket, rate, now):
        return
    seconds = refused_for(bucket, rate, now)
    assert seconds >= 1
    assert taken(bucket, rate, now + seconds * SECOND)[1]
    assert not taken(bucket, rate, now + (seconds - 1) * SECOND)[1]


@given(RATES, st.integers(0, 1000 * WHOLE), st.integers(-600 * WHOLE, 600 * WHOLE))
def test_it_is_full_when_it_says_so_and_not_before(rate: Rate, level: int, micros: int) -> None:
    bucket, now = Bucket(level=min(level, rate.burst * WHOLE), at=NOW), NOW + micros * MICROSECOND
    seconds = seconds_to_full(bucket, rate, now)
    assert seconds >= 0
    assert left(bucket, rate, now + seconds * SECOND) == rate.burst
    if seconds:
        just_before = bucket.level + (now + (seconds - 1) * SECOND - NOW) // MICROSECOND * rate.per_minute // 60
        assert just_before < rate.burst * WHOLE


@pytest.mark.parametrize(("per_minute", "seconds"), [(1, 60), (7, 9), (60, 1), (300, 1), (100_000, 1)])
def test_one_that_is_empty_says_how_long_one_request_takes_to_come(per_minute: int, seconds: int) -> None:
    rate = Rate(per_minute=per_minute, burst=3)
    assert refused_for(emptied(rate, NOW), rate, NOW) == seconds


def test_a_refusal_names_the_limit_and_the_wait() -> None:
    rate = Rate(per_minute=30, burst=2)
    with pytest.raises(RateLimited, match=r"Too many cats: 30 a minute, 2 at once\. Try again in 2 s\."):
        take(emptied(rate, NOW), rate, NOW, "cats")


def test_a_clock_that_goes_back_brings_nothing_and_takes_nothing() -> None:
    rate = Rate(per_minute=60, burst=2)
    bucket = take(None, rate, NOW, "requests")
    earlier = take(bucket, rate, NOW - 10 * SECOND, "requests")
    assert earlier == Bucket(level=0, at=NOW)
    assert taken(earlier, rate, NOW)[1] is False
    assert taken(earlier, rate, NOW + SECOND)[1] is True


def test_a_long_pause_brings_no_more_than_the_burst() -> None:
    rate = Rate(per_minute=100, burst=5)
    assert left(emptied(rate, NOW), rate, NOW + timedelta(days=30)) == 5


def test_a_burst_that_was_made_smaller_holds_at_once() -> None:
    full = Bucket(level=100 * WHOLE, at=NOW)
    small = Rate(per_minute=60, burst=2)
    assert left(full, small, NOW) == 2
    assert seconds_to_full(full, small, NOW) == 0
    assert take(full, small, NOW, "requests") == replace(full, level=WHOLE)


def test_what_nobody_has_used_is_full() -> None:
    assert left(None, Rate(per_minute=1, burst=7), NOW) == 7
