from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from people import ADMIN, ALICE, MALLORY, NOW, at_once, bearer, instances, issue, known, order, refusal
from providers.identity.memory import MemoryAppCheck
from services.accounts.ports import Identity
from services.generations.model_ports import ModelRejected
from world import ORDER, Response, World

ANON = Identity("anon", is_anonymous=True, signed_in_at=NOW)
PEOPLE = {
    "new": Identity("newcomer", email="new@example.com", name="New", signed_in_at=NOW, email_verified=True),
    "anon": ANON,
    "linked": replace(ANON, is_anonymous=False, email="ann@example.com", email_verified=True),
    "session": Identity("alice", signed_in_at=NOW - timedelta(minutes=1)),
    "next-session": Identity("alice", signed_in_at=NOW + timedelta(minutes=2)),
}


@pytest.fixture
def required() -> World:
    world = World(NOW, AUTH_MODE="required")
    known(world, **PEOPLE)
    return world


def me(world: World, token: str, **more: Any) -> Response:
    return world.api("GET", "/v1/me", headers=bearer(token), **more)


def claim(world: World, headers: dict[str, str], token: str = "anon") -> Response:
    return world.api("POST", "/v1/me/claim", headers=headers, json={"anonymous_token": token})


# --- the first call of a user ---


def test_the_first_call_makes_the_account(required: World) -> None:
    response = me(required, "new")
    assert response.status == 200
    assert response.body == {
        "id": "newcomer",
        "name": "New",
        "email": "new@example.com",
        "is_active": True,
        "is_anonymous": False,
        "is_admin": False,
        "current_credits": 10,
        "held_credits": 0,
        "total_images_generated": 0,
        "created_at": "2026-03-04T12:00:00Z",
        "welcome_credits_due": 0,
    }
    assert me(required, "new").body == response.body


def test_an_unverified_account_is_told_which_credits_wait_until_they_come() -> None:
    world = World(NOW, AUTH_MODE="required", WELCOME_CREDITS="7")
    unverified = replace(PEOPLE["new"], email_verified=False)
    known(world, unverified=unverified, verified=PEOPLE["new"], anon=ANON)
    seen = [me(world, token).body for token in ("unverified", "unverified", "verified", "verified", "anon")]
    told = [(body["current_credits"], body["welcome_credits_due"]) for body in seen]
    assert told == [(0, 7), (0, 7), (7, 0), (7, 0), (4, 0)]


def test_who_claims_an_account_before_the_address_is_verified_is_told_what_waits(required: World) -> None:
    known(required, **PEOPLE | {"unverified": replace(PEOPLE["new"], email_verified=False)})
    me(required, "anon")
    claimed = claim(required, bearer("unverified"))
    assert (claimed.status, claimed.body["welcome_credits_due"]) == (200, 10)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/generations", ORDER, 202),
        ("GET", "/v1/balance", None, 200),
        ("GET", "/v1/catalog", None, 200),
        ("POST", "/v1/keys", {"name": "First", "scopes": ["balance:read"]}, 201),
    ],
)
def test_whichever_call_it_is(required: World, method: str, path: str, body: Any, status: int) -> None:
    assert required.api(method, path, headers=bearer("new"), json=body).status == status
    assert [entry.id for entry in required.entries("newcomer")].count("welcome-newcomer") == 1
    required.assert_books_balance()


def test_of_forty_first_calls_at_once_one_makes_the_account() -> None:
    worlds = instances(2)
    known(*worlds, **PEOPLE)
    calls = [lambda each=each: me(each, "new").body["current_credits"] for each in worlds]
    assert at_once(*calls * 20) == [10] * 40
    assert [entry.id for entry in worlds[0].entries("newcomer")] == ["welcome-newcomer"]
    worlds[0].assert_books_balance()


# --- anonymous users, and how they get an account ---


def test_an_anonymous_user_gets_one_generation_that_succeeds(required: World) -> None:
    assert me(required, "anon").body["is_anonymous"] is True
    failing = order(required, bearer("anon")).body["id"]
    refused = order(required, bearer("anon"))
    assert refusal(refused) == (403, "anonymous_allowance_used")
    required.model.script = [ModelRejected("unsafe", "No")]
    required.deliver(failing)
    good = order(required, bearer("anon")).body["id"]
    required.deliver(good)
    refused = order(required, bearer("anon"))
    assert refusal(refused) == (403, "anonymous_allowance_used")
    assert refused.body["charged"] is False
    assert required.api("GET", f"/v1/generations/{good}", headers=bearer("anon")).body["status"] == "completed"
    required.assert_books_balance()


