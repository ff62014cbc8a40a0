import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.errors import InvalidRequest, PermissionDenied, Unauthenticated
from domain.accounts.errors import KeyBudgetExceeded, KeyNotFound, TooManyKeys, UserNotFound
from domain.accounts.keys import ADMIN_SCOPES, KEYS_MAX, Budget, Scope
from domain.credits.spending import Spender
from people import NOW, USUAL, at_once, instances, issue
from schemas.generations.asks import ask_of
from services.accounts.access import Caller
from services.accounts.keys import IssuedKey, KeyOrder
from services.generations.orders import Order
from services.generations.ports import Created
from unsteady import UnsteadyDocuments, did_not_happen, happened
from world import ORDER, World

HOUR = timedelta(hours=1)
ASK = ask_of(ORDER)


def spend(world: World, issued: IssuedKey, *, serial: int = 1) -> Created:
    spender = Spender(key_id=issued.key.id, key_serial=serial)
    return world.app.ordering.create(Order(user_id="alice", ask=ASK, spender=spender))


def spends(world: World, token: str) -> bool:
    """Say whether this secret can buy something, by the whole way of a request that spends."""
    try:
        caller = world.app.access.of_key(token, is_fenced=True, acts_for=None)
        world.app.ordering.create(Order(user_id=caller.user_id, ask=ASK, spender=caller.spender))
    except Unauthenticated:
        return False
    return True


# --- create and list ---


def test_a_new_key_can_be_used_and_stands_in_its_owner_s_document(world: World) -> None:
    issued = issue(world, budget=Budget(per_day=3), expires_at=NOW + HOUR)
    key = world.user("alice").identity.keys[issued.key.id]
    assert key == issued.key
    assert (key.name, key.scopes, key.budget, key.expires_at) == ("Batch", USUAL, Budget(per_day=3), NOW + HOUR)
    assert spends(world, issued.token)


def test_nothing_that_is_written_down_tells_the_secret(world: World) -> None:
    issued = issue(world)
    issued = world.app.keys.rotate("alice", issued.key.id, HOUR)
    secret = issued.token.rpartition("_")[2]
    written = json.dumps({path: dict(each.fields) for path, each in world.records().items()}, default=str)
    assert issued.key.id in written
    assert secret not in written


def test_keys_are_listed_newest_first_and_each_can_be_had(world: World) -> None:
    issued = []
    for _ in range(3):
        issued.append(issue(world))
        world.later(seconds=1)
    assert [key.id for key in world.app.keys.all("alice")] == [each.key.id for each in issued[::-1]]
    assert world.app.keys.get("alice", issued[1].key.id) == issued[1].key


def test_one_does_not_see_another_s_keys(world: World) -> None:
    issued = issue(world)
    assert world.app.keys.all("mallory") == []
    for call in (
        lambda: world.app.keys.get("mallory", issued.key.id),
        lambda: world.app.keys.revoke("mallory", issued.key.id),
        lambda: world.app.keys.rotate("mallory", issued.key.id, HOUR),
        lambda: world.app.keys.update("mallory", issued.key.id, name="Mine", budget=None),
    ):
        with pytest.raises(KeyNotFound):
            call()
    assert world.user("alice").identity.keys == {issued.key.id: issued.key}
    with pytest.raises(UserNotFound):
        world.app.keys.all("nobody")


