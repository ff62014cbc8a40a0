from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.week_stats import (
    EntryFact,
    GenerationFact,
    LedgerSums,
    Tally,
    WeekStats,
    Window,
    collect,
    last_full_week,
    last_seven_days,
    per_day,
)

MONDAY = datetime(2025, 8, 4, tzinfo=UTC)
WEEK = Window(start=MONDAY, end=MONDAY + timedelta(days=7))
TICK = timedelta(microseconds=1)
TEHRAN = timezone(timedelta(hours=3, minutes=30))
SAMOA = timezone(timedelta(hours=-11))

STATUSES = ("pending", "queued", "processing", "completed", "failed", "cancelled")


def a_generation(at: datetime = MONDAY, style: str = "anime") -> GenerationFact:
    return GenerationFact(
        user_id="arda",
        model="Model A",
        style=style,
        color="neon",
        size="512x512",
        status="completed",
        credits=1,
        created_at=at,
    )


def an_entry(at: datetime, amount: int = 1) -> EntryFact:
    return EntryFact(type="deduction", credits=amount, user_id="arda", timestamp=at)


moments = st.datetimes(
    min_value=datetime(2025, 7, 25),  # noqa: DTZ001 - the zone is drawn
    max_value=datetime(2025, 8, 20),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, TEHRAN, SAMOA]),
)
names = st.sampled_from(["a", "b", "c"])
generations = st.lists(
    st.builds(
        GenerationFact,
        user_id=names,
        model=names,
        style=names,
        color=names,
        size=names,
        status=st.sampled_from(STATUSES),
        credits=st.integers(1, 4),
        created_at=moments,
    )
)
entries = st.lists(
    st.builds(
        EntryFact,
        type=st.sampled_from(["deduction", "refund", "top_up", "grant"]),
        credits=st.integers(1, 100),
        user_id=names,
        timestamp=moments,
    )
)


class TestWindows:
    def test_a_week_begins_on_monday_at_midnight_in_utc(self) -> None:
        assert last_full_week(MONDAY + timedelta(days=2, hours=9)) == WEEK.previous()

    @pytest.mark.parametrize(
        ("now", "start"),
        [(MONDAY - TICK, MONDAY - timedelta(days=14)), (MONDAY, MONDAY - timedelta(days=7))],
    )
    def test_a_week_is_full_from_the_first_moment_after_it(self, now: datetime, start: datetime) -> None:
        assert last_full_week(now) == Window(start=start, end=start + timedelta(days=7))

    def test_the_zone_of_now_does_not_move_the_week(self) -> None:
        # Already Monday in Tehran, still Sunday in UTC.
        now = datetime(2025, 8, 4, 2, tzinfo=TEHRAN)
        assert last_full_week(now).end == datetime(2025, 7, 28, tzinfo=UTC)

    @given(now=moments)
    def test_a_full_week_is_over_and_not_older_than_a_week(self, now: datetime) -> None:
        week = last_full_week(now)
        assert week.end <= now < week.end + timedelta(days=7)
        assert week.end - week.start == timedelta(days=7)
        assert week.start.weekday() == 0

    def test_the_running_week_ends_now(self) -> None:
        week = last_seven_days(MONDAY.astimezone(TEHRAN))
        assert week == Window(start=MONDAY - timedelta(days=7), end=MONDAY)
        assert week.end.tzinfo is UTC

    @given(now=moments, moment=moments)
    def test_weeks_touch_and_do_not_overlap(self, now: datetime, moment: datetime) -> None:
        for week in (last_full_week(now), last_seven_days(now)):
            assert week.previous().end == week.start
            assert not (moment in week and moment in week.previous())

    def test_naive_and_empty_windows_are_refused(self) -> None:
        naive = MONDAY.replace(tzinfo=None)
        with pytest.raises(ValueError, match="aware"):
            Window(start=naive, end=MONDAY)
        with pytest.raises(ValueError, match="after it starts"):
            Window(start=MONDAY, end=MONDAY)