def test_its_own_key_does_not_get_it_more(required: World) -> None:
    made = required.api("POST", "/v1/keys", headers=bearer("anon"), json={"name": "k", "scopes": ["generations:write"]})
    assert made.status == 201
    required.deliver(order(required, bearer("anon")).body["id"])
    assert refusal(order(required, bearer(made.body["key"]))) == (403, "anonymous_allowance_used")


def test_linking_keeps_what_was_made_and_brings_the_welcome_once(required: World) -> None:
    generation_id = order(required, bearer("anon")).body["id"]
    required.deliver(generation_id)
    for _ in range(2):
        linked = me(required, "linked").body
        assert (linked["id"], linked["is_anonymous"], linked["email"]) == ("anon", False, "ann@example.com")
        assert linked["current_credits"] == 4 - 1 + 10
    listed = required.api("GET", "/v1/generations", headers=bearer("linked")).body["data"]
    assert [each["id"] for each in listed] == [generation_id]
    assert order(required, bearer("linked")).status == 202
    required.assert_books_balance()


def test_linking_is_seen_at_once_by_an_instance_that_remembers_the_anonymous_user() -> None:
    here, there = instances(2)
    known(here, there, **PEOPLE)
    there.deliver(order(there, bearer("anon")).body["id"])
    me(here, "linked")
    assert order(there, bearer("linked")).status == 202
    assert there.user("anon").balance.current_credits == 4 - 1 + 10 - 1


# --- the addresses that anonymous accounts come from ---


def anonymous(world: World, count: int, *, forwarded: str | None = None, remote: str = "192.0.2.1") -> list[Response]:
    """Make so many new anonymous users, who come from this address."""
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    taken = len([path for path in world.records() if path.startswith("users/anon-")])
    identities = {
        f"anon-{taken + place}": Identity(f"anon-{taken + place}", is_anonymous=True) for place in range(count)
    }
    known(world, **identities)
    return [
        world.api("GET", "/v1/me", headers=bearer(token) | headers, environ_base={"REMOTE_ADDR": remote})
        for token in identities
    ]


def test_the_fourth_anonymous_account_of_an_address_waits_until_midnight(required: World) -> None:
    required.later(hours=11, minutes=59)
    answers = anonymous(required, 4)
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert answers[3].headers["Retry-After"] == "60"
    assert answers[3].body["code"] == "rate_limited"
    required.later(seconds=60)
    assert anonymous(required, 1)[0].status == 200


@pytest.mark.parametrize("mark", ["1.1.1.1", "203.0.113.9, 10.0.0.1", "", ","])
def test_without_a_proxy_of_ours_what_a_client_says_of_its_address_counts_for_nothing(
    required: World, mark: str
) -> None:
    assert [answer.status for answer in anonymous(required, 3)] == [200] * 3
    assert anonymous(required, 1, forwarded=mark)[0].status == 429
    assert anonymous(required, 1, remote="192.0.2.2")[0].status == 200


@pytest.mark.parametrize("appended", ["192.0.2.1", "192.0.2.1, 10.0.0.1", "192.0.2.1, 10.0.0.2, 10.0.0.1"])
def test_behind_proxies_what_stands_before_their_own_words_counts_for_nothing(appended: str) -> None:
    world = World(NOW, AUTH_MODE="required", TRUSTED_PROXIES="10.0.0.0/24")
    forwarded = [appended, f"1.1.1.1, {appended}", f"1.1.1.2,1.1.1.3, {appended}", f"192.0.2.9, {appended}"]
    answers = [anonymous(world, 1, forwarded=each, remote="10.0.0.9")[0].status for each in forwarded]
    assert answers == [200, 200, 200, 429]
    another = appended.replace("192.0.2.1", "192.0.2.2")
    assert anonymous(world, 1, forwarded=f"192.0.2.1, {another}", remote="10.0.0.9")[0].status == 200


