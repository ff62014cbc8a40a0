import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.generations.latency import BUCKETS, LATENCY_BOUNDS, latency_bucket, percentile


@pytest.mark.parametrize(
    ("seconds", "bucket"),
    [(0, 0), (0.99, 0), (1, 1), (1.99, 1), (2, 2), (39.9, 5), (40, 6), (159.9, 7), (160, 8), (9e9, 8)],
)
def test_a_bucket_begins_at_its_bound(seconds: float, bucket: int) -> None:
    assert latency_bucket(seconds) == bucket


class TestPercentiles:
    def test_evenly_spread_within_a_bucket(self) -> None:
        assert percentile({5: 100}, 50) == 30.0
        assert percentile({5: 100}, 90) == 38.0
        assert percentile({3: 50, 4: 40, 5: 10}, 95) == 30.0

    def test_between_two_buckets(self) -> None:
        assert percentile({0: 50, 6: 50}, 50) == 1.0
        assert percentile({0: 50, 6: 50}, 51) == 40.8

    def test_the_open_bucket_answers_its_lower_bound(self) -> None:
        assert percentile({8: 3}, 99) == 160

    def test_of_nothing(self) -> None:
        assert percentile({}, 50) is None
        assert percentile({4: 0}, 50) is None

    @given(
        seconds=st.lists(st.floats(0, 159), min_size=1),
        percent=st.sampled_from([50, 90, 95, 99]),
    )
    def test_is_at_most_a_bucket_away_from_the_truth(self, seconds: list[float], percent: int) -> None:
        histogram = {bucket: sum(latency_bucket(each) == bucket for each in seconds) for bucket in BUCKETS}
        place = max(0, -(-len(seconds) * percent // 100) - 1)
        exact = sorted(seconds)[place]
        bounds = (0, *LATENCY_BOUNDS)
        bucket = latency_bucket(exact)
        found = percentile(histogram, percent)
        assert found is not None
        assert bounds[bucket] <= found <= bounds[bucket + 1]

    @given(histogram=st.dictionaries(st.sampled_from(list(BUCKETS)), st.integers(1, 1000), min_size=1))
    def test_rise_with_the_percentage(self, histogram: dict[int, int]) -> None:
        found = [percentile(histogram, percent) for percent in (50, 90, 95, 99)]
        assert found == sorted(found, key=lambda each: each or 0)
