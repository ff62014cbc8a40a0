import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from controllers.http.wire import Access, Route
from domain.accounts import keys
from domain.accounts.keys import ADMIN_SCOPES, TOKEN, Budget, Scope
from people import (
    ADMIN,
    ALICE,
    MALLORY,
    NOW,
    at_once,
    bearer,
    instances,
    issue,
    make_admin,
    order,
    refusal,
)
from services.generations.model_ports import ModelRejected
from world import Response, World

HOUR = timedelta(hours=1)
WANTED = {"name": "Batch", "scopes": ["generations:write", "balance:read"]}


@pytest.fixture
def required() -> World:
    return World(NOW, AUTH_MODE="required")


@pytest.fixture
def two() -> list[World]:
    return instances(2)


def create(world: World, headers: dict[str, str] = ALICE, **changes: Any) -> Response:
    return world.api("POST", "/v1/keys", headers=headers, json={**WANTED, **changes})


def rotate(world: World, key_id: str, **body: Any) -> Response:
    return world.api("POST", f"/v1/keys/{key_id}/rotate", headers=ALICE, json=body)


# --- what a key looks like ---


def test_a_new_key_is_shown_whole_and_once(required: World) -> None:
    created = create(required, budget={"per_day": 5}, expires_at="2026-04-01T00:00:00Z")
    assert created.status == 201
    token = created.body.pop("key")
    assert TOKEN.fullmatch(token)
    key_id = created.body["id"]
    assert token.startswith(f"dk_{key_id}_")
    assert created.headers["Location"] == f"/v1/keys/{key_id}"
    assert created.body == {
        "id": key_id,
        "name": "Batch",
        "scopes": ["balance:read", "generations:write"],
        "is_active": True,
        "created_at": "2026-03-04T12:00:00Z",
        "expires_at": "2026-04-01T00:00:00Z",
        "revoked_at": None,
        "rotated_at": None,
        "previous_secret_until": None,
        "last_used_at": None,
        "budget": {"per_day": 5, "per_month": None},
        "spent": {"today": 0, "today_remaining": 5, "this_month": 0, "this_month_remaining": None},
        "in_flight": 0,
        "made_by": None,
        "external_prefix": None,
    }
    assert required.api("GET", f"/v1/keys/{key_id}", headers=ALICE).body == created.body
    assert required.api("GET", "/v1/keys", headers=ALICE).body == {"data": [created.body]}


def test_what_it_has_spent_and_when_it_was_used_is_shown(required: World) -> None:
    created = create(required, budget={"per_day": 5, "per_month": 7}).body
    required.later(hours=1)
    order(required, bearer(created["key"]), size="1024x1024")
    shown = required.api("GET", f"/v1/keys/{created['id']}", headers=ALICE).body
    assert shown["spent"] == {"today": 3, "today_remaining": 2, "this_month": 3, "this_month_remaining": 4}
    assert (shown["in_flight"], shown["last_used_at"]) == (1, "2026-03-04T13:00:00Z")
    required.later(days=1)
    spent = required.api("GET", f"/v1/keys/{created['id']}", headers=ALICE).body["spent"]
    assert spent == {"today": 0, "today_remaining": 5, "this_month": 3, "this_month_remaining": 4}


def test_neither_secret_nor_digest_is_shown_or_stands_where_its_owner_can_read(required: World) -> None:
    token = create(required).body["key"]
    key_id = token.split("_")[1]
    secret = token.split("_")[2]
    newer = rotate(required, key_id, overlap_seconds=60).body["key"].split("_")[2]
    digests = required.records()[f"api_keys/{key_id}"].fields["digests"].values()
    assert len(digests) == 2
    shown = [
        required.api("GET", "/v1/keys", headers=ALICE).body,
        required.api("GET", f"/v1/keys/{key_id}", headers=ALICE).body,
        required.api("PATCH", f"/v1/keys/{key_id}", headers=ALICE, json={"name": "Night"}).body,
        required.api("DELETE", f"/v1/keys/{key_id}", headers=ALICE).body,
        required.api("GET", "/v1/me", headers=ALICE).body,
        required.records()["users/alice"].fields,
    ]
    for each in shown:
        text = json.dumps(dict(each), default=str)
        assert not [hidden for hidden in (secret, newer, *digests) if hidden in text]
        assert not any(word in text for word in ("digest", "pepper"))


