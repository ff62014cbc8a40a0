from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import Week, week_of
from domain.credits.user_week import UserWeek, with_request

MONDAY = date(2026, 11, 9)
WEEK = Week(2026, 46)
DAY = timedelta(days=1)


def counted(requests: Iterable[tuple[date, int]]) -> dict[str, UserWeek]:
    weeks: dict[str, UserWeek] = {}
    for day, price in requests:
        weeks = with_request(weeks, day, price)
    return weeks


def many(times: int, day: date = MONDAY) -> list[tuple[date, int]]:
    return [(day, 1)] * times


def test_the_first_request_of_all() -> None:
    (week,) = counted([(date(2026, 11, 11), 4)]).values()
    assert week == UserWeek(week=WEEK, requests=1, before=0, days=(0, 0, 4, 0, 0, 0, 0))
    assert (week.credits, week.best_day, week.best_day_credits) == (4, date(2026, 11, 11), 4)
    assert (week.spike, week.newcomer) == (0, 1)


def test_the_best_day_is_the_dearest_and_the_first_of_equals() -> None:
    week = counted([(MONDAY, 1), (MONDAY + 2 * DAY, 3), (MONDAY + 4 * DAY, 2), (MONDAY + 4 * DAY, 1)])["w2026_46"]
    assert (week.best_day, week.best_day_credits, week.credits) == (MONDAY + 2 * DAY, 3, 7)


@pytest.mark.parametrize(
    ("before", "requests", "spike"), [(0, 10, 0), (0, 11, 11), (5, 10, 0), (5, 11, 11), (6, 12, 0), (6, 13, 13)]
)
def test_a_spike_is_more_than_ten_and_more_than_twice_as_many_as_before(before: int, requests: int, spike: int) -> None:
    week = counted(many(before) + many(requests, MONDAY + 7 * DAY))["w2026_47"]
    assert (week.before, week.requests) == (before, requests)
    assert week.spike == spike
    assert week.newcomer == (before == 0)


def test_a_week_without_requests_between_two_makes_a_newcomer() -> None:
    weeks = counted(many(3) + many(1, MONDAY + 14 * DAY))
    assert weeks["w2026_48"].before == 0
    assert weeks["w2026_48"].newcomer == 1


def test_three_weeks_are_kept() -> None:
    weeks = counted([(MONDAY + 7 * n * DAY, 1) for n in range(5)])
    assert sorted(weeks) == ["w2026_48", "w2026_49", "w2026_50"]
    assert [week.before for week in weeks.values()] == [1, 1, 1]


def test_long_ago_is_forgotten_however_few_there_are() -> None:
    assert sorted(counted([(MONDAY, 1), (MONDAY + 21 * DAY, 1)])) == ["w2026_49"]
    assert sorted(counted([(MONDAY, 1), (MONDAY + 14 * DAY, 1)])) == ["w2026_46", "w2026_48"]


def test_the_turn_of_the_year_is_a_week_like_any_other() -> None:
    weeks = counted([(date(2026, 12, 31), 2), (date(2027, 1, 3), 1), (date(2027, 1, 4), 3)])
    assert {name: (week.requests, week.before) for name, week in weeks.items()} == {
        "w2026_53": (2, 0),
        "w2027_01": (1, 2),
    }


class TestClocksThatDiffer:
    def test_a_day_that_another_clock_has_left_is_counted_on(self) -> None:
        tuesday = MONDAY + DAY
        week = counted([(MONDAY, 5), (tuesday, 1), (MONDAY, 5), (tuesday, 1), (MONDAY, 5)])["w2026_46"]
        assert (week.best_day, week.best_day_credits, week.credits) == (MONDAY, 15, 17)

    def test_a_week_that_another_clock_has_left_is_counted_on_and_known_to_the_next(self) -> None:
        sunday, monday = MONDAY + 6 * DAY, MONDAY + 7 * DAY
        weeks = counted([*many(6, sunday), (monday, 1), (sunday, 1), *many(12, monday)])
        assert weeks["w2026_46"].requests == 7
        assert (weeks["w2026_47"].requests, weeks["w2026_47"].before) == (13, 7)
        assert weeks["w2026_47"].spike == 0

    def test_a_week_may_begin_after_the_next_one(self) -> None:
        weeks = counted([(MONDAY + 7 * DAY, 1), (MONDAY, 1)])
        assert weeks["w2026_47"].newcomer == 0
        assert weeks["w2026_46"].newcomer == 1

    def test_the_newest_week_decides_what_is_long_ago(self) -> None:
        weeks = counted([(MONDAY - 7 * DAY, 1), (MONDAY + 7 * DAY, 1), (MONDAY, 1), (MONDAY - 7 * DAY, 1)])
        assert {name: week.requests for name, week in weeks.items()} == {"w2026_45": 2, "w2026_46": 1, "w2026_47": 1}


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 9)), max_size=60))
def test_the_counts_are_those_of_plain_loops(requests: list[tuple[int, int]]) -> None:
    """The requests are of three weeks, in any order."""
    asked = [(MONDAY + place * DAY, price) for place, price in requests]
    weeks = counted(asked)
    assert {name: figures(week) for name, week in weeks.items()} == brute_force(asked)


def figures(week: UserWeek) -> tuple[int, int, int, int]:
    return week.requests, week.before, week.credits, week.best_day_credits


def brute_force(asked: list[tuple[date, int]]) -> Mapping[str, tuple[int, int, int, int]]:
    requests = Counter(week_of(day) for day, _ in asked)
    found = {}
    for week in requests:
        per_day = Counter[date]()
        for day, price in asked:
            if week_of(day) == week:
                per_day[day] += price
        found[week.field] = (requests[week], requests[week.shifted(-1)], per_day.total(), max(per_day.values()))
    return found
