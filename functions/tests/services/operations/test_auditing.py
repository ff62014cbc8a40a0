from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from controllers.http.boundary import RetryTask
from core.errors import Unavailable
from domain.accounts.errors import UserNotFound
from domain.credits.audit_verdict import AuditVerdict
from domain.credits.ledger import EntryType
from domain.generations.generation import Status
from repositories.store.documents import REMOVED, Create, Delete, Query
from repositories.store.memory import MemoryDocuments
from services.generations.model_ports import ModelRejected
from services.generations.ports import GenerationFilter
from services.operations import auditing
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
    """Give Alice one generation for each status: completed, failed, cancelled, waiting."""
    for fate in (Status.COMPLETED, Status.FAILED, Status.CANCELLED, Status.QUEUED):
        generation_id = world.create(size="1024x1792")
        if fate is Status.CANCELLED:
            world.app.cancelling.cancel("alice", generation_id)
        if fate is Status.FAILED:
            world.model.script = [ModelRejected("content_filter", "Content filter violation")]
        if fate in (Status.COMPLETED, Status.FAILED):
            world.deliver(generation_id)
        world.later(seconds=1)
    return world


def path(world: World, status: Status) -> str:
    (view,) = world.app.viewing.page("alice", GenerationFilter(status=status), after=None, limit=9)
    return f"generation_requests/{view.generation.id}"


def named(world: World) -> dict[str, tuple[int, int]]:
    """Return the audit of Alice: each detail with what it expects and what it finds."""
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
    assert busy.user("alice").balance.current_credits == -3
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
    """The generation is older than Darkroom's count, so neither it nor its user has the field."""
    busy.overwrite("users/alice", in_flight=REMOVED)
    busy.overwrite(path(busy, Status.QUEUED), in_flight=REMOVED)
    assert named(busy) == {}
    busy.deliver_all()
    assert named(busy) == {}


def test_i5_a_completed_generation_that_was_not_charged_is_named(busy: World) -> None:
    busy.overwrite(path(busy, Status.COMPLETED), credits_charged=0)
    assert named(busy) == {
        "I5 price = held + charged + refunded": (16, 12),
        "I5 completed generations are charged": (0, 1),
    }


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
    world.app.opening.open("arda")
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
    checked = world.app.audits._checked

    def slowly(*args: Any) -> Any:
        world.later(seconds=10)
        return checked(*args)

    monkeypatch.setattr(world.app.audits, "_checked", slowly)
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
    assert world.app.audit_verdicts.last() is not None


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
        assert verdict == AuditVerdict(
            at=busy.now, is_exact=True, users_checked=3, different=0, is_complete=True, unreadable=0
        )

    def test_of_books_that_differ_is_kept_though_the_run_fails(self, busy: World) -> None:
        busy.overwrite("users/alice", current_credits=1)
        with pytest.raises(RetryTask):
            busy.app.schedules.audit()
        verdict = busy.app.audit_verdicts.last()
        assert verdict == AuditVerdict(at=busy.now, is_exact=False, users_checked=3, different=1)

    def test_of_an_audit_by_hand_is_not_kept(self, busy: World) -> None:
        busy.app.audits.of_all()
        assert busy.app.audit_verdicts.last() is None

    def test_of_an_unreadable_user_is_kept(self, world: World) -> None:
        world.overwrite("users/alice", current_credits="many")
        with pytest.raises(RetryTask):
            world.app.schedules.audit()
        verdict = world.app.audit_verdicts.last()
        assert verdict is not None
        assert (verdict.is_exact, verdict.unreadable, verdict.users_checked) == (False, 1, 2)

    def test_of_an_older_version_is_read(self, world: World) -> None:
        fields: dict[str, Any] = {"at": world.now, "is_exact": True, "users_checked": 3, "different": 0}
        world.documents.commit([Create("system/audit", fields)])
        verdict = world.app.audit_verdicts.last()
        assert verdict == AuditVerdict(**fields)
        assert world.app.audit_verdicts.progress() is None
        world.app.schedules.audit()
        assert world.app.audit_verdicts.progress() is not None