def test_one_cannot_give_what_one_does_not_have(world: World) -> None:
    def create(caller: Caller, *scopes: Scope) -> IssuedKey:
        order = KeyOrder(name="k", scopes=frozenset(scopes), expires_at=None, budget=Budget())
        return world.app.keys.create(caller, order)

    person = Caller(user_id="alice", actor="user:alice")
    admin = replace(person, is_admin=True)
    some = replace(admin, scopes=frozenset({Scope.KEYS_WRITE, Scope.BALANCE_READ, Scope.ADMIN_WRITE}))
    for scope in ADMIN_SCOPES:
        with pytest.raises(PermissionDenied, match=scope.value):
            create(person, Scope.BALANCE_READ, scope)
        with pytest.raises(PermissionDenied, match=scope.value):
            create(some, Scope.BALANCE_READ, scope)
        assert create(admin, scope).key.scopes == {scope}
    with pytest.raises(PermissionDenied, match="generations:write"):
        create(some, Scope.BALANCE_READ, Scope.GENERATIONS_WRITE)
    assert create(some, Scope.BALANCE_READ).key.scopes == {Scope.BALANCE_READ}


@pytest.mark.parametrize("moment", [NOW, NOW - HOUR])
def test_a_key_that_has_expired_already_is_not_made(world: World, moment: Any) -> None:
    with pytest.raises(InvalidRequest) as refused:
        issue(world, expires_at=moment)
    assert refused.value.errors[0].pointer == "/expires_at"
    assert not world.user("alice").identity.keys


def test_a_user_has_at_most_twenty_active_keys(world: World) -> None:
    issued = [issue(world, expires_at=NOW + HOUR if place == 0 else None) for place in range(KEYS_MAX)]
    with pytest.raises(TooManyKeys):
        issue(world)
    world.app.keys.revoke("alice", issued[1].key.id)
    issue(world)
    with pytest.raises(TooManyKeys):
        issue(world)
    world.later(hours=1)  # the first key expires
    issue(world)
    assert sum(key.is_active(world.now) for key in world.app.keys.all("alice")) == KEYS_MAX


def test_of_forty_keys_at_once_twenty_are_made() -> None:
    worlds = instances(2)
    answers = at_once(*(lambda each=each: issue(each) for each in worlds * 20))
    assert sum(isinstance(answer, IssuedKey) for answer in answers) == KEYS_MAX
    assert sum(isinstance(answer, TooManyKeys) for answer in answers) == KEYS_MAX
    assert len(worlds[0].user("alice").identity.keys) == KEYS_MAX


def test_keys_that_ended_long_ago_are_forgotten_unless_something_is_in_flight(world: World) -> None:
    ended, busy, expired = issue(world), issue(world), issue(world, expires_at=NOW + HOUR)
    generation_id = spend(world, busy).generation.id
    for each in (ended, busy):
        world.app.keys.revoke("alice", each.key.id)
    world.later(days=29)
    fresh = issue(world)
    assert set(world.user("alice").identity.keys) == {each.key.id for each in (ended, busy, expired, fresh)}
    world.later(days=2)
    world.app.keys.revoke("alice", fresh.key.id)
    last = issue(world)
    assert set(world.user("alice").identity.keys) == {each.key.id for each in (busy, fresh, last)}
    world.deliver(generation_id)
    assert world.user("alice").identity.keys[busy.key.id].in_flight == 0


def test_however_many_keys_are_made_and_revoked_the_document_stays_small(world: World) -> None:
    for _ in range(5 * KEYS_MAX):
        world.app.keys.revoke("alice", issue(world).key.id)
        world.later(seconds=1)
    last = issue(world)
    found = world.app.keys.all("alice")
    assert len(found) <= 2 * KEYS_MAX
    assert found[0] == last.key
    assert all(found[1].created_at >= each.created_at for each in found[1:])


# --- change and revoke ---


def test_a_new_name_or_a_new_budget_leaves_the_rest(world: World) -> None:
    issued = issue(world, budget=Budget(per_day=1))
    spend(world, issued)
    renamed = world.app.keys.update("alice", issued.key.id, name="Night", budget=None)
    assert (renamed.name, renamed.budget, renamed.in_flight) == ("Night", Budget(per_day=1), 1)
    with pytest.raises(KeyBudgetExceeded):
        spend(world, issued)
    changed = world.app.keys.update("alice", issued.key.id, name=None, budget=Budget(per_day=2))
    assert (changed.name, changed.budget) == ("Night", Budget(per_day=2))
    spend(world, issued)
    with pytest.raises(KeyBudgetExceeded):
        spend(world, issued)
    world.app.keys.update("alice", issued.key.id, name=None, budget=Budget())
    spend(world, issued)