def test_the_log_tells_no_secret(required: World) -> None:
    from world import captured_log

    with captured_log() as log:
        token = create(required).body["key"]
        order(required, bearer(token))
        required.api("GET", "/v1/balance", headers={"X-API-Key": token})
        required.api("GET", "/v1/balance", headers=bearer(token[:-1] + "_"))
    assert "key_created" in log.getvalue()
    assert token[17:] not in log.getvalue()


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": " "}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["generations:delete"]}, "/scopes/0"),
        ({"budget": {"per_day": -1}}, "/budget/per_day"),
        ({"budget": {"per_day": "1"}}, "/budget/per_day"),
        ({"budget": {"per_year": 1}}, "/budget/per_year"),
        ({"expires_at": "2026-03-04T12:00:00Z"}, "/expires_at"),
        ({"expires_at": "2026-04-01T00:00:00"}, "/expires_at"),
        ({"key": "dk_mine"}, "/key"),
        ({"user_id": "mallory"}, "/user_id"),
    ],
)
def test_a_bad_order_is_refused_by_name(required: World, changes: dict[str, Any], pointer: str) -> None:
    response = create(required, **changes)
    assert response.status == 400
    assert [fault["pointer"] for fault in response.body["errors"]] == [pointer]
    assert not required.user("alice").identity.keys


def test_the_twenty_first_active_key_is_refused(required: World) -> None:
    assert [create(required).status for _ in range(21)] == [201] * 20 + [409]
    assert refusal(create(required)) == (409, "too_many_keys")


# --- using it ---


def test_a_key_is_taken_in_either_header(required: World) -> None:
    token = create(required).body["key"]
    for headers in (bearer(token), {"X-API-Key": token}, {"Authorization": f"bearer {token}"}):
        assert required.api("GET", "/v1/balance", headers=headers).body["current_credits"] == 100


def test_two_credentials_at_once_are_refused(required: World) -> None:
    token = create(required).body["key"]
    for given in (ALICE, bearer(token), {"Authorization": ""}):
        response = required.api("GET", "/v1/balance", headers={**given, "X-API-Key": token})
        assert refusal(response) == (401, "unauthenticated")


@pytest.mark.parametrize("path", ["/v1/balance", "/v1/catalog", "/v1/healthz"])
def test_what_is_no_good_key_is_refused_everywhere_and_in_the_same_words(required: World, path: str) -> None:
    token = create(required).body["key"]
    wrong = [
        token[:-1],
        f"{token}x",
        keys.token(token.split("_")[1], keys.new_secret()),
        keys.token(keys.new_id(), keys.new_secret()),
        "dk_",
        "dk_../../users_x",
    ]
    responses = [required.api("GET", path, headers=bearer(each)) for each in wrong]
    responses += [required.api("GET", path, headers={"X-API-Key": each}) for each in (*wrong, "", "alice-token")]
    assert {refusal(each) for each in responses} == {(401, "unauthenticated")}
    assert {each.body["detail"] for each in responses} == {"The API key is not valid."}
    assert {each.headers["WWW-Authenticate"] for each in responses} == {"Bearer"}
    assert required.api("GET", path, headers=bearer(token)).status == 200


@pytest.mark.parametrize("mode", ["required", "open"])
@pytest.mark.parametrize("path", ["/v1/catalog", "/v1/healthz", "/v1/readyz"])
def test_a_key_that_is_worth_nothing_any_more_is_refused_on_public_routes_too(mode: str, path: str) -> None:
    world = World(NOW, AUTH_MODE=mode)
    issued = issue(world)
    assert world.api("GET", path, headers=bearer(issued.token)).status == 200
    world.app.keys.revoke("alice", issued.key.id)
    assert refusal(world.api("GET", path, headers=bearer(issued.token))) == (401, "unauthenticated")
    assert refusal(world.api("GET", path, headers=bearer("forged"))) == (401, "unauthenticated")


def test_an_expired_key_is_refused_for_reading_and_for_spending(required: World) -> None:
    token = create(required, expires_at="2026-03-04T13:00:00Z").body["key"]
    assert order(required, bearer(token)).status == 202
    required.later(hours=1)
    assert refusal(order(required, bearer(token))) == (401, "unauthenticated")
    assert refusal(required.api("GET", "/v1/balance", headers=bearer(token))) == (401, "unauthenticated")
    assert required.user("alice").pace.in_flight == 1