def test_addresses_of_one_network_of_ipv6_are_one_address(required: World) -> None:
    answers = [anonymous(required, 1, remote=f"2001:db8:0:1::{place:x}")[0].status for place in range(1, 5)]
    assert answers == [200, 200, 200, 429]
    assert anonymous(required, 1, remote="2001:db8:0:2::1")[0].status == 200


# --- claiming ---


@pytest.fixture
def guest(required: World) -> tuple[World, list[str]]:
    """Return the ids of three generations, oldest first: Alice's, Anon's, Alice's."""
    ids = [order(required, ALICE).body["id"]]
    required.later(seconds=1)
    ids.append(order(required, bearer("anon")).body["id"])
    required.later(seconds=1)
    ids.append(order(required, ALICE).body["id"])
    return required, ids


def test_who_claims_sees_gets_and_lists_what_was_made_before(guest: tuple[World, list[str]]) -> None:
    world, ids = guest
    assert world.api("GET", f"/v1/generations/{ids[1]}", headers=ALICE).status == 404
    claimed = claim(world, ALICE)
    assert (claimed.status, claimed.body["id"], claimed.body["current_credits"]) == (200, "alice", 98)
    world.deliver(ids[1])
    got = world.api("GET", f"/v1/generations/{ids[1]}", headers=ALICE)
    assert (got.body["status"], len(got.body["outputs"])) == ("completed", 1)
    first = world.api("GET", "/v1/generations", headers=ALICE, query_string={"page_size": 2}).body
    second = world.api(
        "GET",
        "/v1/generations",
        headers=ALICE,
        query_string={"page_size": 2, "page_token": first["next_page_token"]},
    ).body
    assert [[each["id"] for each in page["data"]] for page in (first, second)] == [[ids[2], ids[1]], [ids[0]]]
    assert second["next_page_token"] is None
    by_key = world.api("GET", "/v1/generations", headers=bearer(issue(world).token)).body["data"]
    assert [each["id"] for each in by_key] == ids[::-1]


def test_who_claims_can_cancel_and_the_credits_go_back_to_where_they_came_from(
    guest: tuple[World, list[str]],
) -> None:
    world, ids = guest
    claim(world, ALICE)
    cancelled = world.api("POST", f"/v1/generations/{ids[1]}/cancel", headers=ALICE)
    assert (cancelled.status, cancelled.body["status"]) == (200, "cancelled")
    assert (world.user("alice").balance.current_credits, world.user("anon").balance.current_credits) == (98, 4)
    assert world.user("anon").pace.in_flight == 0
    world.assert_books_balance()


def test_the_second_claimer_is_refused_and_sees_nothing(guest: tuple[World, list[str]]) -> None:
    world, ids = guest
    claim(world, ALICE)
    refused = claim(world, MALLORY)
    assert (refused.status, refused.body["errors"][0]["pointer"]) == (400, "/anonymous_token")
    assert world.api("GET", f"/v1/generations/{ids[1]}", headers=MALLORY).status == 404
    assert world.api("GET", "/v1/generations", headers=MALLORY).body["data"] == []
    assert claim(world, ALICE).status == 200


def test_the_anonymous_token_is_dead_after_the_claim(guest: tuple[World, list[str]]) -> None:
    world, _ = guest
    there = World(world.now, documents=world.documents, AUTH_MODE="required")
    known(there, **PEOPLE)
    me(there, "anon")
    claim(world, ALICE)
    for each in (world, there):
        assert refusal(order(each, bearer("anon"))) == (401, "unauthenticated")
    assert refusal(me(world, "anon")) == (401, "unauthenticated")
    there.later(seconds=10)
    assert refusal(me(there, "anon")) == (401, "unauthenticated")


def test_a_claim_is_for_people(required: World) -> None:
    me(required, "anon")
    refused = claim(required, bearer(issue(required).token))
    assert refusal(refused) == (403, "permission_denied")
    assert required.user("anon").identity.claimed_by is None


# --- signing out ---


def sign_out(world: World, token: str) -> Response:
    return world.api("POST", "/v1/me/sign-out", headers=bearer(token))


