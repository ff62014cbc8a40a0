from dataclasses import replace
from fractions import Fraction

import pytest

from domain.reports.anomalies import rules
from domain.reports.anomalies.findings import Severity
from domain.reports.anomalies.rules import RULES
from domain.reports.anomalies.usage import REQUEST_SPIKE
from domain.reports.week_stats import WeekStats
from report_edges import EDGES
from report_weeks import SILENT, TUESDAY, WEDNESDAY, a_week, found

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
