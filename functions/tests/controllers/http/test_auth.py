from datetime import UTC, datetime
from typing import Any

import pytest

from controllers.http.auth import document_id
from controllers.http.wire import Access
from core.errors import InvalidRequest, Unauthenticated, Unavailable
from domain.credits.ledger import EntryType
from providers.identity.memory import MemoryTokens
from services.accounts.ports import Identity
from world import ORDER, TOKENS, World

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ALICE = {"Authorization": "Bearer alice-token"}
MALLORY = {"Authorization": "Bearer mallory-token"}
ADMIN = {"Authorization": "Bearer admin-token"}

PRIVATE = {
    (route.method, route.path.replace("{id}", "some-id")): route
    for route in World(NOW).app.api.routes.values()
    if not route.is_public
}


@pytest.fixture
def required() -> World:
    """Every caller must sign in. All of them have called before."""
    world = World(NOW, AUTH_MODE="required")
    world.add_user("admin", 0)
    return world


def test_there_are_private_routes_to_test() -> None:
    assert ("POST", "/v1/generations") in PRIVATE


# --- required mode ---


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_without_a_token_nothing_is_served_or_written(required: World, method: str, path: str) -> None:
    before = required.records()
    response = required.api(method, path, json=ORDER if method == "POST" else None)
    assert (response.status, response.body["code"]) == (401, "unauthenticated")
    assert required.records() == before


@pytest.mark.parametrize("mode", ["required", "open"])
@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_a_forged_token_is_refused_in_either_mode(mode: str, method: str, path: str) -> None:
    world = World(NOW, AUTH_MODE=mode)
    before = world.records()
    user_id = "alice" if mode == "open" else None
    response = world.api(
        method, path, user_id, json=ORDER if method == "POST" else None, headers={"Authorization": "Bearer forged"}
    )
    assert (response.status, response.body["code"]) == (401, "unauthenticated")
    assert world.records() == before


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic YWxpY2U6eA==",
        "alice-token",
        "Bearer\talice-token",
        "Token alice-token",
        "Bearer \xff",
    ],
)
def test_a_malformed_credential_is_refused_and_not_taken_for_none(world: World, header: str) -> None:
    response = world.api("GET", "/v1/me", "alice", headers={"Authorization": header})
    assert (response.status, response.body["code"]) == (401, "unauthenticated")


def test_the_scheme_is_read_in_any_case(required: World) -> None:
    assert required.api("GET", "/v1/me", headers={"Authorization": "bearer alice-token"}).status == 200


def test_the_token_decides_who_one_is(required: World) -> None:
    assert required.api("GET", "/v1/me", headers=ALICE).body["id"] == "alice"
    created = required.api("POST", "/v1/generations", headers=ALICE, json=ORDER)
    assert created.status == 202
    assert required.user("alice").balance.current_credits == 99


@pytest.mark.parametrize(("method", "path"), PRIVATE)
@pytest.mark.parametrize("headers", [ALICE, ADMIN])
def test_naming_a_user_is_refused(required: World, method: str, path: str, headers: dict[str, str]) -> None:
    before = required.records()
    response = required.api(method, path, "mallory", json=ORDER if method == "POST" else None, headers=headers)
    if headers is ALICE and PRIVATE[method, path].access is Access.ADMIN:
        assert (response.status, response.body["code"]) == (403, "permission_denied")
    else:
        assert response.status == 400
        assert "userId" in [fault["pointer"] for fault in response.body["errors"]]
    assert required.records() == before


def test_a_body_cannot_name_a_user_either(required: World) -> None:
    response = required.api("POST", "/v1/generations", headers=MALLORY, json={**ORDER, "userId": "alice"})
    assert response.status == 400
    assert required.user("alice").balance.current_credits == 100


def test_everybody_sees_their_own_only(required: World) -> None:
    generation_id = required.api("POST", "/v1/generations", headers=ALICE, json=ORDER).body["id"]
    assert required.api("GET", "/v1/generations", headers=MALLORY).body["data"] == []
    assert required.api("GET", "/v1/ledger", headers=MALLORY).body["data"][0]["id"] == "test-start"
    assert required.api("GET", f"/v1/generations/{generation_id}", headers=ALICE).status == 200


