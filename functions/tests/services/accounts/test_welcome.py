"""The welcome is given once for each mailbox, for a verified address, and not to everybody who comes from one place in
a day.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.mailboxes import mailbox_of
from domain.credits.user import User
from people import NOW, at_once, bearer, instances, known, refusal
from services.accounts.instructions import Instruction
from services.accounts.ports import Identity
from world import World

HERE = "192.0.2.1"


def person(name: str, email: str = "", **fields: Any) -> Identity:
    given = email or f"{name}@example.com"
    return replace(Identity(name, email=given, signed_in_at=NOW, email_verified=True), **fields)


def enter(world: World, identity: Identity, address: str = HERE) -> User:
    return world.app.account_service.enter(identity, address)


# --- a verified address ---


def test_twelve_sign_ups_that_nobody_verified_bring_nothing(world: World) -> None:
    found = [enter(world, person(f"p{place}", email_verified=False)) for place in range(12)]
    assert [(user.balance.current_credits, user.identity.welcome_due) for user in found] == [(0, True)] * 12
    assert not world.entries("p0")


def test_the_welcome_comes_when_the_address_is_verified(world: World) -> None:
    ann = person("ann", email_verified=False)
    known(world, before=ann, after=replace(ann, email_verified=True))
    for _ in range(2):
        assert world.api("GET", "/v1/me", headers=bearer("before")).body["current_credits"] == 0
    for _ in range(2):
        assert world.api("GET", "/v1/me", headers=bearer("after")).body["current_credits"] == 10
    assert [entry.id for entry in world.entries("ann")] == ["welcome-ann"]
    assert not world.user("ann").identity.welcome_due
    world.assert_books_balance()


def test_of_forty_requests_after_the_verification_one_brings_it() -> None:
    worlds = instances(2)
    enter(worlds[0], person("ann", email_verified=False))
    answers = at_once(*(lambda each=each: enter(each, person("ann")) for each in worlds * 20))
    assert {answer.balance.current_credits for answer in answers} == {10}
    worlds[0].assert_books_balance()


def test_where_it_need_not_be_verified_it_comes_at_once() -> None:
    world = World(NOW, WELCOME_REQUIRES_VERIFIED_EMAIL="false")
    assert enter(world, person("ann", email_verified=False)).balance.current_credits == 10
    assert enter(world, Identity("phone")).balance.current_credits == 10


def test_who_leaves_anonymity_with_an_address_that_nobody_verified_waits(world: World) -> None:
    enter(world, Identity("anon", is_anonymous=True))
    linked = enter(world, person("anon", email_verified=False))
    assert (linked.identity.is_anonymous, linked.balance.current_credits, linked.identity.welcome_due) == (
        False,
        4,
        True,
    )
    assert enter(world, person("anon")).balance.current_credits == 14
    world.assert_books_balance()


# --- once for a mailbox ---


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ann@example.com", "ANN@Example.com"),
        ("ann.lee@gmail.com", "annlee@gmail.com"),
        ("annlee@gmail.com", "a.n.n.lee+shop@googlemail.com"),
        ("ann@outlook.com", "ann+1@outlook.com"),
        ("ann@icloud.com", "ann+1@icloud.com"),
    ],
)
def test_another_spelling_of_a_mailbox_brings_no_other_welcome(world: World, first: str, second: str) -> None:
    assert enter(world, person("one", first)).balance.current_credits == 10
    other = enter(world, person("two", second))
    assert (other.balance.current_credits, other.identity.welcome_due) == (0, False)


@pytest.mark.parametrize(
    "second", ["ann.lee@example.com", "annlee+1@example.com", "ann+lee@example.org", "bob@gmail.com"]
)
def test_another_mailbox_does(world: World, second: str) -> None:
    enter(world, person("one", "annlee@example.com"))
    assert enter(world, person("two", second)).balance.current_credits == 10


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [
        (" Ann@Example.COM ", "ann@example.com"),
        ("a.n+x+y@googlemail.com", "an@gmail.com"),
        ("a.n+x@proton.me", "a.n@proton.me"),
        ("a+b@example.com", "a+b@example.com"),
        ('"a@b"@example.com', '"a@b"@example.com'),
        ("nothing", "@nothing"),
    ],
)
def test_one_spelling_for_a_mailbox(email: str, mailbox: str) -> None:
    assert mailbox_of(email) == mailbox


def test_who_deletes_the_account_and_signs_up_again_has_had_it(world: World) -> None:
    enter(world, person("ann"))
    world.app.erasure.delete("ann", Instruction(actor="operator"))
    again = enter(world, person("ann-again", "ann@example.com"))
    assert (again.balance.current_credits, again.identity.welcome_due) == (0, False)


def test_what_is_remembered_is_a_digest_under_the_pepper(world: World) -> None:
    enter(world, person("ann"))
    (path,) = (path for path in world.records() if path.startswith("welcomes/"))
    assert set(world.records()[path].fields) == {"at"}
    assert "ann" not in path.replace("welcomes/", "")
    other = World(NOW, API_KEY_PEPPER="another-pepper-of-the-tests-0123456789")
    enter(other, person("ann"))
    assert path not in other.records()


# --- where they come from ---


def test_the_eleventh_account_of_an_address_has_its_welcome_on_another_day(world: World) -> None:
    found = [enter(world, person(f"p{place}")) for place in range(12)]
    assert [user.balance.current_credits for user in found] == [10] * 10 + [0] * 2
    assert enter(world, person("elsewhere"), "192.0.2.2").balance.current_credits == 10
    assert enter(world, person("p10")).balance.current_credits == 0
    world.later(days=1)
    assert enter(world, person("p10")).balance.current_credits == 10
    world.assert_books_balance()


def test_a_welcome_that_waits_is_asked_for_once_an_hour(world: World) -> None:
    """It is not asked for by each request, because that would cost reads for a whole day."""
    for place in range(11):
        enter(world, person(f"p{place}"))
    user, identity = world.user("p10"), person("p10")
    service = world.app.account_service
    assert not service.is_expected(user, identity)
    world.later(hours=1)
    assert service.is_expected(user, identity)


def test_real_accounts_count_among_those_of_an_address(world: World) -> None:
    for place in range(3):
        enter(world, person(f"p{place}", email_verified=False))
    known(world, guest=Identity("guest", is_anonymous=True))
    refused = world.api("GET", "/v1/me", headers=bearer("guest"), environ_base={"REMOTE_ADDR": HERE})
    assert refusal(refused) == (429, "rate_limited")


def test_welcomes_that_come_later_count_on_the_day_when_they_come(world: World) -> None:
    for place in range(12):
        enter(world, person(f"p{place}", email_verified=False))
    world.later(days=1)
    found = [enter(world, person(f"p{place}")) for place in range(12)]
    assert [user.balance.current_credits for user in found] == [10] * 10 + [0] * 2


@pytest.mark.parametrize("end", [{"deleted_at": NOW, "is_active": False}, {"is_active": False}])
def test_who_is_closed_gets_none(world: World, end: dict[str, Any]) -> None:
    enter(world, person("ann", email_verified=False))
    world.overwrite("users/ann", **end)
    world.later(seconds=1)
    assert enter(world, person("ann", signed_in_at=NOW + timedelta(minutes=1))).balance.current_credits == 0