# --- I3 to I5, by the state of a generation; each is made by hand so that all sums of credits agree ---


def found(world: World) -> tuple[set[str], set[str]]:
    """Return what the audit of Alice names, and what the audit of everybody together names."""
    of_all = {f"{each.invariant} {each.detail}" for each in world.app.audits.of_all().differences}
    return set(named(world)), of_all


def refund_by_hand(world: World, generation_id: str, credits_: int, **more: Any) -> None:
    fields = {**ENTRY, "type": "refund", "credits": credits_, "timestamp": world.now, "description": ""}
    path_ = f"users/alice/transactions/{generation_id}-refund"
    world.documents.commit([Create(path_, {**fields, "generation_request_id": generation_id, **more})])


def test_i5_a_failed_generation_that_is_charged_and_not_refunded(busy: World) -> None:
    failed = path(busy, Status.FAILED)
    busy.overwrite(failed, credits_refunded=0, credits_charged=4)
    busy.documents.commit([Delete(f"users/alice/transactions/{failed.rpartition('/')[2]}-refund")])
    busy.overwrite("users/alice", current_credits=88)
    wanted = {"I5 failed and cancelled generations are fully refunded"}
    assert found(busy) == (wanted, wanted)


def test_i5_a_completed_generation_that_is_refunded(busy: World) -> None:
    completed = path(busy, Status.COMPLETED)
    busy.overwrite(completed, credits_refunded=4, credits_charged=0)
    mark = busy.generation(completed.rpartition("/")[2]).mark
    refund_by_hand(busy, completed.rpartition("/")[2], 4, mark=mark)
    busy.overwrite("users/alice", current_credits=96)
    wanted = {"I5 completed generations are charged"}
    assert found(busy) == (wanted, wanted)


def test_i5_a_completed_generation_that_has_no_outputs(busy: World) -> None:
    busy.overwrite(path(busy, Status.COMPLETED), outputs=[])
    wanted = {"I5 completed generations have outputs"}
    assert found(busy) == (wanted, wanted)


def test_i5_what_was_erased_may_have_no_outputs(busy: World) -> None:
    busy.overwrite("users/alice", deleted_at=busy.now, erasure_due=True, is_active=False)
    assert busy.app.erasure.continue_all().finished == 1
    assert found(busy) == (set(), set())


def test_i4_a_failed_generation_that_still_holds(busy: World) -> None:
    busy.overwrite(path(busy, Status.FAILED), credits_held=4, credits_charged=-4)
    busy.overwrite("users/alice", held_credits=8)
    wanted = {"I4 ended generations hold nothing", "I3 generations refunded more than their price"}
    assert found(busy) == (wanted, wanted)


@pytest.mark.parametrize("due_at", [None, "tomorrow"])
def test_i7_an_unsettled_generation_that_nobody_will_look_at(busy: World, due_at: Any) -> None:
    busy.overwrite(path(busy, Status.QUEUED), due_at=due_at)
    wanted = {"I7 unsettled generations have a time to be looked at"}
    assert found(busy)[1] == wanted
    assert found(busy)[0] == wanted


def test_i3_one_generation_with_two_deductions_and_another_with_none(busy: World) -> None:
    one, other = (path(busy, status).rpartition("/")[2] for status in (Status.COMPLETED, Status.FAILED))
    fields = dict(busy.records()[f"users/alice/transactions/{one}-deduction"].fields)
    busy.documents.commit(
        [
            Delete(f"users/alice/transactions/{other}-deduction"),
            Create(f"users/alice/transactions/{one}-again", fields),
        ]
    )
    wanted = {"I3 each generation has its own deduction"}
    assert found(busy) == (wanted, wanted)


def test_i3_one_generation_with_two_refunds_and_another_with_none(busy: World) -> None:
    one, other = (path(busy, status).rpartition("/")[2] for status in (Status.CANCELLED, Status.FAILED))
    fields = dict(busy.records()[f"users/alice/transactions/{one}-refund"].fields)
    busy.documents.commit(
        [Delete(f"users/alice/transactions/{other}-refund"), Create(f"users/alice/transactions/{one}-again", fields)]
    )
    wanted = {"I3 each refunded generation has its own refund"}
    assert found(busy) == (wanted, wanted)


