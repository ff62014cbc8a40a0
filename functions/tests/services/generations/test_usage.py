from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest

from core.calendar import Month
from domain.generations.usage import MonthUsage, Usage
from services.generations.usage import UsageService

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
SETTLED = Usage(requests=1, completed=1, charged=1)
OPEN = Usage(requests=1, held=1)


class Counts:
    """Answers each month with `usage`, and remembers what it was asked."""

    def __init__(self) -> None:
        self.usage = SETTLED
        self.asked: list[str] = []

    def months(self, owners: Collection[str], months: Collection[Month]) -> list[MonthUsage]:
        self.asked = [month.key for month in months]
        self.owners = {*owners}
        return [MonthUsage(month=month, models={"Model A": self.usage}) for month in months]


class Time:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def counts() -> Counts:
    return Counts()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def usage(counts: Counts, time: Time) -> UsageService:
    return UsageService(counts, time)


def test_the_newest_month_is_first_and_the_running_one(usage: UsageService) -> None:
    assert [each.month.key for each in usage.months({"alice"}, 4)] == ["2026-03", "2026-02", "2026-01", "2025-12"]


def test_a_closed_month_is_counted_once(usage: UsageService, counts: Counts) -> None:
    usage.months({"alice"}, 2)
    counts.usage = OPEN
    newest, closed, older = usage.months({"alice"}, 3)
    assert counts.asked == ["2026-03", "2026-01"]
    assert (newest.total, closed.total, older.total) == (OPEN, SETTLED, OPEN)


def test_a_month_with_something_in_flight_is_counted_again(usage: UsageService, counts: Counts) -> None:
    counts.usage = OPEN
    usage.months({"alice"}, 2)
    counts.usage = SETTLED
    assert [each.total for each in usage.months({"alice"}, 2)] == [SETTLED, SETTLED]
    assert counts.asked == ["2026-03", "2026-02"]


def test_a_month_is_not_closed_by_its_last_moment(usage: UsageService, counts: Counts, time: Time) -> None:
    time.now = datetime(2026, 4, 1, tzinfo=UTC) + timedelta(minutes=59)
    for after, asked in (
        (timedelta(0), ["2026-04", "2026-03"]),
        (timedelta(minutes=1), ["2026-04", "2026-03"]),
        (timedelta(0), ["2026-04"]),
    ):
        time.now += after
        usage.months({"alice"}, 2)
        assert counts.asked == asked


def test_who_asks_with_another_account_is_counted_for_itself(usage: UsageService, counts: Counts) -> None:
    usage.months({"alice"}, 2)
    usage.months({"alice", "passer-by"}, 2)
    assert (counts.asked, counts.owners) == (["2026-03", "2026-02"], {"alice", "passer-by"})
    usage.months({"bob"}, 2)
    assert counts.asked == ["2026-03", "2026-02"]