def test_a_budget_that_is_spent_is_402_with_both_numbers_and_nothing_is_charged(required: World) -> None:
    token = create(required, budget={"per_day": 4}).body["key"]
    assert order(required, bearer(token), size="1024x1024").status == 202
    refused = order(required, bearer(token), size="1024x1024")
    assert refusal(refused) == (402, "key_budget_exceeded")
    assert (refused.body["required"], refused.body["available"], refused.body["charged"]) == (3, 1, False)
    assert required.user("alice").balance.current_credits == 97
    assert order(required, bearer(token)).status == 202


def test_of_forty_requests_at_once_through_two_instances_ten_are_accepted(two: list[World]) -> None:
    issued = issue(two[0], budget=Budget(per_day=10))
    calls = [lambda each=each: order(each, bearer(issued.token)).status for each in two]
    assert sorted(at_once(*calls * 20)) == [202] * 10 + [402] * 30
    two[0].assert_books_balance()


# --- revocation and rotation, seen from another instance ---


def used(world: World, token: str) -> list[int]:
    """Return the answers to two reads and to an order."""
    looks = [world.api("GET", path, headers=bearer(token)).status for path in ("/v1/balance", "/v1/generations")]
    return [*looks, order(world, bearer(token)).status]


def test_a_revocation_is_seen_by_every_instance_at_once(two: list[World]) -> None:
    here, there = two
    for first, second in ((here, there), (there, here)):
        issued = issue(first)
        assert used(second, issued.token) == [200, 200, 202]
        assert first.api("DELETE", f"/v1/keys/{issued.key.id}", headers=ALICE).body["is_active"] is False
        assert used(second, issued.token) == [401, 401, 401]
        assert used(first, issued.token) == [401, 401, 401]


@pytest.mark.parametrize("overlap_seconds", [0, 3600])
def test_a_rotation_is_seen_by_every_instance_at_once(two: list[World], overlap_seconds: int) -> None:
    here, there = two
    issued = issue(here)
    good, bad = [200, 200, 202], [401, 401, 401]
    assert used(there, issued.token) == good
    rotated = rotate(here, issued.key.id, overlap_seconds=overlap_seconds)
    assert rotated.status == 200
    assert rotated.body["previous_secret_until"] == ("2026-03-04T13:00:00Z" if overlap_seconds else None)
    for world in (there, here):
        assert used(world, issued.token) == (good if overlap_seconds else bad)
        assert used(world, rotated.body["key"]) == good
        world.later(hours=1)
        assert used(world, issued.token) == bad
        assert used(world, rotated.body["key"]) == good


@pytest.mark.parametrize("overlap", [-1, 7 * 24 * 3600 + 1, "60", 1.5])
def test_an_overlap_has_its_bounds(required: World, overlap: Any) -> None:
    key_id = create(required).body["id"]
    assert rotate(required, key_id, overlap_seconds=overlap).status == 400
    assert required.user("alice").identity.keys[key_id].serial == 1


def test_a_repeat_with_a_revoked_key_learns_nothing(two: list[World]) -> None:
    here, there = two
    issued = issue(here)
    headers = bearer(issued.token) | {"Idempotency-Key": "once"}
    first = order(here, headers)
    assert order(there, headers).body["id"] == first.body["id"]
    here.app.keys.revoke("alice", issued.key.id)
    for world in two:
        again = order(world, headers)
        assert refusal(again) == (401, "unauthenticated")
        assert first.body["id"] not in json.dumps(again.body)
    assert order(there, {**ALICE, "Idempotency-Key": "once"}).body["id"] == first.body["id"]


# --- scopes ---


def private_routes() -> list[Route]:
    return [route for route in World(NOW).app.api.routes.values() if not route.is_public]


def asked(world: World, route: Route, scopes: set[Scope]) -> Response:
    """Ask with a key of an admin's that has these scopes. A route about keys is asked for one of the key's users."""
    headers = bearer(issue(world, is_admin=True, scopes=frozenset(scopes)).token)
    if route.scope in (Scope.KEYS_READ, Scope.KEYS_WRITE):
        headers["X-External-User-Id"] = "shop-7"
    path = route.path.replace("{id}", "some-id")
    return world.api(route.method, path, headers=headers, json={} if route.method != "GET" else None)


