import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.reports.anomalies.analysis import (
    FINDINGS_PER_RULE_MAX,
    Analysis,
    analyse,
    severity_level,
)
from domain.reports.anomalies.findings import Finding, Severity
from domain.reports.anomalies.rules import RULES
from domain.reports.week_stats import BusyUser, Tally, UserList, UserStats, WeekStats
from report_weeks import SILENT, TUESDAY, WEDNESDAY, a_week, found, people, stats, types


class TestWhatARuleSays:
    def test_a_spike(self) -> None:
        (finding,) = found("request_spike", a_week(requests=90), a_week(requests=27))
        said = {
            "type": "request_spike",
            "severity": "medium",
            "description": "Requests went from 27 to 90: 3.3 times as many.",
            "current_value": 90,
            "previous_value": 27,
            "spike_ratio": 3.33,
        }
        assert finding.document() | said == finding.document()

    def test_a_spike_after_silence_has_no_ratio(self) -> None:
        (finding,) = found("credit_consumption_spike", a_week(deducted=900))
        assert finding.details == {"current_value": 900, "previous_value": 0, "spike_ratio": None}
        assert finding.description == "Net credits went from 0 to 900: after a week with none."

    def test_a_user_who_spikes(self) -> None:
        (finding,) = found("user_request_spike", a_week(users={"bot": (18, 1), "arda": 3}))
        assert finding.details == {
            "user_id": "bot",
            "current_value": 18,
            "previous_value": 1,
            "threshold": 10,
        }

    def test_refunds(self) -> None:
        (finding,) = found("high_refund_rate", a_week(deducted=8, refunded=3), a_week(deducted=8, refunded=1))
        assert finding.details == {
            "current_refund_rate": 0.375,
            "previous_refund_rate": 0.125,
            "current_refunded": 3,
            "current_deducted": 8,
        }

    def test_refunds_of_what_was_deducted_before_the_week_have_no_rate(self) -> None:
        assert found("high_refund_rate", a_week(refunded=9)) == []

    def test_activity(self) -> None:
        (finding,) = found("user_activity_spike", a_week(users=people(9)), a_week(users=people(2)))
        assert finding.details == {"current_value": 9, "previous_value": 2, "increase": 7}

    def test_new_users_names_the_ten_busiest(self) -> None:
        (finding,) = found("new_user_spike", a_week(users=people(12) | people(1, before=1) | {"zoe": 4}))
        assert finding.details["new_users_count"] == 12
        assert finding.details["new_users"] == ["zoe", *list(people(10))[1:]]
        assert finding.details["threshold"] == 5

    def test_the_dearest_day_of_a_user(self) -> None:
        spent = {("a", TUESDAY): 70, ("a", WEDNESDAY): 90}
        (finding,) = found("single_user_credits", a_week(spent=spent))
        assert finding.details == {
            "user_id": "a",
            "day": "2025-08-06",
            "credits": 90,
            "threshold": 50,
        }

    def test_failures(self) -> None:
        (finding,) = found("high_failure_rate", a_week(requests=6, failed=1), a_week(requests=10, failed=1))
        assert finding.details == {
            "current_failure_rate": 0.1667,
            "previous_failure_rate": 0.1,
            "threshold": 0.15,
            "failed_requests": 1,
            "total_requests": 6,
        }

    def test_a_rising_failure_rate(self) -> None:
        (finding,) = found("failure_rate_spike", a_week(requests=100, failed=10), a_week(requests=100, failed=4))
        assert finding.details == {
            "current_failure_rate": 0.1,
            "previous_failure_rate": 0.04,
            "spike_ratio": 2.5,
        }

    def test_two_models_apart(self) -> None:
        week = a_week(models={"A": (50, 1), "B": (50, 6), "C": (50, 2), "rare": (4, 4)})
        (finding,) = found("model_performance_disparity", week)
        assert finding.details == {
            "best_model": {"name": "A", "failure_rate": 0.02, "total_requests": 50},
            "worst_model": {"name": "B", "failure_rate": 0.12, "total_requests": 50},
            "performance_ratio": 6.0,
        }

    def test_a_model_below_the_others(self) -> None:
        (finding,) = found("model_underperforming", a_week(models={"A": (50, 1), "B": (50, 5), "C": (50, 1)}))
        assert finding.details == {
            "model": "B",
            "model_failure_rate": 0.1,
            "average_failure_rate": 0.02,
            "performance_ratio": 5.0,
            "total_requests": 50,
        }

    def test_one_model_alone_has_no_others(self) -> None:
        assert types(a_week(models={"A": (50, 50)}), SILENT) == {"critical_model_failure_rate"}


