from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import isclose
from typing import Any

import pytest

from domain.reports.anomalies.baselines import Habit, expectation, habit
from domain.reports.anomalies.days import DayFacts, Latencies, ModelDay, OptionFact, day_facts, p95s
from domain.reports.anomalies.findings import Finding, Severity
from domain.reports.anomalies.latency import slower_models
from domain.reports.anomalies.robust import detect, expected
from domain.reports.anomalies.surprises import SURPRISES
from domain.reports.week_stats import BusyUser

MONDAY = date(2026, 11, 9)
TUESDAY, WEDNESDAY, FRIDAY = (MONDAY + timedelta(days=days) for days in (1, 2, 4))
# These are requests by weekday.
USUAL = (100, 110, 104, 96, 100, 40, 44)


def a_day(
    day: date, requests: int = 0, failed: int = 0, *, spent: int | None = None, registrations: int = 2
) -> DayFacts:
    model = ModelDay(total_requests=requests, completed=requests - failed, failed=failed)
    return DayFacts(
        day=day,
        total_requests=requests,
        completed=requests - failed,
        failed=failed,
        credits=2 * requests if spent is None else spent,
        registrations=registrations,
        models={"Model A": model},
    )


def a_week(monday: date, requests: Sequence[int] = USUAL) -> list[DayFacts]:
    return [a_day(monday + timedelta(days=number), count) for number, count in enumerate(requests)]


def with_days(week: Sequence[DayFacts], *changed: DayFacts) -> list[DayFacts]:
    days = {facts.day: facts for facts in (*week, *changed)}
    return [days[day] for day in sorted(days)]


def history(weeks: int = 8, requests: Sequence[int] = USUAL) -> list[list[DayFacts]]:
    """Return mildly uneven weeks: some are a little above, some below."""
    uneven = (0, 3, -3, 1, -1, 4, -4, 2)
    return [
        a_week(MONDAY - timedelta(weeks=ago), [max(0, count + uneven[ago - 1]) for count in requests])
        for ago in range(1, weeks + 1)
    ]


def types(findings: Sequence[Finding]) -> list[str]:
    return sorted(finding.type for finding in findings)


def of_type(kind: str, findings: Sequence[Finding]) -> Finding:
    (found,) = [finding for finding in findings if finding.type == kind]
    return found


class TestWhatIsUsual:
    def test_says_nothing(self) -> None:
        assert detect(a_week(MONDAY), history()) == []

    @pytest.mark.parametrize("weeks", range(9))
    def test_says_nothing_however_little_is_known(self, weeks: int) -> None:
        assert detect(a_week(MONDAY), history(weeks)) == []

    def test_a_quiet_product_may_double(self) -> None:
        quiet = history(requests=(6,) * 7)
        assert detect(a_week(MONDAY, (14,) * 7), quiet) == []

    def test_nothing_at_all(self) -> None:
        assert detect(a_week(MONDAY, (0,) * 7), history(requests=(0,) * 7)) == []

    def test_a_slow_drift(self) -> None:
        """The drift is 4 % a week. After 8 weeks that is more than a third above the oldest week that is compared."""
        weeks = [[round(10 * count * 1.04**week) for count in USUAL] for week in range(9)]
        past = [a_week(MONDAY - timedelta(weeks=8 - week), counts) for week, counts in enumerate(weeks[:8])]
        assert detect(a_week(MONDAY, weeks[8]), past) == []

    def test_the_next_week_after_an_anomaly(self) -> None:
        """Two of eight weeks were wild, one up and one down, but the median does not change."""
        past = history()
        past[0] = a_week(MONDAY - timedelta(weeks=1), (900,) * 7)
        past[3] = a_week(MONDAY - timedelta(weeks=4), (0,) * 7)
        assert detect(a_week(MONDAY), past) == []

    def test_the_return_after_a_silent_week(self) -> None:
        past = history()
        past[0] = a_week(MONDAY - timedelta(weeks=1), (0,) * 7)
        assert detect(a_week(MONDAY), past) == []


