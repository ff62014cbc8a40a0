from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest

from domain.reports.anomalies.analysis import Analysis
from domain.reports.anomalies.days import DayFacts
from domain.reports.anomalies.explanations import explained
from domain.reports.anomalies.findings import Band, Driver, Finding, Severity
from domain.reports.anomalies.merging import FINDINGS_MAX, family_of, merged
from domain.reports.anomalies.review import Past, review
from domain.reports.anomalies.rules import RULES, rule_of
from domain.reports.anomalies.surprises import SURPRISES
from domain.reports.week_stats import WeekStats
from report_edges import EDGES
from report_weeks import SILENT, TUESDAY, WEDNESDAY, a_week, found, people, stats

MONDAY = TUESDAY - timedelta(days=1)
FRIDAY = TUESDAY + timedelta(days=3)
# The mildest is first.
GRAVITY = list(Severity)


def a_finding(kind: str, severity: Severity = Severity.MEDIUM, **more: Any) -> Finding:
    details: dict[str, Any] = {name: more.pop(name) for name in ("user_id", "model", "score") if name in more}
    return Finding(type=kind, severity=severity, description=f"{kind} {details}", details=details, **more)


def of_days(kind: str, *days: date, severity: Severity = Severity.MEDIUM, **more: Any) -> Finding:
    return a_finding(kind, severity, days=days, score=5.0, **more)


def of_user(name: str, kind: str = "user_request_spike", **more: Any) -> Finding:
    return a_finding(kind, user_id=name, drivers=(Driver(kind="user", name=name, value=20),), observed=20, **more)


def of_model(name: str, kind: str = "critical_model_failure_rate", **more: Any) -> Finding:
    return a_finding(kind, Severity.HIGH, model=name, drivers=(Driver(kind="model", name=name, value=40),), **more)


def driven_by(kind: str, name: str) -> tuple[Driver, ...]:
    return (Driver(kind=kind, name=name, value=300, usual=10, share=90),)


def only(findings: Sequence[Finding]) -> Finding:
    kept, omitted = merged(findings)
    (one,) = kept
    assert omitted == 0
    return one


def told(analysis: Analysis) -> set[str]:
    return {kind for one in analysis.findings for kind in (one.type, *one.also)}