@pytest.fixture
def operated() -> World:
    """Alice is an admin, so that her keys may have any scope."""
    world = World(NOW, AUTH_MODE="required")
    make_admin(world, "alice")
    return world


@pytest.mark.parametrize("route", private_routes(), ids=lambda route: route.name)
def test_a_key_needs_the_scope_of_a_route_and_nothing_else(operated: World, route: Route) -> None:
    acting = {Scope.USERS_ACT} if route.scope in (Scope.KEYS_READ, Scope.KEYS_WRITE) else set()
    others = set(Scope) - {route.scope}
    refused = asked(operated, route, others)
    assert refusal(refused) == (403, "permission_denied")
    if route.scope is None:
        assert refusal(asked(operated, route, set(Scope))) == (403, "permission_denied")
    else:
        served = asked(operated, route, {route.scope, *acting})
        assert served.status not in (401, 403), served.body


def test_there_are_routes_of_each_kind() -> None:
    routes = private_routes()
    assert {route.scope for route in routes} >= {*Scope} - {Scope.USERS_ACT, Scope.ADMIN_READ, Scope.ADMIN_WRITE}
    assert [route.name for route in routes if route.scope is None]
    assert all(route.scope in (Scope.ADMIN_READ, Scope.ADMIN_WRITE) for route in routes if route.access is Access.ADMIN)


@pytest.mark.parametrize("route", private_routes(), ids=lambda route: route.name)
def test_what_only_admins_give_is_lost_with_the_role(operated: World, route: Route) -> None:
    if route.scope not in ADMIN_SCOPES:
        return
    tokens = [issue(operated, is_admin=True, scopes=frozenset(Scope)).token]
    make_admin(operated, "alice", is_admin=False)
    path = route.path.replace("{id}", "some-id")
    for headers in (bearer(tokens[0]), bearer(tokens[0]) | {"X-External-User-Id": "shop-7"}):
        response = operated.api(route.method, path, headers=headers, json={} if route.method != "GET" else None)
        assert refusal(response) == (403, "permission_denied")


def test_a_key_does_not_look_after_its_owner_s_keys(operated: World) -> None:
    issued = issue(operated, is_admin=True, scopes=frozenset(Scope))
    calls: list[tuple[str, str, Any]] = [
        ("GET", "/v1/keys", None),
        ("POST", "/v1/keys", WANTED),
        ("GET", f"/v1/keys/{issued.key.id}", None),
        ("PATCH", f"/v1/keys/{issued.key.id}", {"name": "Mine"}),
        ("POST", f"/v1/keys/{issued.key.id}/rotate", {}),
        ("DELETE", f"/v1/keys/{issued.key.id}", None),
    ]
    for method, path, body in calls:
        response = operated.api(method, path, headers=bearer(issued.token), json=body)
        assert refusal(response) == (403, "permission_denied")
        assert "sign in" in response.body["detail"]
    assert operated.user("alice").identity.keys == {issued.key.id: issued.key}


@pytest.mark.parametrize("scope", sorted(ADMIN_SCOPES))
def test_only_an_admin_gives_what_only_admins_give(required: World, scope: str) -> None:
    refused = create(required, scopes=["balance:read", scope])
    assert refusal(refused) == (403, "permission_denied")
    assert scope in refused.body["detail"]
    assert not required.user("alice").identity.keys
    assert create(required, ADMIN, scopes=["balance:read", scope]).status == 201


def test_a_stranger_s_key_is_answered_like_one_that_is_missing(required: World) -> None:
    key_id = create(required).body["id"]
    missing = keys.new_id()
    for method, suffix, body in (
        ("GET", "", None),
        ("PATCH", "", {"name": "x"}),
        ("POST", "/rotate", {}),
        ("DELETE", "", None),
    ):
        strange = required.api(method, f"/v1/keys/{key_id}{suffix}", headers=MALLORY, json=body)
        absent = required.api(method, f"/v1/keys/{missing}{suffix}", headers=MALLORY, json=body)
        assert refusal(strange) == refusal(absent) == (404, "key_not_found")
        assert strange.body["detail"].replace(key_id, missing) == absent.body["detail"]


# --- a service key ---


