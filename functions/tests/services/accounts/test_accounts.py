from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.errors import InvalidRequest, RateLimited, Unauthenticated, Unavailable
from domain.accounts.errors import UserInactive, UserNotFound
from domain.credits.errors import AnonymousAllowanceUsed
from domain.credits.ledger import EntryType
from domain.credits.spending import Spender
from domain.credits.user import User
from people import NOW, at_once, instances, known
from schemas.generations.asks import ask_of
from services.accounts.accounts import CLAIMED_MAX
from services.accounts.ports import Identity
from services.generations.orders import Order
from unsteady import UnsteadyDocuments, did_not_happen, happened
from world import ORDER, World

ASK = ask_of(ORDER)
NEW = Identity("newcomer", email="new@example.com", name="New", signed_in_at=NOW, email_verified=True)
ANON = Identity("anon", is_anonymous=True, signed_in_at=NOW)
LINKED = replace(ANON, is_anonymous=False, email="ann@example.com", name="Ann", email_verified=True)
HERE = "192.0.2.1"


def enter(world: World, identity: Identity = NEW, address: str = HERE) -> User:
    return world.app.account_service.enter(identity, address)


def booked(world: World, user_id: str) -> list[tuple[str, EntryType, int]]:
    return [(entry.id, entry.type, entry.credits) for entry in world.entries(user_id)]


def create(world: World, user_id: str) -> str:
    order = Order(user_id=user_id, ask=ASK, spender=Spender(signed_in_at=NOW))
    return world.app.ordering.create(order).generation.id


# --- the first sign-in ---


def test_the_first_sign_in_makes_the_user_with_a_welcome_that_is_booked(world: World) -> None:
    user = enter(world)
    assert user == world.user("newcomer")
    assert (user.identity.name, user.identity.email, user.balance.current_credits, user.identity.is_anonymous) == (
        "New",
        "new@example.com",
        10,
        False,
    )
    assert (user.identity.created_at, user.balance.books_opened_at, user.identity.is_admin) == (NOW, NOW, False)
    assert booked(world, "newcomer") == [("welcome-newcomer", EntryType.GRANT, 10)]
    world.assert_books_balance()


def test_every_later_one_changes_nothing(world: World) -> None:
    enter(world)
    before = world.records()
    world.later(days=1)
    enter(world, replace(NEW, name="Renamed"))
    assert world.records() == before


def test_of_forty_first_requests_at_once_one_makes_the_user() -> None:
    worlds = instances(2)
    answers = at_once(*(lambda each=each: enter(each) for each in worlds * 20))
    assert {(answer.id, answer.balance.current_credits) for answer in answers} == {("newcomer", 10)}
    assert booked(worlds[0], "newcomer") == [("welcome-newcomer", EntryType.GRANT, 10)]
    worlds[0].assert_books_balance()


def test_a_welcome_of_nothing_is_no_entry() -> None:
    world = World(NOW, WELCOME_CREDITS="0", ANONYMOUS_CREDITS="0")
    assert enter(world).balance.current_credits == 0
    enter(world, ANON)
    enter(world, LINKED)
    assert booked(world, "newcomer") == booked(world, "anon") == []
    assert not world.user("anon").identity.is_anonymous
    world.assert_books_balance()


@pytest.mark.parametrize("fate", [happened, did_not_happen])
@pytest.mark.parametrize("identity", [NEW, ANON])
def test_a_lost_answer_makes_one_user_and_one_welcome(fate: Callable[..., Any], identity: Identity) -> None:
    documents = UnsteadyDocuments()
    world = World(NOW, documents=documents)
    documents.script = [fate]
    user = enter(world, identity)
    assert user == world.user(identity.user_id)
    assert len(booked(world, identity.user_id)) == 1
    if identity.is_anonymous:
        assert [each.fields["accounts"] for path, each in world.records().items() if "addresses/" in path] == [1]
    world.assert_books_balance()


# --- anonymous ---


def test_an_anonymous_user_has_enough_for_one_generation(world: World) -> None:
    user = enter(world, ANON)
    assert (user.identity.is_anonymous, user.balance.current_credits) == (True, 4)
    assert booked(world, "anon") == [("trial-anon", EntryType.GRANT, 4)]


