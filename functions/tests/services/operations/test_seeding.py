from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.calendar import Week, last_full_week, local_date, week_of
from domain.generations.generation import Status
from domain.operations.demo_catalog import USERS
from domain.operations.errors import EmulatorOnly
from repositories.store.documents import Fields
from world import World

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def seeded(world: World) -> dict[str, int]:
    counts: dict[str, int] = world.app.seeding.seed()["counts"]
    return counts


def written(world: World, collection: str) -> int:
    return sum(path.split("/")[-2] == collection for path in world.records())


def generations(world: World) -> list[Fields]:
    return [each.fields for path, each in world.records().items() if path.startswith("generation_requests/")]


def test_the_answer_is_feraset_imagens(world: World) -> None:
    answer = world.app.seeding.seed()
    assert answer["success"] is True
    assert answer["message"] == (
        "Database seeded successfully with validated data! Added 6 styles, 5 colors, 3 sizes, and 13 test users."
    )
    assert list(answer["counts"]) == ["styles", "colors", "sizes", "users", "generation_requests", "transactions"]


def test_the_counts_are_what_is_written(world: World) -> None:
    before = {name: written(world, name) for name in ("users", "transactions")}
    counts = seeded(world)
    assert (counts["styles"], counts["colors"], counts["sizes"], counts["users"]) == (6, 5, 3, 13)
    assert written(world, "users") - before["users"] == 13
    assert written(world, "generation_requests") == counts["generation_requests"] > 100
    assert written(world, "transactions") - before["transactions"] == counts["transactions"]


def test_everybody_has_the_seeds_balance_and_open_books_that_are_exact(world: World) -> None:
    seeded(world)
    assert world.user("arda").balance.current_credits == 500
    assert {user.id: world.user(user.id).balance.current_credits for user in USERS} == {
        user.id: user.credits for user in USERS
    }
    audit = world.app.audits.of_all()
    assert (audit.differences, audit.different, audit.unopened) == ((), (), ())


def test_nobody_was_below_zero_on_the_way(world: World) -> None:
    seeded(world)
    for user in USERS:
        balance = 0
        for entry in reversed(world.entries(user.id)):
            balance += entry.signed_credits
            assert balance >= 0
        assert balance == user.credits


def test_seeding_twice_changes_nothing(world: World) -> None:
    first = seeded(world)
    before = world.records()
    assert seeded(world) == first
    assert world.records() == before


def test_seeding_on_another_day_changes_nothing(world: World) -> None:
    seeded(world)
    before = world.records()
    world.later(days=3)
    seeded(world)
    assert world.records() == before


def test_whoever_has_spent_keeps_the_new_balance(world: World) -> None:
    seeded(world)
    world.create("arda", size="1024x1792")
    world.deliver_all()
    seeded(world)
    assert world.user("arda").balance.current_credits == 496
    world.assert_books_balance()


def test_a_price_that_was_changed_stays(world: World) -> None:
    world.overwrite("sizes/512x512", credit_cost=9)
    seeded(world)
    assert world.app.catalog.current().sizes["512x512"].credit_cost == 9


def test_nothing_of_the_past_is_unsettled_or_in_the_future(world: World) -> None:
    seeded(world)
    past = generations(world)
    assert {fields["status"] for fields in past} == {Status.COMPLETED, Status.FAILED}
    assert max(fields["created_at"] for fields in past) <= NOW
    assert [*world.app.generations.due(now=NOW.replace(year=2027))] == []


def test_what_the_report_counts_by_is_there(world: World) -> None:
    seeded(world)
    for fields in generations(world):
        is_completed = fields["status"] == Status.COMPLETED
        assert (fields["completed_count"], fields["failed_count"]) == (is_completed, not is_completed)
        assert ("latency_bucket" in fields) == is_completed


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles"])
def test_everybody_s_weeks_are_those_of_their_requests(zone: str) -> None:
    world = World(NOW, REPORT_TIME_ZONE=zone)
    seeded(world)
    newest = week_of(local_date(NOW, ZoneInfo(zone)))
    for user in USERS:
        asked = Counter[Week]()
        for fields in generations(world):
            week = week_of(local_date(fields["created_at"], ZoneInfo(zone)))
            asked[week] += fields["user_id"] == user.id
        told = {each.week: each.requests for each in world.user(user.id).activity.weeks.values()}
        assert told == {week: count for week, count in asked.items() if count and week >= max(told).shifted(-2)}
        assert max(told) <= newest
    busy = world.user("new_enterprise").activity.weeks[newest.shifted(-1).field]
    assert (busy.requests, busy.spike, busy.newcomer, busy.credits) == (25, 25, 1, 90)


def test_seeding_is_refused_off_the_emulator_and_writes_nothing() -> None:
    world = World(NOW, FUNCTIONS_EMULATOR="false", AUTH_MODE="required")
    before = world.records()
    with pytest.raises(EmulatorOnly):
        world.app.seeding.seed()
    assert world.records() == before


def test_a_project_without_a_catalog_can_be_given_one_anywhere() -> None:
    world = World(NOW, FUNCTIONS_EMULATOR="false", AUTH_MODE="required")
    assert world.app.seeding.put_catalog() == {"styles": 6, "colors": 5, "sizes": 3}
    assert written(world, "users") == 4


@pytest.mark.parametrize("day", range(7))
def test_the_report_of_the_last_full_week_finds_what_was_planted(day: int) -> None:
    world = World(NOW + timedelta(days=day))
    seeded(world)
    report = world.app.reporting.run()["report_data"]
    assert report["generation_stats"]["total_requests"] > 60
    findings = report["anomaly_analysis"]["detected_anomalies"]
    assert {name for finding in findings for name in (finding["type"], *finding["also"])} >= {
        "request_spike",
        "user_request_spike",
        "single_user_credits",
        "critical_model_failure_rate",
        "model_performance_disparity",
        "model_underperforming",
        "suspicious_perfect_performance",
    }
    assert report["anomaly_analysis"]["severity_level"] in {"high", "critical"}
    assert report["reconciliation"]["is_exact"]


@pytest.mark.parametrize("day", range(7))
def test_the_weeks_before_are_quiet(day: int) -> None:
    world = World(NOW + timedelta(days=day))
    seeded(world)
    last = last_full_week(world.now, UTC)
    for weeks_ago in (1, 2, 3):
        as_of = last.shifted(1 - weeks_ago).window(UTC).start
        report = world.app.reporting.run(as_of, dry_run=True)["report_data"]
        findings = report["anomaly_analysis"]["detected_anomalies"]
        assert 20 <= report["generation_stats"]["total_requests"] <= 30
        assert len(findings) <= 2
        assert {finding["severity"] for finding in findings} <= {"low", "medium"}
