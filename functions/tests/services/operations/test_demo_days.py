"""The demo shows the same on every day that somebody may try it on."""

from datetime import UTC, datetime, timedelta
from itertools import cycle
from zoneinfo import ZoneInfo

import pytest

from demo_weeks import demo_review
from domain.reports.anomalies.analysis import Analysis
from world import World

FIRST = datetime(2026, 11, 1, tzinfo=UTC)
# These days include the ends of two years, two changes of the clocks in each direction, and the 29th of February 2028.
DAYS = [FIRST + timedelta(days=day) for day in range(800)]

HOURS = {
    "at midnight": timedelta(),
    "at noon": timedelta(hours=12),
    "in the last second": timedelta(days=1, seconds=-1),
}

# In these zones clocks change on other days, in the other direction, or at midnight itself, or they are not at a whole
# hour.
ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "America/Santiago", "Pacific/Auckland", "Asia/Kathmandu")]

PLANTED = {
    "request_spike",
    "credit_consumption_spike",
    "user_request_spike",
    "single_user_credits",
    "critical_model_failure_rate",
    "model_performance_disparity",
    "model_underperforming",
    "suspicious_perfect_performance",
}


def shows_what_was_planted(analysis: Analysis) -> bool:
    """Say whether everything planted is shown, at the right level, with the spammer and the failing model before the
    others.
    """
    kinds = {kind for finding in analysis.findings for kind in (finding.type, *finding.also)}
    first = [(finding.type, finding.details.get("user_id")) for finding in analysis.findings]
    return (
        kinds >= PLANTED
        and analysis.level == "high"
        and first[:2] == [("critical_model_failure_rate", None), ("single_user_credits", "bot_spammer")]
    )


@pytest.mark.parametrize("hour", HOURS)
def test_the_planted_anomalies_show_on_every_day(hour: str) -> None:
    moments = [day + HOURS[hour] for day in DAYS]
    assert [at for at in moments if not shows_what_was_planted(demo_review(at))] == []


def test_they_show_wherever_the_week_begins() -> None:
    """Each day is in another zone and at another hour, so that the local day is sometimes the one before or
    the next.
    """
    moments = [
        (day + timedelta(hours=number % 24), zone)
        for number, (day, zone) in enumerate(zip(DAYS, cycle(ZONES), strict=False))
    ]
    assert [case for case in moments if not shows_what_was_planted(demo_review(*case))] == []


@pytest.mark.parametrize("weeks_ago", [1, 2, 3])
def test_the_weeks_before_are_quiet(weeks_ago: int) -> None:
    assert [day for day in DAYS[::5] if demo_review(day, weeks_ago=weeks_ago).findings] == []


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 28, 12, tzinfo=UTC),
        datetime(2026, 12, 8, 23, 59, 59, tzinfo=UTC),
        datetime(2028, 2, 29, 23, 59, 30, tzinfo=UTC),
        datetime(2027, 1, 1, tzinfo=UTC),
    ],
    ids=str,
)
@pytest.mark.parametrize("zone", ["UTC", "America/Santiago"])
def test_a_real_report_says_the_same(now: datetime, zone: str) -> None:
    world = World(now, REPORT_TIME_ZONE=zone)
    world.app.seeding.seed()
    told = world.app.reporting.run()["report_data"]["anomaly_analysis"]["detected_anomalies"]
    assert told == [finding.document() for finding in demo_review(now, ZoneInfo(zone)).findings]