class TestOneCause:
    def test_requests_and_credits_of_one_day(self) -> None:
        one = only(
            [
                of_days("requests_above_expected", TUESDAY, severity=Severity.HIGH),
                of_days("credits_above_expected", TUESDAY, drivers=driven_by("size", "1024x1792")),
                a_finding("request_spike"),
                a_finding("user_activity_spike", Severity.LOW),
            ]
        )
        assert one.type == "requests_above_expected"
        assert one.severity is Severity.HIGH
        assert one.also == ("credits_above_expected", "request_spike", "user_activity_spike")
        assert [driver.name for driver in one.drivers] == ["1024x1792"]
        assert one.days == (TUESDAY,)
        assert "request_spike" in one.description

    def test_the_graver_severity_is_kept(self) -> None:
        one = only([of_days("requests_above_expected", TUESDAY), a_finding("request_spike", Severity.HIGH)])
        assert one.severity is Severity.HIGH
        assert one.days == (TUESDAY,)

    def test_of_two_as_grave_the_one_that_knows_the_days_leads(self) -> None:
        one = only([of_days("requests_above_expected", TUESDAY), a_finding("request_spike", excess=999)])
        assert one.type == "requests_above_expected"

    def test_days_that_follow_each_other_are_one(self) -> None:
        one = only([of_days("requests_above_expected", TUESDAY), of_days("credits_above_expected", WEDNESDAY)])
        assert one.days == (TUESDAY, WEDNESDAY)

    def test_days_apart_are_two(self) -> None:
        kept, _ = merged(
            [
                of_days("requests_above_expected", MONDAY, excess=9),
                of_days("requests_above_expected", FRIDAY),
                a_finding("request_spike"),
            ]
        )
        assert [(one.days, one.also) for one in kept] == [((MONDAY,), ("request_spike",)), ((FRIDAY,), ())]

    def test_up_and_down_are_two(self) -> None:
        kept, _ = merged([of_days("requests_above_expected", MONDAY), of_days("requests_below_expected", TUESDAY)])
        assert len(kept) == 2

    def test_demand_and_failures_are_two(self) -> None:
        kept, _ = merged([a_finding("request_spike"), a_finding("high_failure_rate")])
        assert len(kept) == 2

    def test_a_user_who_drives_the_product(self) -> None:
        spike = of_days("requests_above_expected", TUESDAY, drivers=driven_by("user", "bot"))
        one = only([spike, of_user("bot"), of_user("bot", "single_user_credits")])
        assert one.type == "requests_above_expected"
        assert one.also == ("single_user_credits", "user_request_spike")
        kept, _ = merged([spike, of_user("someone else")])
        assert len(kept) == 2

    def test_users_who_do_not_are_one_among_themselves(self) -> None:
        one = only([of_user("a", excess=3), of_user("b", excess=2), of_user("c", "single_user_credits")])
        assert one.details["user_id"] == "a"
        assert [(driver.name, driver.share) for driver in one.drivers] == [("a", 50), ("b", 50)]
        assert one.also == ("single_user_credits",)

    def test_a_hundred_users_take_no_more_room_than_six(self) -> None:
        one = only([of_user(f"user{number}") for number in range(100)])
        assert len(one.drivers) == 5
        assert one.description.endswith("And 96 more like these.")

    def test_a_model_that_drives_the_product(self) -> None:
        of_all = a_finding("high_failure_rate", Severity.HIGH, drivers=driven_by("model", "A"))
        disparity = replace(
            a_finding("model_performance_disparity", Severity.HIGH, drivers=driven_by("model", "A")),
            details={"worst_model": {"name": "A"}, "best_model": {"name": "B"}},
        )
        one = only([of_all, of_model("A"), disparity, of_model("A", "model_underperforming")])
        assert {one.type, *one.also} == {
            "high_failure_rate",
            "critical_model_failure_rate",
            "model_performance_disparity",
            "model_underperforming",
        }

    def test_two_models_are_two_causes(self) -> None:
        both = (*driven_by("model", "A"), *driven_by("model", "B"))
        kept, _ = merged([a_finding("high_failure_rate", drivers=both), of_model("A", excess=5), of_model("B")])
        assert [(one.details.get("model"), one.also) for one in kept] == [
            ("A", ("high_failure_rate",)),
            ("B", ()),
        ]

    def test_too_perfect_stands_alone(self) -> None:
        kept, _ = merged([a_finding("suspicious_perfect_performance", model="A"), of_model("A")])
        assert len(kept) == 2

    def test_order_does_not_matter(self) -> None:
        findings = [
            of_days("requests_above_expected", TUESDAY, drivers=driven_by("user", "bot")),
            of_days("credits_above_expected", FRIDAY),
            a_finding("request_spike"),
            of_user("bot"),
            of_user("other"),
        ]
        assert len({str(merged(order)) for order in permutations(findings)}) == 1


class TestCap:
    def test_the_gravest_come_first(self) -> None:
        perfect = a_finding("suspicious_perfect_performance", Severity.LOW, model="B")
        kept, _ = merged([perfect, of_days("requests_below_expected", TUESDAY), of_model("A")])
        assert [one.severity for one in kept] == [Severity.HIGH, Severity.MEDIUM, Severity.LOW]

    def test_no_more_than_25(self) -> None:
        mild = [a_finding("suspicious_perfect_performance", Severity.LOW, model=f"M{each}") for each in range(30)]
        kept, omitted = merged([*mild, of_model("A")])
        assert (len(kept), omitted) == (FINDINGS_MAX, 6)
        assert kept[0].details["model"] == "A"

    def test_the_score_is_of_what_remains(self) -> None:
        kept, _ = merged([a_finding("request_spike"), a_finding("credit_consumption_spike"), of_model("A")])
        analysis = Analysis(findings=kept)
        assert (analysis.score, analysis.level) == (7.5, "high")


