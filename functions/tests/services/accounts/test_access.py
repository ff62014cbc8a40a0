from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from core.errors import PermissionDenied, Unauthenticated
from domain.accounts import keys
from domain.accounts.errors import UserInactive
from domain.accounts.keys import ADMIN_SCOPES, Scope
from people import NOW, at_once, instances, issue, known, make_admin
from services.accounts.access import Caller, digest_of
from services.accounts.ports import Identity
from world import World

HOUR = timedelta(hours=1)


@pytest.fixture
def two() -> list[World]:
    """Return two instances on one database."""
    return instances(2)


def by_key(world: World, token: str, *, is_fenced: bool = False, acts_for: str | None = None) -> Caller:
    return world.app.access.of_key(token, is_fenced=is_fenced, acts_for=acts_for)


def in_person(world: World, identity: Identity, *, is_fenced: bool = False, changes: bool = False) -> Caller:
    return world.app.access.of_person(identity, is_fenced=is_fenced, changes=changes, address="192.0.2.1")


def refuses(call: Callable[[], object]) -> bool:
    try:
        call()
    except Unauthenticated:
        return True
    return False


# --- keys ---


def test_a_key_speaks_for_its_owner_within_its_scopes(world: World) -> None:
    issued = issue(world, scopes=frozenset({Scope.BALANCE_READ}))
    caller = by_key(world, issued.token)
    assert (caller.user_id, caller.actor) == ("alice", f"key:{issued.key.id}")
    assert (caller.scopes, caller.is_admin, caller.is_person) == (frozenset({Scope.BALANCE_READ}), False, False)
    assert (caller.spender.key_id, caller.spender.key_serial) == (issued.key.id, 1)


@pytest.mark.parametrize("is_fenced", [True, False])
def test_what_is_no_key_of_ours_is_refused_in_the_same_words(world: World, is_fenced: bool) -> None:
    issued = issue(world)
    wrong = {
        "unknown id": keys.token(keys.new_id(), issued.token[-43:]),
        "wrong secret": keys.token(issued.key.id, keys.new_secret()),
        "torn": issued.token[:-1],
        "no secret": f"dk_{issued.key.id}_",
        "somebody else's secret": keys.token(issued.key.id, issue(world, "mallory").token[-43:]),
    }
    said = set()
    for token in wrong.values():
        with pytest.raises(Unauthenticated) as refused:
            by_key(world, token, is_fenced=is_fenced)
        said.add(refused.value.message)
    assert said == {"The API key is not valid."}
    assert by_key(world, issued.token).user_id == "alice"


def test_under_another_pepper_a_key_is_worth_nothing(world: World) -> None:
    issued = issue(world)
    other = World(NOW, documents=world.documents, API_KEY_PEPPER="another-pepper-of-the-tests-0123456789")
    assert refuses(lambda: by_key(other, issued.token))
    assert digest_of("secret", "p") != digest_of("secret", "q")


def test_a_key_whose_owner_is_gone_is_refused(world: World) -> None:
    issued = issue(world)
    world.overwrite("users/alice", deleted_at=NOW)
    assert refuses(lambda: by_key(world, issued.token))


def test_an_expired_key_is_refused_by_the_clock(world: World) -> None:
    issued = issue(world, expires_at=NOW + HOUR)
    for is_fenced in (True, False):
        assert by_key(world, issued.token, is_fenced=is_fenced).user_id == "alice"
    world.later(hours=1)
    for is_fenced in (True, False):
        assert refuses(partial(by_key, world, issued.token, is_fenced=is_fenced))


def test_a_revocation_elsewhere_is_seen_by_the_next_request_that_reads(two: list[World]) -> None:
    here, there = two
    issued = issue(here)
    assert by_key(there, issued.token).user_id == "alice"
    here.app.keys.revoke("alice", issued.key.id)
    assert refuses(lambda: by_key(there, issued.token))
    assert refuses(lambda: by_key(here, issued.token, is_fenced=True))


def test_a_key_that_this_instance_has_never_heard_of_is_looked_up_before_it_is_refused(two: list[World]) -> None:
    here, there = two
    in_person(there, Identity("alice"))  # this instance remembers Alice without the key
    issued = issue(here)
    assert by_key(there, issued.token, is_fenced=True).user_id == "alice"


