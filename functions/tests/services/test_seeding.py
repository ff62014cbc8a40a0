from datetime import UTC, datetime

import pytest

from domain.demo_catalog import USERS
from domain.errors import EmulatorOnly
from domain.generation import Status
from world import World

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def seeded(world: World) -> dict[str, int]:
    counts: dict[str, int] = world.app.seeding.seed()["counts"]
    return counts


def written(world: World, collection: str) -> int:
    return sum(path.split("/")[-2] == collection for path in world.records())


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
    assert world.user("arda").current_credits == 500
    assert {user.id: world.user(user.id).current_credits for user in USERS} == {user.id: user.credits for user in USERS}
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
    assert world.user("arda").current_credits == 496
    world.assert_books_balance()


def test_a_price_that_was_changed_stays(world: World) -> None:
    world.overwrite("sizes/512x512", credit_cost=9)
    seeded(world)
    assert world.app.catalog.current().sizes["512x512"].credit_cost == 9


def test_nothing_of_the_past_is_unsettled_or_in_the_future(world: World) -> None:
    seeded(world)
    facts = list(world.app.generations.facts(NOW.replace(year=2025), NOW.replace(year=2027)))
    assert {fact.status for fact in facts} == {Status.COMPLETED, Status.FAILED}
    assert max(fact.created_at for fact in facts) <= NOW
    assert world.app.generations.due(now=NOW.replace(year=2027), limit=9) == []


def test_seeding_is_refused_off_the_emulator_and_writes_nothing() -> None:
    world = World(NOW, FUNCTIONS_EMULATOR="false", AUTH_MODE="required")
    before = world.records()
    with pytest.raises(EmulatorOnly):
        world.app.seeding.seed()
    assert world.records() == before


def test_a_project_without_a_catalog_can_be_given_one_anywhere() -> None:
    world = World(NOW, FUNCTIONS_EMULATOR="false", AUTH_MODE="required")
    assert world.app.seeding.put_catalog() == {"styles": 6, "colors": 5, "sizes": 3}
    assert written(world, "users") == 3


def test_the_demos_week_gives_the_report_something_to_find(world: World) -> None:
    seeded(world)
    report = world.app.reporting.run_by_hand()
    assert report["summary"]["total_requests"] > 50
    assert report["anomaly_summary"]["total_anomalies"] > 0