class TestCollect:
    @given(generations=generations, entries=entries)
    def test_counts_as_brute_force_does(self, generations: list[GenerationFact], entries: list[EntryFact]) -> None:
        stats = collect(WEEK, iter(generations), iter(entries))
        mine = [one for one in generations if WEEK.start <= one.created_at < WEEK.end]
        rows = [one for one in entries if WEEK.start <= one.timestamp < WEEK.end]

        assert stats.requests == brute_tally(mine)
        for option, tallies in (
            ("model", stats.models),
            ("style", stats.styles),
            ("color", stats.colors),
            ("size", stats.sizes),
        ):
            assert tallies == {
                name: brute_tally([one for one in mine if getattr(one, option) == name])
                for name in {getattr(one, option) for one in mine}
            }
        assert stats.requests_by_user == Counter(one.user_id for one in mine)
        assert stats.active_users == len({one.user_id for one in mine})
        for kind in ("deduction", "refund", "top_up", "grant"):
            of_kind = [row.credits for row in rows if row.type == kind]
            assert stats.ledger.rows.get(kind, 0) == len(of_kind)
            assert stats.ledger.credits.get(kind, 0) == sum(of_kind)
        assert stats.ledger.net == stats.ledger.deducted - stats.ledger.refunded
        assert sum(stats.spent_by_user_and_day.values()) == stats.ledger.deducted

    @given(generations=generations)
    def test_statuses_add_up(self, generations: list[GenerationFact]) -> None:
        tally = collect(WEEK, generations, []).requests
        assert tally.completed + tally.failed + tally.cancelled + tally.pending == tally.total

    def test_half_open_at_both_ends(self) -> None:
        edges = [WEEK.start - TICK, WEEK.start, WEEK.end - TICK, WEEK.end]
        stats = collect(WEEK, map(a_generation, edges), map(an_entry, edges))
        assert stats.requests.total == stats.ledger.rows["deduction"] == 2

    @pytest.mark.parametrize("zone", [TEHRAN, SAMOA])
    def test_days_are_those_of_utc(self, zone: tzinfo) -> None:
        at = datetime(2025, 8, 5, 23, 30, tzinfo=UTC).astimezone(zone)
        stats = collect(WEEK, [], [an_entry(at, amount=7)])
        assert stats.spent_by_user_and_day == {("arda", date(2025, 8, 5)): 7}

    def test_an_option_that_a_kind_lacks_is_no_group(self) -> None:
        stats = collect(WEEK, [a_generation(style="")], [])
        assert stats.styles == {}
        assert stats.requests.total == 1

    def test_naive_rows_are_an_error_and_not_a_guess(self) -> None:
        with pytest.raises(TypeError):
            collect(WEEK, [a_generation(MONDAY.replace(tzinfo=None))], [])

    def test_an_empty_week(self) -> None:
        stats = collect(WEEK, [], [])
        assert stats == WeekStats(window=WEEK)
        assert stats.requests.failure_share == stats.ledger.refund_share == 0


def brute_tally(generations: list[GenerationFact]) -> Tally:
    states = Counter(one.status for one in generations)
    return Tally(
        total=len(generations),
        completed=states["completed"],
        failed=states["failed"],
        cancelled=states["cancelled"],
    )


def test_the_failure_share_is_of_what_finished() -> None:
    assert Tally(total=10, completed=3, failed=1, cancelled=4).failure_share == Fraction(1, 4)


def test_the_refund_share_is_of_what_was_deducted() -> None:
    assert LedgerSums(credits={"deduction": 10, "refund": 3}).refund_share == Fraction(3, 10)


def test_per_day_counts_utc_days_within_the_window() -> None:
    moments = [WEEK.start - TICK, WEEK.start, datetime(2025, 8, 5, 1, tzinfo=TEHRAN), WEEK.end]
    assert per_day(WEEK, moments) == {date(2025, 8, 4): 2}