class TestRequests:
    def test_a_spike(self) -> None:
        found = detect(with_days(a_week(MONDAY), a_day(TUESDAY, 300)), history())
        assert types(found) == ["credits_above_expected", "requests_above_expected"]
        spike = of_type("requests_above_expected", found)
        assert (spike.severity, spike.unit, spike.observed, spike.days) == (Severity.HIGH, "requests", 300, (TUESDAY,))
        assert spike.expected is not None
        assert spike.expected.low < 110 < spike.expected.high < 300
        assert spike.expected.mid == pytest.approx(110.5, abs=1)
        assert "300 on Tuesday 10 November" in spike.description
        assert spike.details["baseline"] == "8 earlier Tuesdays"

    def test_a_drop(self) -> None:
        drop = of_type("requests_below_expected", detect(with_days(a_week(MONDAY), a_day(TUESDAY, 40)), history()))
        assert drop.severity is Severity.LOW
        assert drop.observed == 40

    def test_an_outage_is_more_than_low(self) -> None:
        drop = of_type("requests_below_expected", detect(with_days(a_week(MONDAY), a_day(TUESDAY, 0)), history()))
        assert drop.severity is Severity.MEDIUM

    def test_days_in_a_row_are_one_finding(self) -> None:
        week = with_days(a_week(MONDAY), a_day(TUESDAY, 300), a_day(WEDNESDAY, 280), a_day(FRIDAY, 310))
        runs = [one.days for one in detect(week, history()) if one.type == "requests_above_expected"]
        assert runs == [(TUESDAY, WEDNESDAY), (FRIDAY,)]

    def test_a_rise_after_a_drop_is_another(self) -> None:
        week = with_days(a_week(MONDAY), a_day(TUESDAY, 0), a_day(WEDNESDAY, 300))
        kinds = {one.type: one.days for one in detect(week, history()) if "requests" in one.type}
        assert kinds == {"requests_below_expected": (TUESDAY,), "requests_above_expected": (WEDNESDAY,)}

    def test_days_in_a_row_add_up(self) -> None:
        week = with_days(a_week(MONDAY), a_day(TUESDAY, 300), a_day(WEDNESDAY, 280))
        spike = of_type("requests_above_expected", detect(week, history()))
        assert spike.observed == 580
        assert spike.expected is not None
        assert spike.expected.mid == pytest.approx(110.5 + 104.5, abs=1)


class TestHowMuchIsKnown:
    def test_four_weeks_know_the_weekday(self) -> None:
        spike = of_type("requests_above_expected", detect(with_days(a_week(MONDAY), a_day(TUESDAY, 300)), history(4)))
        assert spike.details["baseline"] == "4 earlier Tuesdays"

    def test_three_weeks_know_the_last_days(self) -> None:
        spike = of_type("requests_above_expected", detect(with_days(a_week(MONDAY), a_day(TUESDAY, 400)), history(3)))
        assert spike.details["baseline"] == "14 days before"

    def test_a_first_week_is_silent(self) -> None:
        """Its Sunday has six days before it, which is one too few."""
        assert detect(with_days(a_week(MONDAY), a_day(MONDAY + timedelta(days=6), 900)), []) == []

    def test_a_second_week_is_compared_with_the_first(self) -> None:
        spike = of_type("requests_above_expected", detect(with_days(a_week(MONDAY), a_day(MONDAY, 400)), history(1)))
        assert spike.details["baseline"] == "7 days before"