def test_a_strangers_generation_is_answered_like_one_that_is_missing(required: World) -> None:
    generation_id = required.api("POST", "/v1/generations", headers=ALICE, json=ORDER).body["id"]
    strange = required.api("GET", f"/v1/generations/{generation_id}", headers=MALLORY)
    missing = required.api("GET", "/v1/generations/missing", headers=MALLORY)
    assert strange.status == missing.status == 404
    assert {**strange.body, "request_id": "", "detail": strange.body["detail"].replace(generation_id, "missing")} == {
        **missing.body,
        "request_id": "",
    }
    assert set(strange.headers) == set(missing.headers)


def test_a_user_of_firebase_is_in_the_books_from_the_first_call_on_with_a_welcome() -> None:
    world = World(NOW, AUTH_MODE="required", WELCOME_CREDITS="7")
    world.app.made["tokens"] = MemoryTokens({"dora-token": Identity("dora", email_verified=True)})
    for _ in range(2):
        response = world.api("GET", "/v1/me", headers={"Authorization": "Bearer dora-token"})
        assert (response.status, response.body["id"], response.body["current_credits"]) == (200, "dora", 7)
    (entry,) = world.entries("dora")
    assert (entry.type, entry.credits) == (EntryType.GRANT, 7)
    world.assert_books_balance()


@pytest.mark.parametrize("path", ["/v1/catalog", "/v1/healthz", "/v1/readyz"])
def test_what_is_public_needs_no_token(required: World, path: str) -> None:
    assert required.api("GET", path).status == 200


def test_where_the_keys_cannot_be_had_the_answer_is_to_try_again() -> None:
    class Silent:
        def verify(self, token: str, *, check_revoked: bool = False) -> Identity:
            raise Unavailable("The keys to check tokens with cannot be had at the moment.")

    world = World(NOW, AUTH_MODE="required")
    world.app.made["tokens"] = Silent()
    response = world.api("GET", "/v1/me", headers=ALICE)
    assert (response.status, response.body["retryable"]) == (503, True)


# --- the function URLs in required mode ---


def named(user_id: str) -> dict[str, Any]:
    return {"query_string": {"userId": user_id}}


@pytest.mark.parametrize("function", ["get_user_credits", "validate_user"])
def test_function_urls_serve_the_token_s_user_and_nobody_else(required: World, function: str) -> None:
    assert required.call(function, "GET", **named("alice")).status == 401
    assert required.call(function, "GET", **named("alice"), headers={"Authorization": "Bearer forged"}).status == 401
    assert required.call(function, "GET", **named("alice"), headers=ALICE).status == 200
    assert required.call(function, "GET", headers=ALICE).status == 200
    strange = required.call(function, "GET", **named("alice"), headers=MALLORY)
    missing = required.call(function, "GET", **named("nobody"), headers=MALLORY)
    assert strange.status == missing.status == 404
    assert str(strange.body).replace("alice", "nobody") == str(missing.body)
    assert required.call(function, "GET", **named("alice"), headers=ADMIN).status == 200


def test_credits_of_another_user_cannot_be_spent(required: World) -> None:
    body = {**ORDER, "userId": "alice"}
    before = required.records()
    assert required.call("create_generation_request", json=body).status == 401
    assert required.call("create_generation_request", json=body, headers=MALLORY).status == 404
    assert required.records() == before
    assert required.call("create_generation_request", json=body, headers=ALICE).status == 202
    assert required.call("create_generation_request", json=ORDER, headers=ALICE).status == 202
    assert required.user("alice").balance.current_credits == 98


def test_the_status_of_anothers_generation_is_not_to_be_had(required: World) -> None:
    created = required.call("create_generation_request", json=ORDER, headers=ALICE)
    query = {"query_string": {"generationRequestId": created.body["generationRequestId"]}}
    assert required.call("get_generation_status", "GET", **query).status == 401
    assert required.call("get_generation_status", "GET", **query, headers=MALLORY).status == 404
    assert required.call("get_generation_status", "GET", **query, headers=ALICE).status == 200
    assert required.call("get_generation_status", "GET", **query, headers=ADMIN).status == 200