def test_the_first_that_succeeds_is_the_last(world: World) -> None:
    enter(world, ANON)
    world.deliver(create(world, "anon"))
    with pytest.raises(AnonymousAllowanceUsed):
        create(world, "anon")
    assert (world.user("anon").balance.current_credits, world.user("anon").activity.total_images_generated) == (3, 1)


def test_one_that_was_cancelled_does_not_count(world: World) -> None:
    enter(world, ANON)
    first = create(world, "anon")
    with pytest.raises(AnonymousAllowanceUsed):
        create(world, "anon")
    world.app.cancelling.cancel("anon", first)
    world.deliver(create(world, "anon"))
    with pytest.raises(AnonymousAllowanceUsed):
        create(world, "anon")
    world.assert_books_balance()


def test_of_forty_at_once_an_anonymous_user_gets_one() -> None:
    worlds = instances(2)
    enter(worlds[0], ANON)
    answers = at_once(*(lambda each=each: create(each, "anon") for each in worlds * 20))
    assert sum(isinstance(answer, str) for answer in answers) == 1
    assert sum(isinstance(answer, AnonymousAllowanceUsed) for answer in answers) == 39
    assert worlds[0].user("anon").balance.current_credits == 3


def strangers(world: World, count: int, address: str = HERE, *, first: int = 0) -> list[Any]:
    identities = [Identity(f"anon-{first + place}", is_anonymous=True) for place in range(count)]
    return at_once(*(lambda each=each: enter(world, each, address) for each in identities))


def test_an_address_gets_three_anonymous_accounts_in_a_day_and_waits_for_midnight(world: World) -> None:
    world.now = datetime(2026, 3, 4, 23, 59, 58, 500_000, tzinfo=UTC)
    answers = strangers(world, 8)
    assert sum(isinstance(answer, User) for answer in answers) == 3
    refused = [answer for answer in answers if isinstance(answer, RateLimited)]
    assert [each.retry_after for each in refused] == [2] * 5
    world.later(seconds=1)
    assert isinstance(strangers(world, 1, first=10)[0], RateLimited)
    world.later(seconds=1)
    assert isinstance(strangers(world, 1, first=20)[0], User)


@pytest.mark.parametrize("seconds", [1, 3600, 12 * 3600])
def test_where_midnight_is_whole_seconds_away_the_wait_is_as_long(world: World, seconds: int) -> None:
    world.now = datetime(2026, 3, 5, tzinfo=UTC) - timedelta(seconds=seconds)
    assert strangers(world, 4)[-1] is not None
    (refused,) = strangers(world, 1, first=10)
    assert refused.retry_after == seconds


def test_another_address_and_real_accounts_are_not_held_back(world: World) -> None:
    strangers(world, 4)
    assert all(isinstance(each, User) for each in strangers(world, 3, "192.0.2.2", first=10))
    assert enter(world).balance.current_credits == 10


def test_who_came_before_is_let_in_from_an_address_that_had_its_share(world: World) -> None:
    answers = strangers(world, 4)
    (known_user, *_) = (answer for answer in answers if isinstance(answer, User))
    assert enter(world, Identity(known_user.id, is_anonymous=True)) == known_user


def test_no_address_is_written_down(world: World) -> None:
    strangers(world, 1)
    assert not [path for path, each in world.records().items() if HERE in path or HERE in str(each.fields)]
    assert [path for path in world.records() if path.startswith("addresses/")]


# --- linking ---


def test_linking_keeps_what_there_is_and_gives_the_welcome_once(world: World) -> None:
    enter(world, ANON)
    generation_id = create(world, "anon")
    world.deliver(generation_id)
    for _ in range(2):
        user = enter(world, LINKED)
        assert (user.identity.is_anonymous, user.identity.email, user.identity.name) == (
            False,
            "ann@example.com",
            "Ann",
        )
    assert world.user("anon").balance.current_credits == 3 + 10
    assert sorted(entry_id for entry_id, _, _ in booked(world, "anon")) == [
        f"{generation_id}-deduction",
        "trial-anon",
        "welcome-anon",
    ]
    assert world.generation(generation_id).user_id == "anon"
    create(world, "anon")
    world.assert_books_balance()


