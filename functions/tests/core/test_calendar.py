from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import Month, Week, Window, days, last_full_week, local_date, month_of, week_of

BERLIN = ZoneInfo("Europe/Berlin")
# Its clocks leap from midnight to one, on a Friday.
CAIRO = ZoneInfo("Africa/Cairo")

# Its clocks go back from one to midnight, on a Sunday.
HAVANA = ZoneInfo("America/Havana")

# Its clocks go back from midnight to eleven, and leap over midnight.
SANTIAGO = ZoneInfo("America/Santiago")

ZONES = st.sampled_from(
    [UTC, BERLIN, CAIRO, HAVANA, SANTIAGO, ZoneInfo("Pacific/Auckland"), ZoneInfo("Australia/Lord_Howe")]
    + [timezone(timedelta(hours=hours)) for hours in (-12, 14)]
)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
DATES = st.dates(date(2000, 1, 1), date(2050, 1, 1))


def hours(window: Window) -> float:
    return (window.end - window.start) / timedelta(hours=1)


class TestMonth:
    @pytest.mark.parametrize(
        ("month", "key", "start", "end"),
        [
            (Month(2026, 2), "2026-02", datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)),
            (Month(2026, 12), "2026-12", datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        ],
    )
    def test_it_has_a_key_and_lasts_until_the_next_one(
        self, month: Month, key: str, start: datetime, end: datetime
    ) -> None:
        assert (month.key, month.window) == (key, Window(start=start, end=end))

    @pytest.mark.parametrize(
        ("months", "expected"),
        [(0, (2026, 3)), (-2, (2026, 1)), (-3, (2025, 12)), (-15, (2024, 12)), (9, (2026, 12)), (10, (2027, 1))],
    )
    def test_so_many_months_later(self, months: int, expected: tuple[int, int]) -> None:
        assert Month(2026, 3).shifted(months) == Month(*expected)

    @given(MOMENTS)
    def test_each_moment_lies_in_its_month(self, moment: datetime) -> None:
        assert moment in month_of(moment).window

    def test_it_is_that_of_utc(self) -> None:
        assert month_of(datetime(2026, 4, 1, 1, tzinfo=BERLIN)) == Month(2026, 3)


class TestWeek:
    @pytest.mark.parametrize(
        ("day", "key", "field"),
        [
            (date(2026, 11, 9), "2026-W46", "w2026_46"),
            (date(2026, 11, 15), "2026-W46", "w2026_46"),
            (date(2026, 11, 16), "2026-W47", "w2026_47"),
            (date(2026, 1, 1), "2026-W01", "w2026_01"),
            (date(2025, 12, 29), "2026-W01", "w2026_01"),
            (date(2027, 1, 3), "2026-W53", "w2026_53"),
            (date(2027, 1, 4), "2027-W01", "w2027_01"),
        ],
    )
    def test_is_named_by_the_iso_calendar(self, day: date, key: str, field: str) -> None:
        assert (week_of(day).key, week_of(day).field) == (key, field)

    @given(day=DATES, weeks=st.integers(-60, 60))
    def test_a_shift_is_so_many_times_seven_days(self, day: date, weeks: int) -> None:
        assert week_of(day).shifted(weeks) == week_of(day + timedelta(days=7 * weeks))

    @given(one=DATES, other=DATES)
    def test_keys_and_fields_sort_as_the_days_do(self, one: date, other: date) -> None:
        earlier, later = sorted((one, other))
        assert week_of(earlier) <= week_of(later)
        assert week_of(earlier).key <= week_of(later).key
        assert week_of(earlier).field <= week_of(later).field


