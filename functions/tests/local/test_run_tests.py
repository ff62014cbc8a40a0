import pytest

from tools.run_tests import NO_TESTS, exit_code


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([0, 0], 0),
        ([1, 0], 1),
        ([0, 1], 1),
        ([0, 2], 2),
        ([NO_TESTS, 0], 0),
        ([0, NO_TESTS], 0),
        ([NO_TESTS, 1], 1),
        ([NO_TESTS, NO_TESTS], NO_TESTS),
        ([-9, 0], -9),
    ],
)
def test_one_half_that_fails_fails_the_whole(codes: list[int], expected: int) -> None:
    assert exit_code(codes) == expected