@pytest.fixture
def service(operated: World) -> dict[str, str]:
    """Return the headers of a service key that acts for shop-7."""
    token = issue(operated, is_admin=True, scopes=frozenset(Scope)).token
    return bearer(token) | {"X-External-User-Id": "shop-7"}


def test_a_service_key_makes_its_user_and_spends_what_that_has(operated: World, service: dict[str, str]) -> None:
    assert operated.api("GET", "/v1/me", headers=service).body["id"] == "ext-shop-7"
    assert refusal(order(operated, service)) == (402, "insufficient_credits")
    before = operated.user("alice").balance.current_credits
    top_up(operated, "ext-shop-7", 5)
    created = order(operated, service)
    assert created.status == 202
    assert operated.api("GET", f"/v1/generations/{created.body['id']}", headers=service).status == 200
    assert [each["id"] for each in operated.api("GET", "/v1/generations", headers=service).body["data"]] == [
        created.body["id"]
    ]
    assert (operated.user("ext-shop-7").balance.current_credits, operated.user("alice").balance.current_credits) == (
        4,
        before,
    )
    assert operated.api("GET", "/v1/generations", headers=ALICE).body["data"] == []
    operated.assert_books_balance()


def top_up(world: World, user_id: str, credits_: int) -> None:
    from domain.credits.ledger import EntryType

    world.app.ledger.add(user_id, EntryType.TOP_UP, credits_, source="shop", external_id="1", description="Top-up")


def test_a_service_key_gives_its_user_a_key_without_more_than_it_has(operated: World, service: dict[str, str]) -> None:
    made = operated.api("POST", "/v1/keys", headers=service, json=WANTED)
    assert made.status == 201
    assert operated.api("GET", "/v1/me", headers=bearer(made.body["key"])).body["id"] == "ext-shop-7"
    assert [each["id"] for each in operated.api("GET", "/v1/keys", headers=service).body["data"]] == [made.body["id"]]
    for scope in ADMIN_SCOPES:
        refused = operated.api("POST", "/v1/keys", headers=service, json={**WANTED, "scopes": [scope.value]})
        assert refusal(refused) == (403, "permission_denied")
    some = bearer(issue(operated, is_admin=True, scopes=frozenset({Scope.USERS_ACT, Scope.KEYS_WRITE})).token)
    more = operated.api("POST", "/v1/keys", headers=some | {"X-External-User-Id": "shop-7"}, json=WANTED)
    assert refusal(more) == (403, "permission_denied")


@pytest.mark.parametrize("headers", [{}, ALICE, ADMIN])
def test_only_a_service_key_acts_for_others(operated: World, headers: dict[str, str]) -> None:
    response = operated.api("GET", "/v1/me", headers={**headers, "X-External-User-Id": "shop-7"})
    assert refusal(response) == (401, "unauthenticated")
    assert "users/ext-shop-7" not in operated.records()


@pytest.mark.parametrize("external_id", ["", "a/b", "..", "x" * 101, "a\x7f"])
def test_an_external_id_must_be_usable_as_an_id(operated: World, service: dict[str, str], external_id: str) -> None:
    response = operated.api("GET", "/v1/me", headers={**service, "X-External-User-Id": external_id})
    assert response.status == 400
    assert response.body["errors"][0]["pointer"] == "X-External-User-Id"


def test_a_service_key_without_a_name_is_its_owner_s(operated: World, service: dict[str, str]) -> None:
    del service["X-External-User-Id"]
    assert operated.api("GET", "/v1/me", headers=service).body["id"] == "alice"


# --- in flight ---


def in_flight(world: World, key_id: str) -> tuple[int, int]:
    user = world.user("alice")
    return user.pace.in_flight, user.identity.keys[key_id].in_flight


@pytest.mark.parametrize("end", ["completed", "failed", "cancelled", "swept"])
@pytest.mark.parametrize("limit", ["IN_FLIGHT_MAX", "KEY_IN_FLIGHT_MAX"])
def test_what_has_ended_makes_room_however_it_ended(limit: str, end: str) -> None:
    world = World(NOW, AUTH_MODE="required", **{limit: "2"})
    issued = issue(world)
    first, _ = (order(world, bearer(issued.token)).body["id"] for _ in range(2))
    crowded = order(world, bearer(issued.token))
    assert refusal(crowded) == (429, "rate_limited")
    assert int(crowded.headers["Retry-After"]) >= 1
    assert in_flight(world, issued.key.id) == (2, 2)
    ENDS[end](world, first)
    assert world.generation(first).is_final
    assert in_flight(world, issued.key.id) == (1, 1)
    assert order(world, bearer(issued.token)).status == 202
    assert refusal(order(world, bearer(issued.token))) == (429, "rate_limited")
    world.assert_books_balance()


