"""A new rule takes only one value in the table of rules: its findings reach the report, the page and the CSV file."""

from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from domain.reports.anomalies import rules
from domain.reports.anomalies.findings import Comparison, Finding, Severity
from domain.reports.anomalies.rule import Limits, Rule, absolute
from presentation.report_pages import DrawnReportPages
from world import World

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def _many_wait(rule: Rule, week: Comparison) -> Iterator[Finding]:
    requests = week.current.requests
    if requests.pending > rule.limits.above:
        yield rule.finding({"pending": requests.pending, "total_requests": requests.total}, pending=requests.pending)


MANY_PENDING = Rule(
    type="many_pending",
    severity=Severity.HIGH,
    limits=Limits(above=Fraction(2)),
    words="{pending} requests of the week still wait.",
    next_step="Look whether the queue is paused.",
    find=_many_wait,
    unit="requests",
    observed="pending",
    limit=absolute,
)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(rules, "RULES", (*rules.RULES, MANY_PENDING))
    return World(NOW)


@pytest.mark.parametrize(("requests", "is_found"), [(2, False), (3, True)])
def test_it_fires_above_its_number_and_not_at_it(world: World, requests: int, is_found: bool) -> None:
    for _ in range(requests):
        world.create("alice")
    world.later(days=7)
    found = world.app.reporting.run()["report_data"]["anomaly_analysis"]["detected_anomalies"]
    assert ("many_pending" in {each["type"] for each in found}) is is_found


def test_its_finding_has_its_words_its_range_and_its_next_step(world: World) -> None:
    for _ in range(3):
        world.create("alice")
    world.later(days=7)
    report = world.app.reporting.run()["report_data"]
    (found,) = [each for each in report["anomaly_analysis"]["detected_anomalies"] if each["type"] == "many_pending"]
    assert found["description"] == "3 requests of the week still wait."
    assert found["next_step"] == "Look whether the queue is paused."
    assert (found["severity"], found["observed"], found["unit"]) == ("high", 3, "requests")
    assert found["expected"] == {"low": 0, "mid": 1, "high": 2}

    for shown in (DrawnReportPages().html(report), DrawnReportPages().csv(report, "findings")):
        assert "3 requests of the week still wait." in shown
        assert "Look whether the queue is paused." in shown