def test_i5_a_price_and_its_entry_that_are_both_raised(busy: World) -> None:
    completed = path(busy, Status.COMPLETED)
    busy.overwrite(completed, credits_deducted=9, credits_charged=9)
    busy.overwrite(f"users/alice/transactions/{completed.rpartition('/')[2]}-deduction", credits=9)
    busy.overwrite("users/alice", current_credits=87)
    assert found(busy) == (set(), {"I5 prices of size 1024x1792"})


def test_i5_a_price_of_before_is_no_difference(busy: World) -> None:
    """Only the present version of a size says what its generations cost."""
    busy.overwrite("sizes/1024x1792", credit_cost=7, version=2)
    assert found(busy) == (set(), set())


def test_i5_an_unsettled_generation_that_is_charged(busy: World) -> None:
    busy.overwrite(path(busy, Status.QUEUED), credits_held=0, credits_charged=4)
    busy.overwrite("users/alice", held_credits=0)
    wanted = {"I5 unsettled generations are not charged"}
    assert found(busy) == (wanted, wanted)


@pytest.mark.parametrize("fields", [{}, {"held_credits": 0}, {"books_opened_at": None, "held_credits": 0}])
def test_one_user_who_is_older_than_the_ledger_does_not_hide_what_is_wrong_with_others(
    busy: World, fields: dict[str, Any]
) -> None:
    an_inherited_user(busy, **fields)
    busy.create("arda", size="1024x1024")
    assert busy.app.audits.of_all().differences == ()
    busy.overwrite("users/alice", current_credits=93)
    audit = busy.app.audits.of_all()
    assert [(each.invariant, each.expected, each.actual) for each in audit.differences] == [("I2", 102, 103)]
    assert (audit.unopened_count, audit.is_conclusive, audit.is_exact) == (1, True, False)


def test_where_too_many_are_older_than_the_ledger_the_totals_say_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "UNOPENED_MOST", 0)
    an_inherited_user(world)
    audit = world.app.audits.of_all()
    assert (audit.is_conclusive, audit.differences, audit.is_exact) == (False, (), True)


class Spending(MemoryDocuments):
    """Four customers create between any two sums."""

    world: World | None = None

    def totals(self, query: Query, sums: Any = (), **options: Any) -> Any:
        answer = super().totals(query, sums, **options)
        world, self.world = self.world, None
        if world is not None:
            for user_id in ("alice", "mallory"):
                world.create(user_id)
            world.deliver_next()
            self.world = world
        return answer


def test_customers_who_create_meanwhile_make_no_difference() -> None:
    documents = Spending()
    world = World(datetime(2026, 3, 4, 12, tzinfo=UTC), documents=documents)
    for user_id in ("alice", "mallory"):
        world.app.ledger.add(user_id, EntryType.GRANT, 900, source="t", external_id="m", description="")
    documents.world = world
    audits = [world.app.audits.of_all() for _ in range(3)]
    assert len(world.records()) > 200
    assert [(audit.is_exact, audit.differences, audit.different) for audit in audits] == [(True, (), ())] * 3
    assert not world.app.audits.of_user("alice").differences


# --- how many users one nightly audit checks ---


def slow_audits(world: World, monkeypatch: pytest.MonkeyPatch, seconds: float) -> list[str]:
    """Let the check of each user take so long, and return the users in the order in which they are checked."""
    checked, seen = world.app.audits._checked, list[str]()

    def slowly(user_id: str, at: Any) -> Any:
        seen.append(user_id)
        world.later(seconds=seconds)
        return checked(user_id, at)

    monkeypatch.setattr(world.app.audits, "_checked", slowly)
    return seen


