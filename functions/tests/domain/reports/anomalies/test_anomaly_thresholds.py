from dataclasses import replace
from fractions import Fraction

import pytest

from domain.reports.anomalies import rules
from domain.reports.anomalies.findings import Severity
from domain.reports.anomalies.rules import RULES
from domain.reports.anomalies.usage import REQUEST_SPIKE
from domain.reports.week_stats import WeekStats
from tests.domain.reports.weeks import SILENT, TUESDAY, WEDNESDAY, a_week, found, people

# Each row has the type, the severity, the week before, a week at the threshold, and a week just above it.
EDGES = [
    ("request_spike", "medium", a_week(requests=20), a_week(requests=50), a_week(requests=51)),
    ("request_spike", "high", a_week(requests=20), None, a_week(requests=101)),
    ("request_spike", "medium", a_week(requests=20), None, a_week(requests=100)),
    ("request_spike", "medium", SILENT, a_week(requests=20), a_week(requests=21)),
    ("request_spike", "medium", SILENT, None, a_week(requests=500)),
    (
        "user_request_spike",
        "medium",
        SILENT,
        a_week(users={"arda": (10, 2)}),
        a_week(users={"arda": (11, 2)}),
    ),
    (
        "user_request_spike",
        "medium",
        SILENT,
        a_week(users={"arda": (60, 30)}),
        a_week(users={"arda": (61, 30)}),
    ),
    ("user_request_spike", "medium", SILENT, a_week(users={"arda": 10}), a_week(users={"arda": 11})),
    ("credit_consumption_spike", "medium", a_week(deducted=40), a_week(deducted=120), a_week(deducted=121)),
    ("credit_consumption_spike", "high", a_week(deducted=40), None, a_week(deducted=201)),
    ("credit_consumption_spike", "medium", a_week(deducted=40), None, a_week(deducted=200)),
    ("credit_consumption_spike", "medium", SILENT, a_week(deducted=50), a_week(deducted=51)),
    (
        "credit_consumption_spike",
        "medium",
        a_week(deducted=5, refunded=9),
        a_week(deducted=50),
        a_week(deducted=51),
    ),
    (
        "high_refund_rate",
        "medium",
        SILENT,
        a_week(deducted=1000, refunded=300),
        a_week(deducted=1000, refunded=301),
    ),
    (
        "high_refund_rate",
        "medium",
        a_week(deducted=1000, refunded=70),
        a_week(deducted=1000, refunded=140),
        a_week(deducted=1000, refunded=141),
    ),
    ("user_activity_spike", "low", a_week(users=people(3)), a_week(users=people(8)), a_week(users=people(9))),
    ("user_activity_spike", "low", SILENT, a_week(users=people(5)), a_week(users=people(6))),
    (
        "new_user_spike",
        "low",
        a_week(users=people(9, "old")),
        a_week(users=people(5) | people(4, "old", before=1)),
        a_week(users=people(6) | people(4, "old", before=1)),
    ),
    (
        "single_user_credits",
        "medium",
        SILENT,
        a_week(spent={("a", TUESDAY): 50}),
        a_week(spent={("a", TUESDAY): 51}),
    ),
    (
        "single_user_credits",
        "medium",
        SILENT,
        a_week(spent={("a", TUESDAY): 30, ("a", WEDNESDAY): 30, ("b", TUESDAY): 30}),
        a_week(spent={("a", TUESDAY): 60, ("a", WEDNESDAY): 30}),
    ),
    ("high_failure_rate", "high", SILENT, a_week(requests=20, failed=3), a_week(requests=1000, failed=151)),
    (
        "failure_rate_spike",
        "medium",
        a_week(requests=100, failed=3),
        a_week(requests=100, failed=6),
        a_week(requests=1000, failed=61),
    ),
    (
        "failure_rate_spike",
        "medium",
        a_week(requests=100),
        a_week(requests=100, failed=10),
        a_week(requests=1000, failed=101),
    ),
    (
        "critical_model_failure_rate",
        "high",
        SILENT,
        a_week(models={"A": (20, 3)}),
        a_week(models={"A": (1000, 151)}),
    ),
    (
        "model_failure_rate_spike",
        "medium",
        a_week(models={"A": (100, 7)}),
        a_week(models={"A": (100, 14)}),
        a_week(models={"A": (1000, 141)}),
    ),
    (
        "model_failure_rate_spike",
        "medium",
        a_week(models={"A": (100, 0)}),
        a_week(models={"A": (100, 10)}),
        a_week(models={"A": (1000, 101)}),
    ),
    (
        "model_performance_degradation",
        "medium",
        a_week(models={"A": (15, 1)}),
        a_week(models={"A": (10, 1)}),
        a_week(models={"A": (1000, 101)}),
    ),
    # At the critical rate a week is not above it, so the milder rules still apply.
    ("failure_rate_spike", "medium", a_week(requests=100, failed=7), None, a_week(requests=20, failed=3)),
    (
        "model_failure_rate_spike",
        "medium",
        a_week(models={"A": (100, 7)}),
        None,
        a_week(models={"A": (20, 3)}),
    ),
    (
        "model_performance_degradation",
        "medium",
        a_week(models={"A": (100, 9)}),
        None,
        a_week(models={"A": (20, 3)}),
    ),
    (
        "model_performance_disparity",
        "high",
        SILENT,
        a_week(models={"A": (100, 2), "B": (100, 10)}),
        a_week(models={"A": (1000, 20), "B": (1000, 101)}),
    ),
    (
        "model_performance_disparity",
        "high",
        SILENT,
        a_week(models={"A": (100, 0), "B": (100, 10)}),
        a_week(models={"A": (100, 0), "B": (100, 14)}),
    ),
    (
        "model_performance_disparity",
        "high",
        SILENT,
        a_week(models={"A": (4, 0), "B": (5, 5)}),
        a_week(models={"A": (5, 0), "B": (5, 5)}),
    ),
    (
        "model_underperforming",
        "medium",
        SILENT,
        a_week(models={"A": (100, 4), "B": (100, 12)}),
        a_week(models={"A": (1000, 40), "B": (1000, 121)}),
    ),
    (
        "model_underperforming",
        "medium",
        SILENT,
        a_week(models={"A": (100, 2), "B": (100, 4), "C": (100, 9)}),
        a_week(models={"A": (100, 2), "B": (100, 4), "C": (100, 10)}),
    ),
    (
        "model_underperforming",
        "medium",
        SILENT,
        a_week(models={"A": (100, 0), "B": (100, 10)}),
        a_week(models={"A": (100, 0), "B": (100, 11)}),
    ),
    (
        "suspicious_perfect_performance",
        "low",
        SILENT,
        a_week(models={"A": (20, 0)}),
        a_week(models={"A": (21, 0)}),
    ),
]

