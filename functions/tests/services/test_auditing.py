from datetime import timedelta
from typing import Any

import pytest

from controllers.boundary import RetryTask
from domain.audit_verdict import AuditVerdict
from domain.errors import UserNotFound
from domain.generation import Status
from domain.ledger import EntryType
from repositories.documents import REMOVED, Create
from services.ports import GenerationFilter, ModelRejected
from world import World

ENTRY = {
    "type": "deduction",
    "credits": 1,
    "user_id": "alice",
    "description": "by hand",
    "generation_request_id": "g",
}


@pytest.fixture
def busy(world: World) -> World:
    """Alice with one generation of each fate: completed, failed, cancelled, waiting."""
    for fate in (Status.COMPLETED, Status.FAILED, Status.CANCELLED, Status.QUEUED):
        generation_id = world.create(size="1024x1792")
        if fate is Status.CANCELLED:
            world.app.generation_service.cancel("alice", generation_id)
        if fate is Status.FAILED:
            world.model.script = [ModelRejected("content_filter", "Content filter violation")]
        if fate in (Status.COMPLETED, Status.FAILED):
            world.deliver(generation_id)
        world.later(seconds=1)
    return world


def path(world: World, status: Status) -> str:
    (view,) = world.app.generation_service.page("alice", GenerationFilter(status=status), after=None, limit=9)
    return f"generation_requests/{view.generation.id}"


def named(world: World) -> dict[str, tuple[int, int]]:
    """What the audit of Alice says: each detail with what it expects and what it finds."""
    audit = world.app.audits.of_user("alice")
    return {f"{found.invariant} {found.detail}": (found.expected, found.actual) for found in audit.differences}


def test_honest_books_are_exact(busy: World) -> None:
    audit = busy.app.audits.of_all()
    assert audit.is_exact
    assert (audit.users_checked, audit.differences, audit.different, audit.unopened) == (3, (), (), ())


def test_i1_a_balance_below_zero_is_named(busy: World) -> None:
    busy.overwrite("users/alice", current_credits=-1)
    assert named(busy)["I1 debt beyond what was clawed back"] == (0, 1)


def test_i1_a_debt_that_a_clawback_made_is_in_order(busy: World) -> None:
    busy.app.ledger.add("alice", EntryType.CLAWBACK, 95, source="stripe", external_id="re_1", description="Dispute")
    assert busy.user("alice").current_credits == -3
    assert named(busy) == {}


def test_i2_credits_out_of_nowhere_are_named(busy: World) -> None:
    busy.overwrite("users/alice", current_credits=93)
    assert named(busy) == {"I2 balance = sum of entries": (92, 93)}


def test_i3_a_second_deduction_is_named(busy: World) -> None:
    busy.documents.commit([Create("users/alice/transactions/g-again", {**ENTRY, "timestamp": busy.now})])
    assert named(busy)["I3 one deduction for each generation"] == (4, 5)
    assert named(busy)["I3 deductions = prices"] == (16, 17)
    assert named(busy)["I2 balance = sum of entries"] == (91, 92)


def test_i3_a_second_refund_is_named(busy: World) -> None:
    fields = {**ENTRY, "type": "refund", "timestamp": busy.now}
    busy.documents.commit([Create("users/alice/transactions/g-again", fields)])
    assert named(busy)["I3 refunds = what generations say was refunded"] == (8, 9)


def test_i3_a_refund_beyond_the_price_is_named(busy: World) -> None:
    busy.overwrite(path(busy, Status.FAILED), credits_refunded=8, credits_charged=-4)
    assert named(busy)["I3 generations refunded more than their price"] == (0, 1)


def test_i4_a_hold_that_belongs_to_nothing_is_named(busy: World) -> None:
    busy.overwrite("users/alice", held_credits=9)
    assert named(busy) == {"I4 held = holds of unsettled generations": (4, 9)}


def test_i4_a_count_of_generations_in_flight_that_is_off_is_named(busy: World) -> None:
    busy.overwrite("users/alice", in_flight=3)
    assert named(busy) == {"I4 in flight = generations that are counted so": (1, 3)}
    assert [found.detail for found in busy.app.audits.of_all().differences] == [
        "in flight = generations that are counted so"
    ]


def test_i4_a_generation_that_was_never_counted_is_no_difference(busy: World) -> None:
    """One from before Darkroom counted them: neither it nor its user has the field."""
    busy.overwrite("users/alice", in_flight=REMOVED)
    busy.overwrite(path(busy, Status.QUEUED), in_flight=REMOVED)
    assert named(busy) == {}
    busy.deliver_all()
    assert named(busy) == {}


def test_i5_a_completed_generation_that_was_not_charged_is_named(busy: World) -> None:
    busy.overwrite(path(busy, Status.COMPLETED), credits_charged=0)
    assert named(busy) == {"I5 price = held + charged + refunded": (16, 12)}