class TestBaselines:
    def test_the_first_week_of_all_has_not_grown(self) -> None:
        busy = a_week(requests=500, users=people(20) | {"bot": 90}, deducted=900)
        assert types(busy, SILENT) == {
            "request_spike",
            "credit_consumption_spike",
            "user_activity_spike",
            "new_user_spike",
            "user_request_spike",
        }
        assert types(busy, None) == {"user_request_spike"}
        assert analyse(busy, None).has_baseline is False

    def test_growth_rules_are_those_with_a_spike(self) -> None:
        assert {rule.type for rule in RULES if rule.is_growth} == {
            "request_spike",
            "credit_consumption_spike",
            "user_activity_spike",
            "new_user_spike",
        }

    def test_a_rate_of_nothing_is_no_baseline(self) -> None:
        week = a_week(requests=100, failed=14, models={"A": (100, 14)})
        assert types(week, SILENT) == {"request_spike"}
        assert types(week, a_week(requests=90, models={"A": (90, 0)})) == {
            "failure_rate_spike",
            "model_failure_rate_spike",
        }

    def test_waiting_work_does_not_hide_failures(self) -> None:
        tally = Tally(total=100, completed=4, failed=1, cancelled=15)
        assert found("high_failure_rate", stats(requests=tally))

    def test_waiting_work_is_not_perfect_work(self) -> None:
        week = stats(models={"A": Tally(total=100, completed=20)})
        assert found("suspicious_perfect_performance", week) == []

    def test_waiting_work_makes_no_model_comparable(self) -> None:
        models = {"A": Tally(total=10, completed=4), "B": Tally(total=10, failed=4)}
        assert found("model_performance_disparity", stats(models=models)) == []

    def test_a_week_that_only_waited_is_no_baseline(self) -> None:
        waited = stats(requests=Tally(total=100))
        assert found("failure_rate_spike", a_week(requests=100, failed=14), waited) == []

    def test_an_empty_week_is_normal(self) -> None:
        assert analyse(SILENT, SILENT) == Analysis()
        assert analyse(SILENT, a_week(requests=100, models={"A": (100, 5)}, users=people(9))) == Analysis()


counts = st.tuples(st.integers(0, 200), st.integers(0, 200)).map(lambda pair: (max(pair), min(pair)))
weeks = st.builds(
    lambda models, users, deducted, refunded: a_week(
        requests=sum(done for done, _ in models.values()),
        failed=sum(failed for _, failed in models.values()),
        models=models,
        users=users,
        deducted=deducted,
        refunded=refunded,
    ),
    models=st.dictionaries(st.sampled_from("ABCD"), counts),
    users=st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.tuples(st.integers(1, 40), st.integers(0, 40))),
    deducted=st.integers(0, 300),
    refunded=st.integers(0, 300),
)


class TestAnyWeek:
    @given(current=weeks, previous=st.none() | weeks)
    def test_is_analysed_into_json(self, current: WeekStats, previous: WeekStats | None) -> None:
        analysis = analyse(current, previous)
        json.dumps([finding.document() for finding in analysis.findings], allow_nan=False)

    @given(current=weeks, previous=weeks)
    def test_one_fault_is_reported_once(self, current: WeekStats, previous: WeekStats) -> None:
        analysis = analyse(current, previous)
        own_rate = (
            "critical_model_failure_rate",
            "model_failure_rate_spike",
            "model_performance_degradation",
        )
        models = [one.details["model"] for one in analysis.findings if one.type in own_rate]
        assert len(models) == len(set(models))
        assert not {"high_failure_rate", "failure_rate_spike"} <= {one.type for one in analysis.findings}

    @given(current=weeks)
    def test_beside_itself_has_not_changed(self, current: WeekStats) -> None:
        """A user's own numbers show whether that user changed, so these are left out."""
        changes = ("spike", "degradation")
        current = replace(current, users=UserStats(active=current.active_users))
        assert not [one.type for one in analyse(current, current).findings if one.type.endswith(changes)]


class TestScore:
    @pytest.mark.parametrize(
        ("score", "level"),
        [
            (0.0, "normal"),
            (1.0, "low"),
            (1.99, "low"),
            (2.0, "medium"),
            (4.99, "medium"),
            (5.0, "high"),
            (9.99, "high"),
            (10.0, "critical"),
        ],
    )
    def test_levels(self, score: float, level: str) -> None:
        assert severity_level(score) == level

    def test_weights(self) -> None:
        findings = tuple(Finding(type="a", severity=severity, description="", details={}) for severity in Severity)
        assert Analysis(findings=findings).score == 8.5
        assert Analysis(findings=findings).level == "high"

    def test_only_the_worst_of_one_rule_are_kept(self) -> None:
        users = {f"user{number}": 11 + number for number in range(FINDINGS_PER_RULE_MAX + 7)}
        analysis = analyse(a_week(users=users), None)
        assert len(analysis.findings) == FINDINGS_PER_RULE_MAX
        assert analysis.omitted == 7
        assert min(one.excess for one in analysis.findings) == 11 + 7

    def test_users_whom_no_list_names_are_counted(self) -> None:
        named = (BusyUser(user_id="arda", requests=11),)
        users = UserStats(active=9, spiking=UserList(named=named, count=9), spenders=UserList(count=4))
        analysis = analyse(stats(users=users), None)
        assert len(analysis.findings) == 1
        assert analysis.omitted == 8 + 4

    def test_registrations_are_those_of_the_week_unless_others_are_given(self) -> None:
        assert [one.type for one in analyse(stats(registrations={TUESDAY: 6}), None).findings] == [
            "new_user_registrations"
        ]