@pytest.mark.parametrize("is_fenced", [True, False])
def test_after_a_rotation_elsewhere_a_warm_instance_takes_the_new_secret(two: list[World], is_fenced: bool) -> None:
    here, there = two
    issued = issue(here)
    by_key(there, issued.token, is_fenced=True)  # this instance remembers the user and the secret
    rotated = here.app.keys.rotate("alice", issued.key.id, timedelta())
    assert by_key(there, rotated.token, is_fenced=is_fenced).spender.key_serial == 2
    assert refuses(lambda: by_key(there, issued.token, is_fenced=is_fenced))


def test_with_an_overlap_a_warm_instance_takes_both_until_it_is_over(two: list[World]) -> None:
    here, there = two
    issued = issue(here)
    by_key(there, issued.token, is_fenced=True)
    rotated = here.app.keys.rotate("alice", issued.key.id, HOUR)
    for is_fenced in (True, False):
        assert by_key(there, issued.token, is_fenced=is_fenced).spender.key_serial == 1
        assert by_key(there, rotated.token, is_fenced=is_fenced).spender.key_serial == 2
    there.later(hours=1)
    for is_fenced in (True, False):
        assert refuses(partial(by_key, there, issued.token, is_fenced=is_fenced))
        assert by_key(there, rotated.token, is_fenced=is_fenced).user_id == "alice"


@pytest.mark.parametrize("is_fenced", [True, False])
def test_the_key_of_a_deactivated_user_is_refused(world: World, is_fenced: bool) -> None:
    issued = issue(world)
    world.overwrite("users/alice", is_active=False)
    world.user("alice")
    with pytest.raises(UserInactive):
        by_key(world, issued.token, is_fenced=is_fenced)


def test_a_user_who_is_active_again_is_not_refused_on_what_is_remembered(world: World) -> None:
    issued = issue(world)
    world.overwrite("users/alice", is_active=False)
    world.user("alice")  # Alice is remembered as inactive
    world.overwrite("users/alice", is_active=True)
    assert by_key(world, issued.token, is_fenced=True).user_id == "alice"


# --- what a key may do, as long as its owner may ---


def test_admin_scopes_count_only_as_long_as_the_owner_is_an_admin(two: list[World]) -> None:
    here, there = two
    make_admin(here, "alice")
    issued = issue(here, is_admin=True, scopes=frozenset(Scope))
    caller = by_key(there, issued.token)
    assert (caller.is_admin, caller.scopes) == (True, frozenset(Scope))
    make_admin(here, "alice", is_admin=False)
    caller = by_key(there, issued.token)
    assert (caller.is_admin, caller.scopes) == (False, frozenset(Scope) - ADMIN_SCOPES)


def test_an_admin_s_key_without_an_admin_scope_is_no_admin(world: World) -> None:
    make_admin(world, "alice")
    assert not by_key(world, issue(world).token).is_admin


# --- acting for others ---


@pytest.fixture
def service() -> tuple[World, str]:
    """Return a world, and the token of a service key of Alice's, who is an admin."""
    world = World(NOW, AUTH_MODE="required")
    make_admin(world, "alice")
    return world, issue(world, is_admin=True, scopes=frozenset(Scope)).token


def test_a_service_key_acts_for_whom_it_names_and_is_no_admin_then(service: tuple[World, str]) -> None:
    world, token = service
    caller = by_key(world, token, acts_for="shop-7")
    assert (caller.user_id, caller.is_admin) == ("ext-shop-7", False)
    assert caller.actor == by_key(world, token).actor
    user = world.user("ext-shop-7")
    assert (user.balance.current_credits, user.balance.books_opened_at) == (0, NOW)
    assert not world.entries("ext-shop-7")
    world.assert_books_balance()


def test_whom_forty_requests_name_at_once_is_made_once(service: tuple[World, str]) -> None:
    world, token = service
    there = World(NOW, documents=world.documents, AUTH_MODE="required")
    calls = [lambda each=each: by_key(each, token, acts_for="shop-7") for each in (world, there)]
    answers = at_once(*calls * 20)
    assert {answer.user_id for answer in answers} == {"ext-shop-7"}
    world.assert_books_balance()