def test_signing_out_kills_older_tokens_for_spending_at_once_and_for_reading_soon() -> None:
    here, there = instances(2)
    known(here, there, **PEOPLE)
    for world in (here, there):
        world.later(minutes=1)
        assert me(world, "session").status == 200
    assert sign_out(here, "session").body == {"status": "signed_out"}
    assert refusal(me(here, "session")) == (401, "unauthenticated")
    assert refusal(order(there, bearer("session"))) == (401, "unauthenticated")
    there.later(seconds=10)
    assert refusal(me(there, "session")) == (401, "unauthenticated")
    for world in (here, there):
        assert me(world, "next-session").status == 200
        assert order(world, bearer("next-session")).status == 202


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/keys", {"name": "Mine now", "scopes": ["generations:write"]}),
        ("POST", "/v1/generations", ORDER),
        ("POST", "/v1/me/claim", {"anonymous_token": "anon"}),
        ("POST", "/v1/me/sign-out", None),
    ],
)
def test_who_was_signed_out_changes_nothing_anywhere_from_that_moment_on(method: str, path: str, body: Any) -> None:
    """Above all, the user makes no key, because a key would outlive the sign-out."""
    here, there = instances(2)
    known(here, there, **PEOPLE)
    me(there, "anon")
    assert me(there, "session").status == 200
    sign_out(here, "session")
    before = here.records()
    response = there.api(method, path, headers=bearer("session"), json=body)
    assert refusal(response) == (401, "unauthenticated")
    assert here.records() == before


def test_keys_work_on_after_a_sign_out(required: World) -> None:
    token = issue(required).token
    sign_out(required, "session")
    assert order(required, bearer(token)).status == 202


def test_a_key_signs_nobody_out(required: World) -> None:
    token = issue(required).token
    assert refusal(sign_out(required, token)) == (403, "permission_denied")
    assert required.directory.signed_out == []


def test_a_sign_in_that_firebase_has_revoked_changes_nothing(required: World) -> None:
    required.app.made["tokens"].revoked.add("session")
    assert refusal(order(required, bearer("session"))) == (401, "unauthenticated")
    assert me(required, "session").status == 200


# --- App Check ---


@pytest.fixture
def checked() -> World:
    world = World(NOW, AUTH_MODE="required", APP_CHECK="required")
    world.app.made["app_check"] = MemoryAppCheck(["app"])
    world.add_user("admin", 0)
    return world


APP = {"X-Firebase-AppCheck": "app"}


@pytest.mark.parametrize("app", [{}, {"X-Firebase-AppCheck": "forged"}, {"X-Firebase-AppCheck": ""}])
@pytest.mark.parametrize("who", [ALICE, ADMIN])
def test_where_app_check_is_required_nobody_signs_in_from_elsewhere(
    checked: World, app: dict[str, str], who: dict[str, str]
) -> None:
    before = checked.records()
    for path in ("/v1/me", "/v1/catalog"):
        assert refusal(checked.api("GET", path, headers=who | app)) == (401, "unauthenticated")
    assert refusal(order(checked, who | app)) == (401, "unauthenticated")
    assert checked.records() == before


def test_from_our_app_everything_is_served(checked: World) -> None:
    assert checked.api("GET", "/v1/me", headers=ALICE | APP).status == 200
    assert order(checked, ALICE | APP).status == 202


def test_an_api_key_needs_no_app(checked: World) -> None:
    token = issue(checked).token
    assert checked.api("GET", "/v1/balance", headers=bearer(token)).status == 200
    assert order(checked, {"X-API-Key": token}).status == 202


def test_an_app_alone_is_nobody(checked: World) -> None:
    assert refusal(checked.api("GET", "/v1/me", headers=APP)) == (401, "unauthenticated")


def test_monitors_and_vendors_need_no_app(checked: World) -> None:
    """They have no app."""
    assert checked.api("GET", "/v1/healthz").status == 200
    callback = {"generation_id": "some-id", "provider_job": "job"}
    assert checked.api("POST", "/v1/webhooks/providers", json=callback).status == 202


def test_in_open_mode_a_name_needs_an_app_too() -> None:
    world = World(NOW, APP_CHECK="required")
    world.app.made["app_check"] = MemoryAppCheck(["app"])
    assert refusal(world.api("GET", "/v1/me", "alice")) == (401, "unauthenticated")
    assert world.api("GET", "/v1/me", "alice", headers=APP).status == 200


def test_without_app_check_a_token_of_it_is_not_looked_at(required: World) -> None:
    assert required.api("GET", "/v1/me", headers=ALICE | {"X-Firebase-AppCheck": "forged"}).status == 200