class TestExpectation:
    FLAT: Mapping[date, float] = {MONDAY - timedelta(weeks=ago): 100.0 for ago in range(1, 9)}

    def test_the_day_itself_is_never_asked(self) -> None:
        one, other = (expectation({**self.FLAT, MONDAY: value}, MONDAY, floor=20) for value in (1.0, 1e6))
        assert one == other

    def test_no_spread_has_floors(self) -> None:
        found = expectation(self.FLAT, MONDAY, floor=20)
        assert found is not None
        assert found.mid == 100
        assert isclose(found.scale, 101**0.5)
        assert isclose(found.margin, 3.5 * 101**0.5)

    def test_a_tenth_is_the_least_of_spreads(self) -> None:
        found = expectation(dict.fromkeys(self.FLAT, 10000.0), MONDAY, floor=20)
        assert found is not None
        assert found.scale == 1000
        assert found.is_above(13_500)
        assert not found.is_above(13_499)

    def test_below_the_floor_nothing_is_said(self) -> None:
        found = expectation(dict.fromkeys(self.FLAT, 1.0), MONDAY, floor=20)
        assert found is not None
        assert found.is_above(21)
        assert not found.is_above(20)

    def test_its_own_spread(self) -> None:
        values = dict(zip(self.FLAT, (0.0, 50.0, 100.0, 150.0, 200.0, 250.0, 300.0, 350.0), strict=True))
        found = expectation(values, MONDAY, floor=20)
        assert found is not None
        assert (found.mid, found.scale) == (175, 148.26)

    def test_the_ninth_week_before_is_forgotten(self) -> None:
        older = {**self.FLAT, MONDAY - timedelta(weeks=9): 1e9}
        assert expectation(older, MONDAY, floor=20) == expectation(self.FLAT, MONDAY, floor=20)

    def test_all_days_together_know_the_spread(self) -> None:
        found = expectation(self.FLAT, MONDAY, floor=20, of_habit=Habit(spread=0.2))
        assert found is not None
        assert found.scale == 20

    def test_the_spread_is_around_each_weekday(self) -> None:
        uneven = (0.0, 10.0, -10.0, 10.0, -10.0, 10.0, -10.0, 0.0)
        values = {
            MONDAY + timedelta(days=day - 7 * week): (1000.0 if day < 5 else 200.0) * (1 + uneven[week - 1] / 100)
            for week in range(1, 9)
            for day in range(7)
        }
        assert habit(values, MONDAY).spread == pytest.approx(0.14826, abs=0.01)

    def test_earlier_weeks_count_as_grown_to_today(self) -> None:
        values = {MONDAY - timedelta(weeks=ago): 1000 * 1.08**-ago for ago in range(1, 9)}
        found = expectation(values, MONDAY, floor=20, of_habit=Habit(growth=1.08))
        assert found is not None
        assert found.mid == pytest.approx(1000)
        assert found.scale == pytest.approx(100)

    def test_growth_is_no_spread(self) -> None:
        days = [(week, day) for week in range(1, 9) for day in range(7)]
        values = {MONDAY + timedelta(days=day - 7 * week): 1000 * 1.05**-week for week, day in days}
        assert habit(values, MONDAY).spread == pytest.approx(0)

    def test_growth_is_read_off_all_days(self) -> None:
        days = [(week, day) for week in range(1, 9) for day in range(7)]
        values = {MONDAY + timedelta(days=day - 7 * week): 1000 * 1.05**-week for week, day in days}
        assert habit(values, MONDAY).growth == pytest.approx(1.05)
        values[MONDAY - timedelta(days=3)] = values[MONDAY - timedelta(days=20)] = 1e6
        assert habit(values, MONDAY).growth == pytest.approx(1.05)

    def test_growth_that_is_no_drift_has_a_limit(self) -> None:
        values = {MONDAY - timedelta(days=day): 2.0 ** (60 - day) for day in range(1, 57)}
        assert habit(values, MONDAY).growth == 1.10