def test_a_service_key_never_reaches_a_user_of_firebase(service: tuple[World, str]) -> None:
    world, token = service
    for external_id in ("mallory", "alice", "ext-mallory"):
        assert by_key(world, token, acts_for=external_id).user_id == f"ext-{external_id}"


def test_acting_needs_the_scope_and_an_owner_who_is_an_admin(service: tuple[World, str]) -> None:
    world, token = service
    before = world.records()
    with pytest.raises(PermissionDenied, match="users:act"):
        by_key(world, issue(world).token, acts_for="shop-7")
    make_admin(world, "alice", is_admin=False)
    with pytest.raises(PermissionDenied, match="users:act"):
        by_key(world, token, acts_for="shop-7")
    assert "users/ext-shop-7" not in world.records().keys() | before.keys()


def test_acting_reads_the_key_afresh_even_for_what_is_fenced(two: list[World]) -> None:
    """When the key spends for another user, the commit does not see the key."""
    here, there = two
    make_admin(here, "alice")
    issued = issue(here, is_admin=True, scopes=frozenset(Scope))
    assert by_key(there, issued.token, is_fenced=True, acts_for="shop-7").user_id == "ext-shop-7"
    here.app.keys.revoke("alice", issued.key.id)
    assert refuses(lambda: by_key(there, issued.token, is_fenced=True, acts_for="shop-7"))


# --- people ---


def test_a_person_may_do_everything_with_what_is_theirs(world: World) -> None:
    caller = in_person(world, Identity("alice", signed_in_at=NOW))
    assert (caller.user_id, caller.actor, caller.scopes) == ("alice", "user:alice", None)
    assert (caller.is_admin, caller.is_person) == (False, True)
    assert caller.spender.signed_in_at == NOW


def test_an_admin_is_one_by_the_token_and_by_the_document(world: World) -> None:
    assert not in_person(world, Identity("alice", is_admin=True)).is_admin
    make_admin(world, "alice")
    make_admin(world, "bob")
    assert in_person(world, Identity("alice", is_admin=True)).is_admin
    assert not in_person(world, Identity("bob")).is_admin
    world.overwrite("users/alice", is_active=False)
    assert not in_person(world, Identity("alice", is_admin=True)).is_admin


def test_a_sign_out_elsewhere_is_seen_within_ten_seconds_and_by_what_changes_something_at_once(
    two: list[World],
) -> None:
    here, there = two
    alice = Identity("alice", signed_in_at=NOW - HOUR)
    in_person(there, alice)
    here.app.account_service.sign_out("alice")
    assert in_person(there, alice).user_id == "alice"
    assert refuses(lambda: in_person(there, alice, changes=True))
    assert refuses(lambda: in_person(there, alice))

    third = World(NOW, documents=here.documents, AUTH_MODE="required")
    bob = Identity("bob", signed_in_at=NOW - HOUR)
    in_person(third, bob)
    here.app.account_service.sign_out("bob")
    third.later(seconds=10)
    assert refuses(lambda: in_person(third, bob))


def test_the_next_sign_in_works_at_once(two: list[World]) -> None:
    here, there = two
    alice = Identity("alice", signed_in_at=NOW - HOUR)
    in_person(there, alice)
    here.app.account_service.sign_out("alice")
    for world in two:
        for is_fenced in (True, False):
            again = replace(alice, signed_in_at=NOW + timedelta(seconds=1))
            assert in_person(world, again, is_fenced=is_fenced).user_id == "alice"


def test_who_claimed_accounts_owns_what_is_theirs(world: World) -> None:
    world.overwrite("users/alice", claimed=["anon-1"])
    world.later(seconds=10)
    caller = in_person(world, Identity("alice"))
    assert (caller.user_id, caller.account_ids) == ("alice", frozenset({"anon-1"}))


def test_a_token_that_turned_real_is_taken_up_even_where_the_anonymous_user_is_remembered(two: list[World]) -> None:
    here, there = two
    known(*two)
    for world in two:
        assert in_person(world, Identity("anon", is_anonymous=True)).user_id == "anon"
    in_person(here, Identity("anon", email="ann@example.com", email_verified=True))
    in_person(there, Identity("anon", email="ann@example.com", email_verified=True), is_fenced=True)
    user = there.user("anon")
    assert (user.identity.is_anonymous, user.identity.email, user.balance.current_credits) == (
        False,
        "ann@example.com",
        4 + 10,
    )