class TestEveryRuleIsReachable:
    @pytest.mark.parametrize(("kind", "severity", "previous", "at", "above"), EDGES)
    def test_through_the_whole_review(
        self, kind: str, severity: str, previous: WeekStats, at: WeekStats | None, above: WeekStats
    ) -> None:
        analysis, _ = review(above, Past(previous=previous))
        assert kind in told(analysis)
        told_with = [GRAVITY.index(one.severity) for one in analysis.findings if kind in (one.type, *one.also)]
        assert max(told_with) >= GRAVITY.index(Severity(severity))
        assert at is None or kind not in told(review(at, Past(previous=previous))[0])

    def test_registrations_too(self) -> None:
        at, above = (stats(registrations={TUESDAY: count}) for count in (5, 6))
        assert "new_user_registrations" not in told(review(at, Past(previous=SILENT))[0])
        assert "new_user_registrations" in told(review(above, Past(previous=SILENT))[0])

    def test_every_type_is_known_here(self) -> None:
        types = [*(rule.type for rule in RULES), *SURPRISES]
        assert len({*types}) == len(types)
        alone = {"suspicious_perfect_performance", "model_latency_above_expected"}
        assert {each for each in types if not family_of(each)} == alone
        assert all([*(rule.next_step for rule in RULES), *(surprise.next_step for surprise in SURPRISES.values())])


class TestExplained:
    @pytest.mark.parametrize(("kind", "severity", "previous", "at", "above"), EDGES)
    def test_every_rule_explains_itself(
        self, kind: str, severity: str, previous: WeekStats, at: WeekStats | None, above: WeekStats
    ) -> None:
        (finding,) = found(kind, above, previous)
        one = explained(finding)
        rule = rule_of(kind)
        assert rule
        assert one.next_step == rule.next_step
        assert one.unit
        assert one.observed is not None
        if kind == "suspicious_perfect_performance":
            assert one.expected is None
        else:
            assert one.expected is not None
            assert one.expected.low <= one.expected.mid <= one.expected.high < one.observed

    def test_growth(self) -> None:
        (finding,) = found("request_spike", a_week(requests=90), a_week(requests=20))
        one = explained(finding)
        assert (one.expected, one.observed, one.unit) == (Band(low=0, mid=20, high=50), 90, "requests")

    def test_shares_are_percentages(self) -> None:
        (finding,) = found("high_failure_rate", a_week(requests=100, failed=20), a_week(requests=100, failed=5))
        one = explained(finding)
        assert (one.expected, one.observed, one.unit) == (Band(low=0, mid=5, high=15), 20, "percent")

    def test_a_user_drives_what_is_about_a_user(self) -> None:
        (finding,) = found("single_user_credits", a_week(spent={("<b>", WEDNESDAY): 90}))
        one = explained(finding)
        assert one.days == (WEDNESDAY,)
        assert [(driver.kind, driver.name, driver.value, driver.share) for driver in one.drivers] == [
            ("user", "<b>", 90, 100)
        ]

    def test_what_explains_itself_is_left_alone(self) -> None:
        finding = replace(a_finding("request_spike"), next_step="Ask.")
        assert explained(finding) is finding


class TestDocument:
    def test_of_an_explained_finding(self) -> None:
        one = replace(
            of_days("requests_above_expected", TUESDAY),
            expected=Band(low=1, mid=2.345, high=30.0),
            observed=44.0,
            unit="requests",
            drivers=driven_by("user", "bot"),
            next_step="Ask.",
            also=("request_spike",),
        )
        assert {name: one.document()[name] for name in ("expected", "observed", "unit", "days", "drivers", "also")} == {
            "expected": {"low": 1, "mid": 2.35, "high": 30},
            "observed": 44,
            "unit": "requests",
            "days": [TUESDAY.isoformat()],
            "drivers": [{"kind": "user", "name": "bot", "value": 300, "usual": 10, "share": 90}],
            "also": ["request_spike"],
        }


def test_a_whole_week_is_told_by_its_causes() -> None:
    """One user spikes. The rules on requests, on credits and on the user, and the robust detector, all mean the same
    cause.
    """
    days = [DayFacts(day=MONDAY - timedelta(days=back), total_requests=10, credits=20) for back in range(1, 57)]
    busy = a_week(requests=170, users={"bot": (100, 5), **people(9, before=1)}, deducted=340)
    before = a_week(requests=70, users=people(9, before=1), deducted=140)
    analysis, _ = review(busy, Past(previous=before, weeks=[days]))
    assert [one.also for one in analysis.findings if "user_request_spike" in (one.type, *one.also)]
    assert len(analysis.findings) <= 2
