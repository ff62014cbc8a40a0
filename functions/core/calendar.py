"""Weeks and days are counted here as people count them.

They are those of a time zone, where a day may have 23 or 25 hours, and a week 167 or 169.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A window is the time from `start` up to, but not including, `end`. So every moment lies in exactly one week."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("A window needs aware datetimes.")
        if self.start >= self.end:
            raise ValueError("A window ends after it starts.")

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


class Day(NamedTuple):
    """This is a local date, and the time that it lasts, in UTC: from `start` up to, but not including, `end`."""

    date: date
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """This is an ISO week, Monday to Sunday. It belongs to the year of its Thursday."""

    year: int
    number: int

    @property
    def key(self) -> str:
        """Return the week's name, such as `2026-W46`. Names sort as the weeks do."""
        return f"{self.year:04d}-W{self.number:02d}"

    @property
    def field(self) -> str:
        """Return `w2026_46`: the name as a field of a document, which has to be a plain identifier.

        It sorts as the weeks do.
        """
        return f"w{self.year:04d}_{self.number:02d}"

    @classmethod
    def from_field(cls, field: str) -> "Week":
        return cls(int(field[1:5]), int(field[6:]))

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    def shifted(self, weeks: int) -> "Week":
        """Return the week that is this many weeks later, or earlier where the number is below zero."""
        return week_of(self.monday + weeks * _WEEK)

    def window(self, zone: tzinfo) -> Window:
        """Return the time from Monday's first moment to that of the next Monday, in UTC."""
        return Window(start=midnight(self.monday, zone), end=midnight(self.monday + _WEEK, zone))


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """This is a calendar month in UTC."""

    year: int
    number: int

    @property
    def key(self) -> str:
        """Return the month's name, such as `2026-11`. Names sort as the months do."""
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def window(self) -> Window:
        after = self.shifted(1)
        return Window(
            start=datetime(self.year, self.number, 1, tzinfo=UTC), end=datetime(after.year, after.number, 1, tzinfo=UTC)
        )

    def shifted(self, months: int) -> "Month":
        """Return the month that is this many months later, or earlier where the number is below zero."""
        years, month = divmod(self.number - 1 + months, _MONTHS)
        return Month(self.year + years, month + 1)


def month_of(moment: datetime) -> Month:
    in_utc = moment.astimezone(UTC)
    return Month(in_utc.year, in_utc.month)


def week_of(day: date) -> Week:
    year, number, _ = day.isocalendar()
    return Week(year, number)


def local_date(moment: datetime, zone: tzinfo) -> date:
    return moment.astimezone(zone).date()


def last_full_week(now: datetime, zone: tzinfo) -> Week:
    """Return the last week that is over. It is the same one at every hour of the running week."""
    return week_of(local_date(now, zone)).shifted(-1)


def days(window: Window, zone: tzinfo) -> list[Day]:
    """Return the local days of the window, in order and without gaps.

    The first day and the last one are cut off where the window begins or ends within them.
    """
    found = []
    day = local_date(window.start, zone)
    while (begins := midnight(day, zone)) < window.end:
        ends = midnight(day + _DAY, zone)
        found.append(Day(day, max(begins, window.start), min(ends, window.end)))
        day += _DAY
    return found


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the moment at which the day begins, in UTC.

    Where clocks leap over midnight it is the moment of the leap, and where there are two midnights it is the first.
    """
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