def test_the_weekly_report_is_for_admins(required: World) -> None:
    before = required.records()
    assert required.call("schedule_weekly_report").status == 401
    refused = required.call("schedule_weekly_report", headers=ALICE)
    assert (refused.status, refused.body["error_type"]) == (403, "permission_denied")
    assert required.records() == before
    assert required.call("schedule_weekly_report", headers=ADMIN).status == 200


def test_seeding_is_refused_when_deployed() -> None:
    world = World(NOW, FUNCTIONS_EMULATOR="false", AUTH_MODE="required")
    world.add_user("admin", 0)
    before = world.records()
    for headers in ({}, ALICE, ADMIN):
        response = world.call("seed_database", headers=headers)
        assert (response.status, response.body["error_type"]) == (403, "emulator_only")
    assert world.records() == before


# --- open mode ---


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_in_open_mode_a_user_has_to_be_named(world: World, method: str, path: str) -> None:
    response = world.api(method, path, json=ORDER if method == "POST" else None)
    assert response.status == 400
    assert response.body["errors"] == [{"pointer": "userId", "detail": "required while AUTH_MODE=open", "allowed": []}]


def test_in_open_mode_one_is_whoever_one_names(world: World) -> None:
    assert world.api("GET", "/v1/me", "mallory").body["id"] == "mallory"


def test_in_open_mode_a_credential_still_counts(world: World) -> None:
    assert world.api("GET", "/v1/me", headers=ALICE).body["id"] == "alice"
    assert world.api("GET", "/v1/me", "alice", headers=ALICE).body["id"] == "alice"
    assert world.api("GET", "/v1/me", "alice", headers=MALLORY).status == 404
    world.add_user("admin", 0, is_admin=True)
    assert world.api("GET", "/v1/me", "alice", headers=ADMIN).body["id"] == "alice"


@pytest.mark.parametrize("user_id", ["", ".", "..", "a/b", "__x__", "x" * 129, "a\0b", "a\nb"])
def test_a_user_id_that_names_no_document_is_refused(world: World, user_id: str) -> None:
    response = world.api("GET", "/v1/me", user_id)
    assert response.status == 400
    assert response.body["errors"][0]["pointer"] == "userId"
    assert response.body["errors"][0]["allowed"]


def test_in_open_mode_anybody_may_ask_for_a_report_but_not_with_a_users_token(world: World) -> None:
    assert world.call("schedule_weekly_report").status == 200
    assert world.call("schedule_weekly_report", headers=ALICE).status == 403
    assert world.call("schedule_weekly_report", headers={"Authorization": "Bearer forged"}).status == 401


def test_in_open_mode_a_token_narrows_what_a_status_shows(world: World) -> None:
    query = {"query_string": {"generationRequestId": world.create()}}
    assert world.call("get_generation_status", "GET", **query).status == 200
    assert world.call("get_generation_status", "GET", **query, headers=MALLORY).status == 404
    assert world.call("get_generation_status", "GET", **query, headers={"Authorization": "Bearer x"}).status == 401


# --- the parts ---


@pytest.mark.parametrize("value", ["a", "x" * 128, "üñí", "a b", "_x_", "a.b", "auth0|123", "🐙"])
def test_ids_of_every_usable_kind_are_usable(value: str) -> None:
    assert document_id("id", value) == value


@pytest.mark.parametrize("value", ["", "x" * 129, "/", "a/b", ".", "..", "__x__", "____", "\0", "\ud800", "\x7f"])
def test_ids_that_a_database_refuses_are_refused_here(value: str) -> None:
    with pytest.raises(InvalidRequest):
        document_id("id", value)


def test_an_identity_that_cannot_be_a_document_is_refused() -> None:
    world = World(NOW, AUTH_MODE="required")

    class Odd:
        def verify(self, token: str, *, check_revoked: bool = False) -> Identity:
            return Identity("alice/transactions/test-start")

    world.app.made["tokens"] = Odd()
    before = world.records()
    assert world.api("GET", "/v1/me", headers=ALICE).status == 400
    assert world.records() == before


def test_the_twins_tokens_refuse_what_they_do_not_know() -> None:
    from providers.identity.memory import MemoryTokens

    with pytest.raises(Unauthenticated):
        MemoryTokens(TOKENS).verify("forged")
