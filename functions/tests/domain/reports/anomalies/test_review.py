import json
from datetime import UTC, timedelta
from typing import Any

from core.calendar import Week
from domain.reports.anomalies.days import DayFacts
from domain.reports.anomalies.review import Past, review
from domain.reports.week_stats import BusyUser, LedgerSums, Tally, UserList, UserStats, WeekStats

WEEK = Week(2026, 10)
DAYS = tuple(WEEK.monday + timedelta(days=day) for day in range(7))


def a_week(requests: int, *, failed: int = 0, week: Week = WEEK, **numbers: Any) -> WeekStats:
    """Return a week with the same number on every day, all with Model A."""
    tally = Tally(total=requests, completed=requests - failed, failed=failed, credits=2 * requests)
    whole = Tally(total=7 * requests, completed=7 * tally.completed, failed=7 * failed, credits=14 * requests)
    days = tuple(week.monday + timedelta(days=day) for day in range(7))
    return WeekStats(
        week=week,
        window=week.window(UTC),
        days=days,
        requests=whole,
        models={"Model A": whole},
        model_days={("Model A", day): tally for day in days},
        groups={"style": {"anime": whole}},
        ledger=LedgerSums(rows={"deduction": 7 * requests}, credits={"deduction": 14 * requests}),
        **numbers,
    )


def days_of(requests: int, back: int) -> list[DayFacts]:
    days = (WEEK.shifted(-back).monday + timedelta(days=day) for day in range(7))
    return [DayFacts(day=day, total_requests=requests, completed=requests, credits=2 * requests) for day in days]


def a_past(requests: int, weeks: int = 6) -> Past:
    history = [days_of(requests + back % 3, back) for back in range(1, weeks + 1)]
    return Past(previous=a_week(requests, week=WEEK.shifted(-1)), weeks=history)


def test_a_week_like_the_others_is_normal_and_has_its_band() -> None:
    analysis, expected = review(a_week(100, failed=3), a_past(100))
    assert (analysis.findings, analysis.level) == ((), "normal")
    band = expected[DAYS[2]]["requests"]
    assert band is not None
    assert band.low < 100 < band.high


def test_one_cause_is_one_finding_that_explains_itself() -> None:
    """There is three times as much as in the week before. The rules on requests and credits find that, and so does
    every single day.
    """
    bot = BusyUser(
        user_id="bot", requests=1400, requests_before=3, credits=2800, best_day=DAYS[2], best_day_credits=500
    )
    users = UserStats(
        active=9, top=(bot,), spiking=UserList(named=(bot,), count=1), spenders=UserList(named=(bot,), count=1)
    )
    analysis, _ = review(a_week(310, failed=9, users=users), a_past(100))
    (found,) = analysis.findings
    assert {found.type, *found.also} >= {
        "request_spike",
        "requests_above_expected",
        "user_request_spike",
        "single_user_credits",
    }
    assert found.days == DAYS
    assert ("user", "bot") in {(driver.kind, driver.name) for driver in found.drivers}
    assert found.expected is not None
    assert found.next_step
    json.dumps(found.document(), allow_nan=False)


def test_what_only_a_day_shows_is_found_without_any_rule() -> None:
    stats = a_week(100, failed=3)
    quiet = {**stats.model_days, ("Model A", DAYS[3]): Tally(total=5, completed=5, credits=10)}
    week = WeekStats(week=WEEK, window=stats.window, days=DAYS, requests=stats.requests, model_days=quiet)
    analysis, _ = review(week, a_past(100))
    assert {day for finding in analysis.findings for day in finding.days} == {DAYS[3]}


def test_the_first_week_of_all_expects_nothing() -> None:
    analysis, expected = review(a_week(100, failed=3), Past())
    assert analysis.findings == ()
    assert analysis.has_baseline is False
    assert all(band is None for bands in expected.values() for band in bands.values())


def test_styles_drive_nothing_where_it_is_not_known_how_they_were_before() -> None:
    outlined = WeekStats(week=WEEK.shifted(-1), window=WEEK.shifted(-1).window(UTC))
    analysis, _ = review(a_week(400, failed=9), Past(previous=outlined))
    kinds = {driver.kind for finding in analysis.findings for driver in finding.drivers}
    assert kinds == {"model"}


def test_users_whom_no_list_names_are_counted_as_left_out() -> None:
    analysis, _ = review(a_week(100, failed=3, users=UserStats(active=90, spiking=UserList(count=40))), a_past(100))
    assert analysis.omitted == 40