def test_a_night_ends_in_time_says_so_and_the_next_one_goes_on_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = slow_audits(world, monkeypatch, seconds=100)
    for number in range(5):
        world.later(seconds=1)
        world.add_user(f"user-{number}", 1)
    nights = []
    for _ in range(3):
        began = len(seen)
        world.app.schedules.audit()
        verdict = world.app.audit_verdicts.last()
        assert verdict is not None
        nights.append((seen[began:], verdict.users_checked, verdict.is_complete))
        world.later(hours=23)
    assert nights == [
        (["alice", "bob", "mallory"], 3, False),
        (["user-0", "user-1", "user-2"], 3, False),
        (["user-3", "user-4", "alice"], 3, True),
    ]


def test_those_who_do_not_change_are_audited_in_turn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        world.add_user(f"user-{number}", 1)
    for _ in range(2):  # in the second of them, all have changed just before the first
        world.app.schedules.audit()
        world.later(days=3)
    seen = slow_audits(world, monkeypatch, seconds=1)
    monkeypatch.setattr(auditing, "TURN_MOST", 3)
    nights = []
    for _ in range(4):
        world.later(days=3)
        world.create("mallory")
        began = len(seen)
        world.app.schedules.audit()
        nights.append(seen[began:])
    assert nights == [
        ["mallory", "alice", "bob", "user-0"],
        ["mallory", "user-1", "user-2", "user-3"],
        ["mallory", "alice", "bob", "user-0"],
        ["mallory", "user-1", "user-2", "user-3"],
    ]


GRANT = {
    "entry_id": "bank-1",
    "source": "bank",
    "amount": 9,
    "remaining": 5,
    "held": 2,
    "returned": 0,
    "priority": 100,
    "expires_at": None,
    "returned_at": None,
    "expiries": 0,
    "is_pending": False,
}


def grants(world: World, **changes: Any) -> dict[str, Any]:
    return {"g1": {**GRANT, "granted_at": world.now, "effective_at": world.now, **changes}}


def test_i9_grants_within_the_balance_are_in_order(busy: World) -> None:
    busy.overwrite("users/alice", grants=grants(busy))
    assert named(busy) == {}


def test_i9_grants_with_more_left_than_the_balance_are_named(busy: World) -> None:
    busy.overwrite("users/alice", grants=grants(busy, amount=99, remaining=93))
    assert named(busy) == {"I9 grants have more left than the balance": (0, 1)}


@pytest.mark.parametrize("changes", [{"remaining": 8}, {"held": -1}, {"returned": 3}])
def test_i9_a_grant_that_gives_more_than_it_has_is_named(busy: World, changes: dict[str, int]) -> None:
    busy.overwrite("users/alice", grants=grants(busy, **changes))
    assert named(busy) == {"I9 grants give more than they have": (0, 1)}


@pytest.mark.parametrize(("used", "held", "faulty"), [(3, 2, 0), (3, 3, 1), (-1, 2, 1)])
def test_i10_an_allowance_that_is_overdrawn_is_named(busy: World, used: int, held: int, faulty: int) -> None:
    allowance = {"included": 5, "effective_at": busy.now, "expires_at": None, "used": used, "held": held}
    busy.overwrite("users/alice", allowances={"plan": allowance})
    assert named(busy) == ({"I10 allowances are overdrawn": (0, 1)} if faulty else {})


def test_a_dormant_user_whose_books_differ_is_named_when_it_has_its_turn(world: World) -> None:
    world.app.schedules.audit()
    world.later(days=9)
    stored = world.documents._documents["users/bob"]
    world.documents._documents[stored.path] = replace(stored, fields={**stored.fields, "held_credits": 2})
    with pytest.raises(RetryTask):
        world.app.schedules.audit()
    verdict = world.app.audit_verdicts.last()
    assert verdict is not None
    assert verdict.different == 1


def test_one_whom_the_database_does_not_answer_for_does_not_end_the_audit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = world.app.audits._checked

    def choosy(user_id: str, at: Any) -> Any:
        if user_id == "alice":
            raise Unavailable("The database does not answer.")
        return checked(user_id, at)

    monkeypatch.setattr(world.app.audits, "_checked", choosy)
    audit = world.app.audits.of_all()
    assert (audit.users_checked, audit.is_complete) == (2, False)