def test_i5_a_failed_generation_that_was_not_refunded_is_named(busy: World) -> None:
    busy.overwrite(path(busy, Status.FAILED), credits_refunded=0)
    assert "I5 price = held + charged + refunded" in named(busy)
    assert "I3 refunds = what generations say was refunded" in named(busy)


def test_a_difference_of_one_user_is_found_among_many(busy: World) -> None:
    busy.overwrite("users/mallory", current_credits=11)
    audit = busy.app.audits.of_all()
    assert not audit.is_exact
    assert [one.user_id for one in audit.different] == ["mallory"]
    assert [found.invariant for found in audit.differences] == ["I2"]


def test_differences_that_cancel_out_over_everybody_are_found_all_the_same(busy: World) -> None:
    busy.overwrite("users/mallory", current_credits=9)
    busy.overwrite("users/alice", current_credits=93)
    audit = busy.app.audits.of_all()
    assert audit.differences == ()
    assert {one.user_id for one in audit.different} == {"alice", "mallory"}
    assert not audit.is_exact


def an_inherited_user(world: World, **fields: Any) -> None:
    user = {"name": "Arda", "email": "a@example.com", "current_credits": 500, "is_active": True}
    world.documents.commit([Create("users/arda", {**user, "created_at": world.now, "updated_at": world.now, **fields})])


def test_users_older_than_the_ledger_are_named_and_are_no_difference(world: World) -> None:
    an_inherited_user(world)
    audit = world.app.audits.of_all()
    assert audit.unopened == ("arda",)
    assert audit.different == ()
    assert audit.is_exact


def test_once_their_books_are_open_they_are_like_everybody(world: World) -> None:
    an_inherited_user(world)
    world.app.ledger.open_books("arda")
    audit = world.app.audits.of_all()
    assert (audit.unopened, audit.differences, audit.different) == ((), (), ())


def test_an_audit_of_nobody_is_refused(world: World) -> None:
    with pytest.raises(UserNotFound):
        world.app.audits.of_user("nobody")


def test_more_users_than_a_page_are_all_audited(world: World) -> None:
    for number in range(205):
        world.add_user(f"user-{number:03}", 1)
    assert world.app.audits.of_all().users_checked == 208


def test_the_nightly_audit_takes_those_whose_balance_has_moved(world: World) -> None:
    world.later(days=2)
    world.create()
    audit = world.app.audits.of_all(changed_since=world.now)
    assert audit.users_checked == 1


def test_more_changed_users_than_a_page_are_all_audited(world: World) -> None:
    world.later(days=2)
    for number in range(150):
        world.add_user(f"user-{number:03}", 1)
    assert world.app.audits.of_all(changed_since=world.now).users_checked == 150


def test_an_audit_stops_after_so_many_users_and_says_so(world: World) -> None:
    world.overwrite("users/mallory", current_credits=11)
    audit = world.app.audits.of_all(most=2)
    assert (audit.users_checked, audit.is_complete, audit.different) == (2, False, ())
    audit = world.app.audits.of_all(most=3)
    assert (audit.users_checked, audit.is_complete, len(audit.different)) == (3, True, 1)


def test_an_audit_stops_when_its_time_is_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    of_user = world.app.audits.of_user

    def slowly(user_id: str) -> Any:
        world.later(seconds=10)
        return of_user(user_id)

    monkeypatch.setattr(world.app.audits, "of_user", slowly)
    audit = world.app.audits.of_all(within=timedelta(seconds=20))
    assert (audit.users_checked, audit.is_complete) == (2, False)
    assert world.app.audits.of_all(within=timedelta(seconds=21)).is_complete


def test_the_nightly_run_fails_where_the_books_differ(busy: World) -> None:
    busy.app.schedules.audit()
    busy.overwrite("users/alice", current_credits=1000)
    with pytest.raises(RetryTask):
        busy.app.schedules.audit()


def test_the_nightly_run_does_not_fail_over_users_older_than_the_ledger(world: World) -> None:
    an_inherited_user(world)
    world.app.schedules.audit()


def test_the_nightly_run_does_not_fail_over_those_who_have_not_come_for_days(world: World) -> None:
    an_inherited_user(world)
    world.create("arda")
    world.deliver_all()
    world.app.schedules.audit()
    world.later(days=3)
    world.app.schedules.audit()


class TestTheVerdict:
    def test_of_a_night_is_kept(self, busy: World) -> None:
        busy.app.schedules.audit()
        verdict = busy.app.audit_verdicts.last()
        assert verdict == AuditVerdict(at=busy.now, is_exact=True, users_checked=3, different=0)

    def test_of_books_that_differ_is_kept_though_the_run_fails(self, busy: World) -> None:
        busy.overwrite("users/alice", current_credits=1)
        with pytest.raises(RetryTask):
            busy.app.schedules.audit()
        verdict = busy.app.audit_verdicts.last()
        assert verdict == AuditVerdict(at=busy.now, is_exact=False, users_checked=3, different=1)

    def test_of_an_audit_by_hand_is_not_kept(self, busy: World) -> None:
        busy.app.audits.of_all()
        assert busy.app.audit_verdicts.last() is None