def fail(world: World, generation_id: str) -> None:
    world.model.script = [ModelRejected("unsafe", "No")]
    world.deliver(generation_id)


def cancel(world: World, generation_id: str) -> None:
    world.api("POST", f"/v1/generations/{generation_id}/cancel", headers=ALICE)


def sweep(world: World, generation_id: str) -> None:
    """Let the sweeper give this generation up, because it is so old. The other one is young."""
    world.overwrite(f"generation_requests/{generation_id}", created_at=NOW - timedelta(days=2), due_at=NOW)
    world.app.sweeper.sweep()


ENDS: dict[str, Callable[[World, str], object]] = {
    "completed": World.deliver,
    "failed": fail,
    "cancelled": cancel,
    "swept": sweep,
}


def test_a_key_s_cap_does_not_stop_its_owner() -> None:
    world = World(NOW, AUTH_MODE="required", KEY_IN_FLIGHT_MAX="1")
    issued = issue(world)
    assert [order(world, bearer(issued.token)).status for _ in range(2)] == [202, 429]
    assert order(world, bearer(issue(world).token)).status == 202
    assert order(world, ALICE).status == 202


def test_of_forty_requests_at_once_no_more_are_in_flight_than_may_be() -> None:
    worlds = instances(2, KEY_IN_FLIGHT_MAX="7")
    issued = issue(worlds[0])
    calls = [lambda each=each: order(each, bearer(issued.token)).status for each in worlds]
    assert sorted(at_once(*calls * 20)) == [202] * 7 + [429] * 33
    assert in_flight(worlds[0], issued.key.id) == (7, 7)


def test_creations_have_a_rate_for_each_key_and_for_each_user() -> None:
    world = World(
        NOW,
        AUTH_MODE="required",
        CREATIONS_PER_MINUTE="60",
        CREATIONS_BURST="3",
        KEY_CREATIONS_PER_MINUTE="30",
        KEY_CREATIONS_BURST="2",
    )
    token = issue(world).token
    assert [order(world, bearer(token)).status for _ in range(3)] == [202, 202, 429]
    assert order(world, bearer(token)).headers["Retry-After"] == "2"
    assert [order(world, ALICE).status for _ in range(2)] == [202, 429]
    assert order(world, ALICE).headers["Retry-After"] == "1"
    world.later(seconds=2)
    assert [order(world, bearer(token)).status for _ in range(2)] == [202, 429]
    assert [order(world, ALICE).status for _ in range(2)] == [202, 429]


@pytest.mark.parametrize("external_id", ["ext-Müller", "ext 7", "a/b", "\x7f", "日本", "__x__", "e\u0301"])
def test_an_external_id_is_visible_ascii_at_both_doors(
    operated: World, service: dict[str, str], external_id: str
) -> None:
    """A header has no encoding of its own, so these would be two users."""
    header = {"X-External-User-Id": external_id.encode().decode("latin-1")}
    by_header = operated.api("GET", "/v1/me", headers={**service, **header})
    by_body = operated.api("POST", "/v1/admin/users", headers=ADMIN, json={"external_user_id": external_id})
    assert (by_header.status, by_header.body["errors"][0]["pointer"]) == (400, "X-External-User-Id")
    assert (by_body.status, by_body.body["errors"][0]["pointer"]) == (400, "/external_user_id")
    assert not [path for path in operated.records() if path.startswith("users/ext-")]


def test_what_a_body_names_is_what_a_header_finds(operated: World, service: dict[str, str]) -> None:
    external_id = "".join(map(chr, range(0x21, 0x7F))).replace("/", "")
    named = operated.api("POST", "/v1/admin/users", headers=ADMIN, json={"external_user_id": external_id})
    seen = operated.api("GET", "/v1/me", headers={**service, "X-External-User-Id": external_id})
    assert (named.status, seen.status) == (201, 200)
    assert seen.body["id"] == named.body["id"]
