"""`make test-days` goes through the right days."""

import argparse
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tools import days


def test_each_weekday_is_one_of_them() -> None:
    moments = [datetime.fromisoformat(days.MOMENTS[name]) for name in list(days.MOMENTS)[:7]]
    assert [f"{moment:%A}".lower() for moment in moments] == list(days.MOMENTS)[:7]


def test_the_odd_moments_are_what_they_are_called() -> None:
    shortly = timedelta(minutes=2)
    leap, year, week = (
        datetime.fromisoformat(days.MOMENTS[name]) for name in ("leap-day", "year-end", "week-and-month-end")
    )
    assert (f"{leap:%m-%d}", f"{leap + shortly:%m-%d}") == ("02-29", "03-01")
    assert (year + shortly).year == year.year + 1
    assert ((week + shortly).isocalendar().week, (week + shortly).month) == (
        week.isocalendar().week + 1,
        week.month + 1,
    )
    zone = ZoneInfo(days.ZONES["clock-change"])
    change = datetime.fromisoformat(days.MOMENTS["clock-change"])
    assert change.astimezone(zone).utcoffset() != (change + shortly).astimezone(zone).utcoffset()


def test_moments_are_chosen_by_name_and_the_rest_is_for_pytest() -> None:
    options = days.parsed(["--only", "sunday,leap-day", "--", "-k", "weekly"])
    assert (options.only, options.pytest) == (["sunday", "leap-day"], ["-k", "weekly"])
    assert days.parsed([]).only == list(days.MOMENTS)
    with pytest.raises(argparse.ArgumentTypeError, match="no such moment: noon; there are monday"):
        days.names("noon")