class TestWindow:
    def test_is_half_open(self) -> None:
        window = Week(2026, 46).window(UTC)
        assert window == Window(start=datetime(2026, 11, 9, tzinfo=UTC), end=datetime(2026, 11, 16, tzinfo=UTC))
        assert window.start in window
        assert window.end - timedelta(microseconds=1) in window
        assert window.end not in window

    @pytest.mark.parametrize(
        ("week", "zone", "start", "length"),
        [
            (Week(2026, 46), BERLIN, datetime(2026, 11, 8, 23, tzinfo=UTC), 168),
            (Week(2026, 13), BERLIN, datetime(2026, 3, 22, 23, tzinfo=UTC), 167),
            (Week(2026, 14), BERLIN, datetime(2026, 3, 29, 22, tzinfo=UTC), 168),
            (Week(2026, 43), BERLIN, datetime(2026, 10, 18, 22, tzinfo=UTC), 169),
            (Week(2026, 44), BERLIN, datetime(2026, 10, 25, 23, tzinfo=UTC), 168),
        ],
    )
    def test_begins_at_local_midnight_however_long_the_week(
        self, week: Week, zone: tzinfo, start: datetime, length: int
    ) -> None:
        window = week.window(zone)
        assert window.start == start
        assert window.start.tzinfo is UTC
        assert hours(window) == length

    @given(moment=MOMENTS, zone=ZONES)
    def test_every_moment_lies_in_the_week_of_its_local_date_alone(self, moment: datetime, zone: tzinfo) -> None:
        week = week_of(local_date(moment, zone))
        assert moment in week.window(zone)
        assert week.window(zone).end == week.shifted(1).window(zone).start
        assert moment not in week.shifted(1).window(zone)
        assert moment not in week.shifted(-1).window(zone)

    @pytest.mark.parametrize("end", [datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)])
    def test_ends_after_it_starts(self, end: datetime) -> None:
        with pytest.raises(ValueError, match="ends after it starts"):
            Window(start=datetime(2026, 3, 1, tzinfo=UTC), end=end)

    def test_needs_a_zone(self) -> None:
        with pytest.raises(ValueError, match="aware"):
            Window(start=datetime(2026, 3, 1), end=datetime(2026, 3, 2, tzinfo=UTC))  # noqa: DTZ001


class TestLastFullWeek:
    @pytest.mark.parametrize(
        ("now", "zone", "week"),
        [
            (datetime(2026, 11, 16, 20, 25, tzinfo=UTC), UTC, Week(2026, 46)),
            (datetime(2026, 11, 16, tzinfo=UTC), UTC, Week(2026, 46)),
            (datetime(2026, 11, 15, 23, 59, 59, tzinfo=UTC), UTC, Week(2026, 45)),
            (datetime(2026, 11, 15, 23, 59, 59, tzinfo=UTC), BERLIN, Week(2026, 46)),
            (datetime(2026, 11, 16, 7, 59, tzinfo=UTC), timezone(timedelta(hours=-8)), Week(2026, 45)),
            (datetime(2027, 1, 5, tzinfo=UTC), UTC, Week(2026, 53)),
        ],
    )
    def test_is_over(self, now: datetime, zone: tzinfo, week: Week) -> None:
        assert last_full_week(now, zone) == week

    @given(now=MOMENTS, zone=ZONES)
    def test_ended_less_than_a_week_ago(self, now: datetime, zone: tzinfo) -> None:
        end = last_full_week(now, zone).window(zone).end
        assert end <= now < end + timedelta(hours=170)


class TestDays:
    @pytest.mark.parametrize(
        ("week", "zone", "lengths"),
        [
            (Week(2026, 46), UTC, [24] * 7),
            (Week(2026, 13), BERLIN, [24, 24, 24, 24, 24, 24, 23]),
            (Week(2026, 43), BERLIN, [24, 24, 24, 24, 24, 24, 25]),
            (Week(2026, 17), CAIRO, [24, 24, 24, 24, 23, 24, 24]),
            (Week(2026, 44), HAVANA, [24, 24, 24, 24, 24, 24, 25]),
            (Week(2026, 14), SANTIAGO, [24, 24, 24, 24, 24, 25, 24]),
        ],
    )
    def test_of_a_week(self, week: Week, zone: tzinfo, lengths: list[int]) -> None:
        found = days(week.window(zone), zone)
        assert [day.date for day in found] == [week.monday + timedelta(days=n) for n in range(7)]
        assert [(day.end - day.start) / timedelta(hours=1) for day in found] == lengths

    @given(start=MOMENTS, hours=st.integers(1, 400), zone=ZONES)
    def test_cover_any_window_without_a_gap(self, start: datetime, hours: int, zone: tzinfo) -> None:
        window = Window(start=start, end=start + timedelta(hours=hours))
        found = days(window, zone)
        assert [found[0].start, *(day.end for day in found)] == [*(day.start for day in found), found[-1].end]
        assert (found[0].start, found[-1].end) == (window.start, window.end)
        for day in found:
            assert local_date(day.start, zone) == day.date == local_date(day.end - timedelta(microseconds=1), zone)

    def test_a_day_that_a_place_left_out_has_no_time(self) -> None:
        """Samoa went from the 29th of December 2011 to the 31st."""
        apia = ZoneInfo("Pacific/Apia")
        week = Week(2011, 52)
        found = {day.date.day: day.end - day.start for day in days(week.window(apia), apia)}
        assert found[29] == found[31] == timedelta(days=1)
        assert found[30] == timedelta()
        assert hours(week.window(apia)) == 144