def test_a_revocation_is_final_and_keeps_its_time(world: World) -> None:
    issued = issue(world)
    assert world.app.keys.revoke("alice", issued.key.id).revoked_at == NOW
    world.later(hours=1)
    assert world.app.keys.revoke("alice", issued.key.id).revoked_at == NOW
    with pytest.raises(KeyNotFound):
        world.app.keys.rotate("alice", issued.key.id, HOUR)
    assert not spends(world, issued.token)


def test_a_revocation_elsewhere_stops_spending_at_once() -> None:
    here, there = instances(2)
    issued = issue(here)
    assert spends(there, issued.token)  # this instance remembers the user and the secret
    here.app.keys.revoke("alice", issued.key.id)
    assert not spends(there, issued.token)
    assert here.user("alice").pace.in_flight == 1


# --- rotate ---


def test_a_rotation_keeps_the_key_and_changes_the_secret(world: World) -> None:
    issued = issue(world, budget=Budget(per_day=5))
    spend(world, issued)
    rotated = world.app.keys.rotate("alice", issued.key.id, timedelta())
    assert rotated.token != issued.token
    assert rotated.key == world.user("alice").identity.keys[issued.key.id]
    assert (rotated.key.id, rotated.key.serial, rotated.key.rotated_at) == (issued.key.id, 2, NOW)
    assert (rotated.key.budget, rotated.key.in_flight) == (Budget(per_day=5), 1)
    assert rotated.key.spent["d20260304"] == 1


@pytest.mark.parametrize("overlap", [timedelta(), HOUR])
def test_after_a_rotation_elsewhere_a_warm_instance_spends_by_the_right_secrets(overlap: timedelta) -> None:
    here, there = instances(2)
    issued = issue(here)
    assert spends(there, issued.token)
    rotated = here.app.keys.rotate("alice", issued.key.id, overlap)
    assert spends(there, issued.token) is bool(overlap)
    assert spends(there, rotated.token)
    there.later(hours=1)
    assert not spends(there, issued.token)
    assert spends(there, rotated.token)


def test_the_secret_before_the_last_is_dead_whatever_the_overlap(world: World) -> None:
    issued = issue(world)
    tokens = [issued.token, *(world.app.keys.rotate("alice", issued.key.id, HOUR).token for _ in range(3))]
    assert [spends(world, token) for token in tokens] == [False, False, True, True]


def test_of_two_rotations_at_once_the_later_one_counts_and_nothing_is_left_open() -> None:
    here, there = instances(2)
    issued = issue(here)
    rotations = at_once(
        lambda: here.app.keys.rotate("alice", issued.key.id, HOUR),
        lambda: there.app.keys.rotate("alice", issued.key.id, HOUR),
    )
    first, second = sorted(rotations, key=lambda each: each.key.serial)
    assert (first.key.serial, second.key.serial) == (2, 3)
    for world in (here, there):
        assert [spends(world, each.token) for each in (issued, first, second)] == [False, True, True]
    here.later(hours=1)
    assert [spends(here, each.token) for each in (issued, first, second)] == [False, False, True]


# --- lost answers ---


@pytest.fixture
def documents() -> UnsteadyDocuments:
    return UnsteadyDocuments()


@pytest.mark.parametrize("fate", [happened, did_not_happen])
def test_a_lost_answer_makes_one_key_that_works(documents: UnsteadyDocuments, fate: Callable[..., Any]) -> None:
    world = World(NOW, documents=documents)
    documents.script = [fate]
    issued = issue(world)
    assert set(world.user("alice").identity.keys) == {issued.key.id}
    assert spends(world, issued.token)