def test_of_forty_first_requests_after_linking_one_brings_the_welcome() -> None:
    worlds = instances(2)
    enter(worlds[0], ANON)
    answers = at_once(*(lambda each=each: enter(each, LINKED) for each in worlds * 20))
    assert {(answer.identity.is_anonymous, answer.balance.current_credits) for answer in answers} == {(False, 14)}
    assert len(booked(worlds[0], "anon")) == 2
    worlds[0].assert_books_balance()


def test_an_old_anonymous_token_does_not_make_a_linked_user_anonymous_again(world: World) -> None:
    enter(world, ANON)
    enter(world, LINKED)
    assert not enter(world, ANON).identity.is_anonymous


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("fate", [happened, did_not_happen])
def test_linking_survives_a_lost_answer_at_either_step(fate: Callable[..., Any], place: int) -> None:
    documents = UnsteadyDocuments()
    world = World(NOW, documents=documents)
    enter(world, ANON)
    documents.script = [None] * place + [fate]
    enter(world, LINKED)
    user = world.user("anon")
    assert (user.identity.is_anonymous, user.balance.current_credits) == (False, 14)
    world.assert_books_balance()


# --- claiming ---


@pytest.fixture
def guest() -> World:
    """Anon has made one generation before signing in as Alice or Mallory."""
    world = World(NOW)
    known(world, anon_token=ANON, linked_token=LINKED, unseen_token=Identity("unseen", is_anonymous=True))
    enter(world, ANON)
    create(world, "anon")
    world.later(seconds=1)
    return world


def claim(world: World, user_id: str = "alice", token: str = "anon_token") -> User:
    return world.app.account_service.claim(user_id, token)


def test_who_claims_owns_and_the_anonymous_account_ends(guest: World) -> None:
    before = guest.user("alice")
    user = claim(guest)
    assert user == guest.user("alice")
    assert (user.identity.claimed, user.balance.current_credits) == (("anon",), before.balance.current_credits)
    other = guest.user("anon")
    assert (other.identity.claimed_by, other.identity.is_active, other.identity.signed_out_at) == (
        "alice",
        False,
        guest.now,
    )
    with pytest.raises(Unauthenticated):
        create(guest, "anon")
    guest.assert_books_balance()


def test_claiming_again_changes_nothing(guest: World) -> None:
    user = claim(guest)
    before = guest.records()
    guest.later(seconds=1)
    assert claim(guest) == user
    assert guest.records() == before


def test_nobody_else_can_claim_it_then(guest: World) -> None:
    claim(guest)
    with pytest.raises(InvalidRequest, match="belongs to somebody already"):
        claim(guest, "mallory")
    assert guest.user("mallory").identity.claimed == ()


def test_an_account_that_was_closed_or_signed_out_is_not_taken_over(guest: World) -> None:
    """The account's document says so at once, while the directory may not know yet."""
    guest.overwrite("users/anon", is_active=False)
    with pytest.raises(InvalidRequest, match="was closed"):
        claim(guest)
    guest.overwrite("users/anon", is_active=True, signed_out_at=guest.now)
    with pytest.raises(InvalidRequest, match="signed out everywhere"):
        claim(guest)
    assert guest.user("alice").identity.claimed == ()


def test_who_is_inactive_takes_nothing_over(guest: World) -> None:
    guest.overwrite("users/alice", is_active=False)
    with pytest.raises(UserInactive):
        claim(guest)
    assert guest.user("anon").identity.claimed_by is None


def test_of_two_claimers_at_once_one_has_it(guest: World) -> None:
    there = World(guest.now, documents=guest.documents)
    known(there, anon_token=ANON)
    answers = at_once(lambda: claim(guest), lambda: claim(there, "mallory"))
    assert sum(isinstance(answer, User) for answer in answers) == 1
    claimed = [guest.user(each).identity.claimed for each in ("alice", "mallory")]
    assert sorted(claimed) == [(), ("anon",)]
    owner = "alice" if claimed[0] else "mallory"
    assert guest.user("anon").identity.claimed_by == owner