class TestFailures:
    def test_a_surge(self) -> None:
        found = detect(with_days(a_week(MONDAY), a_day(TUESDAY, 110, failed=44)), history())
        assert types(found) == ["failure_rate_above_expected", "model_failure_rate_above_expected"]
        of_all = of_type("failure_rate_above_expected", found)
        assert (of_all.severity, of_all.observed, of_all.unit) == (Severity.HIGH, 40.0, "percent")
        assert [(one.kind, one.name, one.share) for one in of_all.drivers] == [("model", "Model A", 100)]
        assert of_type("model_failure_rate_above_expected", found).details["model"] == "Model A"

    def test_few_requests_have_no_rate(self) -> None:
        week = with_days(a_week(MONDAY), a_day(TUESDAY, 19, failed=19))
        assert not [kind for kind in types(detect(week, history())) if "failure" in kind]
        week = with_days(a_week(MONDAY), a_day(TUESDAY, 20, failed=20))
        assert [kind for kind in types(detect(week, history())) if "failure" in kind]

    def test_a_rate_above_30_percent_is_high_whatever_its_score(self) -> None:
        past = [[a_day(facts.day, 100, failed=10) for facts in week] for week in history()]
        surge = of_type("failure_rate_above_expected", detect([a_day(MONDAY, 20, failed=8)], past))
        assert surge.severity is Severity.HIGH
        assert surge.excess < 8
        milder = of_type("failure_rate_above_expected", detect([a_day(MONDAY, 100, failed=30)], past))
        assert milder.severity is Severity.MEDIUM

    def test_chance_on_a_small_day_is_none(self) -> None:
        assert detect([a_day(MONDAY, 40, failed=3)], history(requests=(40,) * 7)) == []
        assert types(detect([a_day(MONDAY, 40, failed=6)], history(requests=(40,) * 7))) != []

    def test_days_in_a_row_have_one_rate(self) -> None:
        week = with_days(a_week(MONDAY), a_day(TUESDAY, 120, failed=60), a_day(WEDNESDAY, 40, failed=40))
        surge = of_type("failure_rate_above_expected", detect(week, history()))
        assert surge.observed == 62.5
        assert surge.days == (TUESDAY, WEDNESDAY)

    def test_fewer_failures_are_no_trouble(self) -> None:
        past = [
            [a_day(facts.day, facts.total_requests, failed=facts.total_requests // 2) for facts in week]
            for week in history()
        ]
        assert detect(a_week(MONDAY), past) == []

    def test_no_rate_is_expected_above_all(self) -> None:
        past = [[a_day(facts.day, 100, failed=95) for facts in week] for week in history()]
        band = expected([a_day(MONDAY, 100, failed=95)], past)[MONDAY]["failure_rate"]
        assert band is not None
        assert band.high == 100


class TestRegistrations:
    def test_a_burst(self) -> None:
        burst = detect(with_days(a_week(MONDAY), a_day(TUESDAY, 110, registrations=30)), history())
        assert types(burst) == ["registrations_above_expected"]
        assert (burst[0].unit, burst[0].observed) == ("users", 30)


class TestDrivers:
    def test_a_user(self) -> None:
        users = [
            BusyUser(user_id="<script>", requests=195, requests_before=5, best_day=TUESDAY, best_day_credits=380),
            BusyUser(user_id="regular", requests=60, requests_before=58),
            BusyUser(user_id="elsewhere", requests=190, requests_before=0, best_day=FRIDAY),
        ]
        found = detect(with_days(a_week(MONDAY), a_day(TUESDAY, 300)), history(), users)
        (driver,) = of_type("requests_above_expected", found).drivers
        assert (driver.kind, driver.name, driver.value, driver.usual, driver.share) == ("user", "<script>", 195, 5, 100)
        (driver,) = of_type("credits_above_expected", found).drivers
        assert (driver.name, driver.value) == ("<script>", 380)

    def test_a_model(self) -> None:
        models = {"Model A": ModelDay(total_requests=55), "Model B": ModelDay(total_requests=55)}
        past = [[DayFacts(day=day.day, total_requests=110, models=models) for day in week] for week in history()]
        wild = DayFacts(
            day=TUESDAY,
            total_requests=300,
            models={"Model A": ModelDay(total_requests=245), "Model B": ModelDay(total_requests=55)},
        )
        (driver,) = of_type("requests_above_expected", detect([wild], past)).drivers
        assert (driver.kind, driver.name, driver.value, driver.usual, driver.share) == (
            "model",
            "Model A",
            245,
            55,
            100,
        )

    def test_the_model_that_fails(self) -> None:
        def of_both(day: date, failed: int) -> DayFacts:
            models = {
                "Model A": ModelDay(total_requests=50, completed=50 - failed, failed=failed),
                "Model B": ModelDay(total_requests=50, completed=49, failed=1),
            }
            return DayFacts(day=day, total_requests=100, completed=99 - failed, failed=failed + 1, models=models)

        past = [[of_both(facts.day, 1) for facts in week] for week in history()]
        surge = of_type("failure_rate_above_expected", detect([of_both(MONDAY, 30)], past))
        assert [(one.name, one.value, one.usual, one.share) for one in surge.drivers] == [("Model A", 60, 2, 100)]

    def test_where_all_grew_alike_nobody_drives(self) -> None:
        options = [
            OptionFact(kind="style", name="anime", requests=200, requests_before=100),
            OptionFact(kind="style", name="sketch", requests=200, requests_before=100),
        ]
        found = detect(with_days(a_week(MONDAY), a_day(TUESDAY, 300)), history(), options=options)
        assert of_type("requests_above_expected", found).drivers == ()

    def test_bigger_sizes(self) -> None:
        options = [
            OptionFact(kind="size", name="512x512", credits=900, credits_before=1100),
            OptionFact(kind="size", name="1024x1792", credits=700, credits_before=100),
        ]
        found = detect(with_days(a_week(MONDAY), a_day(TUESDAY, 110, spent=700)), history(), options=options)
        assert types(found) == ["credits_above_expected"]
        assert [(one.kind, one.name, one.usual) for one in found[0].drivers] == [("size", "1024x1792", 100)]


class TestLatency:
    def test_a_model_that_became_slow(self) -> None:
        latencies = Latencies(current={"A": 40.0, "B": 10.0}, earlier=({"A": 10.0, "B": 9.0},) * 4)
        (slow,) = slower_models(latencies)
        assert (slow.details["model"], slow.unit, slow.observed, slow.severity) == ("A", "seconds", 40.0, Severity.HIGH)
        assert detect(a_week(MONDAY), history(), latencies=latencies) == [slow]

    def test_needs_four_weeks(self) -> None:
        assert slower_models(Latencies(current={"A": 40.0}, earlier=({"A": 10.0},) * 3)) == []

    def test_a_step_of_a_bucket_is_none(self) -> None:
        assert slower_models(Latencies(current={"A": 6.9}, earlier=({"A": 2.0},) * 8)) == []

    def test_is_read_off_a_report(self) -> None:
        latency = {"count": 20, "p95": 12.5}
        performance: dict[str, dict[str, Any]] = {
            "A": {"latency": latency},
            "few": {"latency": {**latency, "count": 19}},
            "none": {"latency": {"count": 0, "p95": None}},
            "old": {},
        }
        assert p95s(performance) == {"A": 12.5}


class TestForTheCharts:
    def test_each_day_has_its_bands(self) -> None:
        bands = expected(a_week(MONDAY), history())
        assert list(bands) == [facts.day for facts in a_week(MONDAY)]
        assert set(bands[MONDAY]) == {"requests", "credits", "failure_rate"}
        of_day = bands[TUESDAY]["requests"]
        assert of_day is not None
        assert of_day.low < 110 < of_day.high

    def test_what_is_outside_is_what_is_found(self) -> None:
        band = expected(a_week(MONDAY), history())[TUESDAY]["requests"]
        assert band is not None
        inside, outside = (
            detect(with_days(a_week(MONDAY), a_day(TUESDAY, count)), history())
            for count in (int(band.high), int(band.high) + 1)
        )
        assert "requests_above_expected" not in types(inside)
        assert "requests_above_expected" in types(outside)

    def test_without_a_past_there_is_none(self) -> None:
        assert expected(a_week(MONDAY), [])[MONDAY] == {"requests": None, "credits": None, "failure_rate": None}


def test_a_day_is_read_off_a_report() -> None:
    entry = {
        "date": "2026-11-09",
        "total_requests": 5,
        "completed": 3,
        "failed": 1,
        "cancelled": 1,
        "pending": 0,
        "credits": 9,
        "failure_rate_of_finished": 25.0,
        "registrations": 2,
        "models": {"Model A": {"total_requests": 5, "failed": 1, "completed": 3}},
        "expected": {"requests": None, "credits": None, "failure_rate": None},
    }
    assert day_facts(entry) == DayFacts(
        day=MONDAY,
        total_requests=5,
        completed=3,
        failed=1,
        credits=9,
        registrations=2,
        models={"Model A": ModelDay(total_requests=5, completed=3, failed=1)},
    )


def test_every_finding_says_what_to_look_at_next() -> None:
    week = with_days(
        a_week(MONDAY), a_day(MONDAY, 0), a_day(TUESDAY, 300, failed=200), a_day(FRIDAY, 100, registrations=40)
    )
    found = detect(week, history())
    assert len({one.type for one in found}) == 7
    assert all(
        one.next_step == SURPRISES[one.type].next_step and one.expected and one.unit and one.days for one in found
    )