def test_a_lost_answer_to_the_last_key_there_is_room_for_is_no_refusal(documents: UnsteadyDocuments) -> None:
    world = World(NOW, documents=documents)
    for _ in range(KEYS_MAX - 1):
        issue(world)
    documents.script = [happened]
    assert spends(world, issue(world).token)


@pytest.mark.parametrize("fate", [happened, did_not_happen])
def test_a_lost_answer_rotates_once_to_the_secret_that_is_shown(
    documents: UnsteadyDocuments, fate: Callable[..., Any]
) -> None:
    world = World(NOW, documents=documents)
    issued = issue(world)
    documents.script = [fate]
    rotated = world.app.keys.rotate("alice", issued.key.id, timedelta())
    assert rotated.key.serial == world.user("alice").identity.keys[issued.key.id].serial == 2
    assert [spends(world, issued.token), spends(world, rotated.token)] == [False, True]


# --- budgets, under fire and over time ---


@pytest.mark.parametrize("budget", [Budget(per_day=10), Budget(per_month=10)])
def test_of_forty_requests_at_once_on_two_instances_a_budget_of_ten_lets_ten_through(budget: Budget) -> None:
    worlds = instances(2)
    issued = issue(worlds[0], budget=budget)
    for world in worlds:
        world.user("alice")  # each remembers the same state, which will be out of date for all but one
    answers = at_once(*(lambda each=each: spend(each, issued) for each in worlds * 20))
    assert sum(isinstance(answer, Created) for answer in answers) == 10
    assert sum(isinstance(answer, KeyBudgetExceeded) for answer in answers) == 30
    user = worlds[0].user("alice")
    assert (user.balance.current_credits, user.balance.held_credits, user.pace.in_flight) == (90, 10, 10)
    key = user.identity.keys[issued.key.id]
    assert (key.spent, key.in_flight) == ({"d20260304": 10, "m202603": 10}, 10)
    worlds[0].assert_books_balance()


def test_what_failed_gives_the_budget_back(world: World) -> None:
    issued = issue(world, budget=Budget(per_day=1, per_month=1))
    first = spend(world, issued).generation.id
    with pytest.raises(KeyBudgetExceeded):
        spend(world, issued)
    world.app.cancelling.cancel("alice", first)
    second = spend(world, issued).generation.id
    world.deliver(second)
    with pytest.raises(KeyBudgetExceeded):
        spend(world, issued)
    assert world.user("alice").identity.keys[issued.key.id].spent == {"d20260304": 1, "m202603": 1}


def test_a_refund_counts_on_the_day_of_the_creation_also_when_that_is_over(world: World) -> None:
    world.later(days=27, hours=11, minutes=59)  # it is 31 March, 23:59
    issued = issue(world, budget=Budget(per_day=2, per_month=3))
    late = spend(world, issued).generation.id
    world.later(minutes=1)
    spend(world, issued)
    spend(world, issued)
    world.app.cancelling.cancel("alice", late)
    spent = world.user("alice").identity.keys[issued.key.id].spent
    assert (spent["d20260331"], spent["m202603"]) == (0, 0)
    assert (spent["d20260401"], spent["m202604"]) == (2, 2)
    with pytest.raises(KeyBudgetExceeded) as refused:
        spend(world, issued)
    assert refused.value.details == {"required": 1, "available": 0}


def test_a_refund_of_yesterday_in_the_same_month_gives_the_month_back_and_not_the_day(world: World) -> None:
    issued = issue(world, budget=Budget(per_day=1, per_month=2))
    yesterday = spend(world, issued).generation.id
    world.later(days=1)
    spend(world, issued)
    world.app.cancelling.cancel("alice", yesterday)
    with pytest.raises(KeyBudgetExceeded, match="for the day"):
        spend(world, issued)
    world.later(days=1)
    spend(world, issued)
    world.later(days=1)
    with pytest.raises(KeyBudgetExceeded, match="for the month"):
        spend(world, issued)
