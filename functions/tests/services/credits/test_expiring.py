"""Grants begin and end in the night, and each user's books are exact before and after it."""

from datetime import timedelta

import pytest

from core.errors import Unavailable
from domain.credits.grants import GRACE, GrantTerms
from domain.credits.ledger import EntryType
from services.credits.expiring import ExpiryService
from services.generations.model_ports import ModelRejected
from world import World

HOUR = timedelta(hours=1)


def give(world: World, credits_: int, user_id: str = "alice", name: str = "spring", **terms: timedelta) -> None:
    moments = {field: world.now + lasts for field, lasts in terms.items()}
    world.app.ledger.add(
        user_id,
        EntryType.GRANT,
        credits_,
        source="campaign",
        external_id=name,
        description="Spring",
        terms=GrantTerms(**moments),  # type: ignore[arg-type]
    )


def kinds(world: World, user_id: str = "alice") -> list[tuple[str, int]]:
    return [(entry.type.value, entry.credits) for entry in world.entries(user_id)]


def test_credits_whose_time_is_over_expire_by_an_entry(world: World) -> None:
    give(world, 25, expires_at=HOUR)
    assert world.user("alice").balance.current_credits == 125
    world.now += 2 * HOUR
    assert world.app.expiries.run() == 1
    assert (world.user("alice").balance.current_credits, world.user("alice").balance.grants) == (100, {})
    assert ("expiry", 25) in kinds(world)
    world.assert_books_balance()
    assert world.app.audits.of_user("alice").differences == ()
    assert world.app.expiries.run() == 0


def test_the_nightly_schedule_does_it(world: World) -> None:
    give(world, 25, expires_at=HOUR)
    world.now += 2 * HOUR
    world.app.schedules.audit()
    assert world.user("alice").balance.current_credits == 100


def test_what_can_be_spent_is_shown_right_before_the_night(world: World) -> None:
    give(world, 25, expires_at=HOUR)
    give(world, 7, name="summer", effective_at=HOUR)
    assert world.app.ledger.statement("alice", entries=5).balance.current_credits == 125
    world.now += HOUR
    assert world.app.ledger.statement("alice", entries=5).balance.current_credits == 107


def test_a_refund_that_comes_late_can_be_spent_for_three_days(world: World) -> None:
    give(world, 4, expires_at=HOUR)
    world.model.script = [ModelRejected("content_filter", "Content filter violation")]
    generation_id = world.create(size="1024x1792")
    assert next(iter(world.user("alice").balance.grants.values())).held == 4
    world.now += 2 * HOUR
    world.app.expiries.run()
    world.deliver(generation_id)
    (grant,) = world.user("alice").balance.grants.values()
    assert (grant.held, grant.remaining, grant.returned) == (0, 0, 4)
    world.now += GRACE - HOUR
    assert world.app.expiries.run() == 0
    assert world.user("alice").balance.current_credits == 104
    world.now += HOUR
    assert world.app.expiries.run() == 1
    assert (world.user("alice").balance.current_credits, world.user("alice").balance.grants) == (100, {})
    world.assert_books_balance()


def test_one_user_who_cannot_be_written_does_not_stop_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    give(world, 25, expires_at=HOUR)
    give(world, 25, "bob", expires_at=HOUR)
    world.now += 2 * HOUR
    update = world.app.entries.update

    def choosy(user_id: str, decide: object) -> bool:
        if user_id == "alice":
            raise Unavailable("The database does not answer.")
        return update(user_id, decide)  # type: ignore[arg-type]

    monkeypatch.setattr(world.app.entries, "update", choosy)
    assert world.app.expiries.run() == 1
    assert world.user("bob").balance.grants == {}
    assert world.user("alice").balance.grants != {}


def test_what_there_is_no_time_for_is_due_in_the_next_night(world: World) -> None:
    for user_id in ("alice", "bob"):
        give(world, 25, user_id, expires_at=HOUR)
    world.now += 2 * HOUR
    moments = iter([world.now, world.now, world.now, world.now + HOUR, world.now + HOUR])
    short = ExpiryService(users=world.app.users, ledger=world.app.entries, clock=lambda: next(moments))
    assert short.run() == 1
    assert world.app.expiries.run() == 1