@pytest.mark.parametrize(
    ("user_id", "token", "detail"),
    [
        ("alice", "forged", "not valid"),
        ("alice", "mallory-token", "not an anonymous"),
        ("alice", "linked_token", "not an anonymous"),
        ("anon", "anon_token", "another, anonymous"),
        ("stranger", "anon_token", "sign in first"),
    ],
)
def test_what_cannot_be_claimed(guest: World, user_id: str, token: str, detail: str) -> None:
    enter(guest, Identity("stranger", is_anonymous=True))
    before = guest.records()
    with pytest.raises(InvalidRequest, match=detail) as refused:
        claim(guest, user_id, token)
    assert refused.value.errors[0].pointer == "/anonymous_token"
    assert guest.records() == before


def test_an_anonymous_user_who_linked_in_the_meantime_cannot_be_claimed(guest: World) -> None:
    enter(guest, LINKED)
    with pytest.raises(InvalidRequest, match="another, anonymous"):
        claim(guest)


def test_a_revoked_anonymous_token_claims_nothing(guest: World) -> None:
    guest.app.made["tokens"].revoked.add("anon_token")
    with pytest.raises(InvalidRequest, match="revoked"):
        claim(guest)


def test_who_never_made_anything_is_not_found(guest: World) -> None:
    with pytest.raises(UserNotFound):
        claim(guest, token="unseen_token")


def test_there_is_an_end_to_claiming(guest: World) -> None:
    guest.overwrite("users/alice", claimed=[f"old-{place}" for place in range(CLAIMED_MAX - 1)])
    assert len(claim(guest).identity.claimed) == CLAIMED_MAX
    guest.overwrite("users/mallory", claimed=[f"old-{place}" for place in range(CLAIMED_MAX)])
    known(guest, more=replace(ANON, user_id="more"))
    enter(guest, replace(ANON, user_id="more"))
    with pytest.raises(InvalidRequest, match="which is the most"):
        claim(guest, "mallory", "more")


@pytest.mark.parametrize("fate", [happened, did_not_happen])
def test_a_claim_survives_a_lost_answer(fate: Callable[..., Any]) -> None:
    documents = UnsteadyDocuments()
    world = World(NOW, documents=documents)
    known(world, anon_token=ANON)
    enter(world, ANON)
    documents.script = [fate]
    assert claim(world).identity.claimed == ("anon",)
    assert world.user("anon").identity.claimed_by == "alice"


# --- signing out ---


def test_a_sign_out_ends_every_sign_in_until_now_in_the_books_and_at_firebase(world: World) -> None:
    enter(world)
    world.later(seconds=5)
    assert world.app.account_service.sign_out("newcomer").identity.signed_out_at == world.now
    assert world.directory.signed_out == ["newcomer"]
    with pytest.raises(Unauthenticated):
        create(world, "newcomer")
    assert world.user("newcomer").balance.current_credits == 10


def test_a_sign_out_elsewhere_stops_spending_at_once() -> None:
    here, there = instances(2)
    enter(here)
    create(there, "newcomer")  # this instance remembers the user as signed in
    here.later(seconds=1)
    here.app.account_service.sign_out("newcomer")
    with pytest.raises(Unauthenticated):
        create(there, "newcomer")
    assert here.user("newcomer").balance.current_credits == 9


def test_where_firebase_does_not_answer_the_sign_out_stands_and_can_be_repeated(world: World) -> None:
    enter(world)
    world.directory.is_down = True
    with pytest.raises(Unavailable):
        world.app.account_service.sign_out("newcomer")
    assert world.user("newcomer").identity.signed_out_at == NOW
    world.directory.is_down = False
    world.app.account_service.sign_out("newcomer")
    assert world.directory.signed_out == ["newcomer"]


def test_a_deactivated_user_spends_nothing_and_is_told_why(world: World) -> None:
    enter(world)
    world.overwrite("users/newcomer", is_active=False)
    with pytest.raises(UserInactive):
        create(world, "newcomer")