SEED_TYPES = {
    "request_spike",
    "user_request_spike",
    "credit_consumption_spike",
    "high_refund_rate",
    "user_activity_spike",
    "new_user_spike",
    "high_failure_rate",
    "failure_rate_spike",
    "critical_model_failure_rate",
    "model_failure_rate_spike",
    "model_performance_degradation",
    "model_performance_disparity",
    "model_underperforming",
    "suspicious_perfect_performance",
}


class TestThresholds:
    @pytest.mark.parametrize(("kind", "severity", "previous", "at", "above"), EDGES)
    def test_a_rule_fires_above_its_threshold_and_not_at_it(
        self, kind: str, severity: str, previous: WeekStats, at: WeekStats | None, above: WeekStats
    ) -> None:
        assert at is None or found(kind, at, previous) == []
        assert [finding.severity for finding in found(kind, above, previous)] == [severity]

    def test_registrations_have_one_of_their_own(self) -> None:
        at, above = ({TUESDAY: 5, WEDNESDAY: count} for count in (5, 6))
        assert found("new_user_registrations", SILENT, registrations=at) == []
        (finding,) = found("new_user_registrations", SILENT, registrations=above)
        assert finding.severity is Severity.LOW
        assert finding.details == {"day": "2025-08-06", "registrations": 6, "threshold": 5}

    def test_every_type_of_the_seed_has_an_edge_above(self) -> None:
        assert {edge[0] for edge in EDGES} == SEED_TYPES | {"single_user_credits"}
        assert {rule.type for rule in RULES} == SEED_TYPES | {
            "single_user_credits",
            "new_user_registrations",
        }

    def test_others_can_be_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        patient = replace(REQUEST_SPIKE, limits=replace(REQUEST_SPIKE.limits, ratio=Fraction(4)))
        monkeypatch.setattr(rules, "RULES", (patient,))
        assert found("request_spike", a_week(requests=80), a_week(requests=20)) == []
        assert found("request_spike", a_week(requests=81), a_week(requests=20)) != []
