"""Each text and number has one meaning, whichever route or function URL it comes through."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from calls import BODIES
from schemas.reports import RunReport
from world import ORDER, Response, World

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
LONE = "\\ud800"


def send_text(world: World, text: str, **more: Any) -> Response:
    return world.api("POST", "/v1/generations", "alice", data=text, content_type="application/json", **more)


def order_with(field: str, value: str) -> str:
    """Return an order in which the field has this JSON text."""
    return json.dumps({**ORDER, field: "@@"}).replace('"@@"', value)


class TestSurrogates:
    @pytest.mark.parametrize("function", ["create_generation_request", "get_user_credits", "validate_user"])
    @pytest.mark.parametrize("mode", ["open", "required"])
    def test_in_a_user_id(self, function: str, mode: str) -> None:
        world = World(NOW, AUTH_MODE=mode)
        headers = {"Authorization": "Bearer alice-token"} if mode == "required" else {}
        text = json.dumps(ORDER | {"userId": "@@"}).replace("@@", LONE)
        response = world.call(function, data=text, content_type="application/json", headers=headers)
        assert response.status == 400
        assert "userId" in json.dumps(response.body)

    @pytest.mark.parametrize("field", [*ORDER, "userId"])
    def test_in_any_field_of_an_order_by_function(self, world: World, field: str) -> None:
        text = json.dumps(ORDER | {"userId": "alice", field: "@@"}).replace("@@", LONE)
        response = world.call("create_generation_request", data=text, content_type="application/json")
        assert response.status == 400

    @pytest.mark.parametrize("function", ["get_generation_status", "get_user_credits", "schedule_weekly_report"])
    @pytest.mark.parametrize("name", ["generationRequestId", "userId", "pageToken", "as_of", "dry_run"])
    def test_in_the_others(self, world: World, function: str, name: str) -> None:
        body = {"userId": "alice", "generationRequestId": "x", name: "@@"}
        text = json.dumps(body).replace("@@", LONE)
        response = world.call(function, data=text, content_type="application/json")
        assert response.status < 500

    @pytest.mark.parametrize("route", sorted(BODIES))
    def test_in_any_text_of_any_route(self, world: World, route: str) -> None:
        world.add_user("boss", 0, is_admin=True)
        found = world.app.api.routes[route]
        for field, value in BODIES[route].items():
            if not isinstance(value, str):
                continue
            text = json.dumps(BODIES[route] | {field: "@@"}).replace("@@", LONE)
            path = found.path.replace("{id}", "watercolor")
            query = {} if found.is_public else {"userId": "boss"}
            response = world.api(found.method, path, query_string=query, data=text, content_type="application/json")
            assert (response.status, [each["pointer"] for each in response.body["errors"]]) == (400, [f"/{field}"])


@pytest.mark.parametrize("path", ["/v1/generations/%FF", "/v1/generations/a%C3"])
def test_an_address_that_is_no_utf_8_names_nothing(world: World, path: str) -> None:
    raw = path.replace("%FF", "\xff").replace("%C3", "\xc3")
    response = world.api("GET", "/", "alice", environ_overrides={"PATH_INFO": raw})
    assert (response.status, response.body["errors"][0]["pointer"]) == (400, "id")


class TestNumbers:
    @pytest.mark.parametrize(("text", "seed"), [("7.0", 7), ("1e2", 100), ("-0.0", 0), ("4294967295.0", 4294967295)])
    def test_a_number_without_a_fraction_is_an_integer(self, world: World, text: str, seed: int) -> None:
        response = send_text(world, order_with("seed", text))
        assert (response.status, response.body["params"]["seed"]) == (202, seed)

    @pytest.mark.parametrize("text", ["7.5", "1e400", "-1e400", "1e999999999", "1e-1", "true", '"7"', "1e19", "[7]"])
    def test_what_is_none_is_named(self, world: World, text: str) -> None:
        before = world.records()
        response = send_text(world, order_with("seed", text))
        assert (response.status, [each["pointer"] for each in response.body["errors"]]) == (400, ["/seed"])
        assert world.records() == before

    def test_the_same_number_is_the_same_request(self, world: World) -> None:
        headers = {"Idempotency-Key": "k"}
        first = send_text(world, order_with("seed", "7"), headers=headers)
        again = send_text(world, order_with("seed", "7.0"), headers=headers)
        assert again.headers["Idempotent-Replayed"] == "true"
        assert again.body["id"] == first.body["id"]

    @pytest.mark.parametrize(
        ("route", "field"),
        [("adminPutStyle", "sort_order"), ("adminPutSize", "credit_cost"), ("adminPutSize", "width")],
    )
    def test_in_every_integer_field(self, world: World, route: str, field: str) -> None:
        world.add_user("boss", 0, is_admin=True)
        found = world.app.api.routes[route]
        value = BODIES[route][field]
        path = found.path.replace("{id}", "fresh")
        text = json.dumps(BODIES[route] | {field: "@@"}).replace('"@@"', f"{value}.0")
        response = world.api("PUT", path, "boss", data=text, content_type="application/json")
        assert (response.status, response.body[field]) == (201, value)


class TestBodies:
    @pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "identity, gzip", "x"])
    def test_an_encoded_body_is_415(self, world: World, encoding: str) -> None:
        headers = {"Content-Encoding": encoding}
        response = world.api("POST", "/v1/generations", "alice", json=ORDER, headers=headers)
        assert (response.status, response.body["code"]) == (415, "unsupported_media_type")
        assert "Content-Encoding" in response.body["detail"]
        body = ORDER | {"userId": "alice"}
        for function in ("create_generation_request", "get_user_credits", "schedule_weekly_report"):
            assert world.call(function, json=body, headers=headers).status == 415

    @pytest.mark.parametrize("encoding", ["identity", "Identity", ""])
    def test_identity_is_none(self, world: World, encoding: str) -> None:
        headers = {"Content-Encoding": encoding}
        assert world.api("POST", "/v1/generations", "alice", json=ORDER, headers=headers).status == 202

    @pytest.mark.parametrize(
        ("field", "pointers"),
        [
            ('"seed": 1, "seed": 1', ["/seed"]),
            ('"seed": 1, "seed": 2, "seed": 3', ["/seed"]),
            (r'"seed": 1, "s\u0065ed": 2', ["/seed"]),
            ('"metadata": {"a/b": "x", "a/b": "y"}', ["/metadata/a~1b"]),
            ('"metadata": {"a": {}, "list": [{"b": 1, "b": 2}]}', ["/metadata/list/0/b"]),
            ('"seed": 1, "seed": 2, "metadata": {"a": "x", "a": "y"}', ["/seed", "/metadata/a"]),
        ],
    )
    def test_a_name_that_stands_twice_is_named(self, world: World, field: str, pointers: list[str]) -> None:
        before = world.records()
        response = send_text(world, json.dumps(ORDER)[:-1] + f", {field}}}")
        assert (response.status, response.body["code"]) == (400, "invalid_request")
        assert [each["pointer"] for each in response.body["errors"]] == pointers
        assert world.records() == before

    def test_the_function_urls_refuse_it_too(self, world: World) -> None:
        text = json.dumps(ORDER)[:-1] + ', "userId": "alice", "userId": "bob"}'
        response = world.call("create_generation_request", data=text, content_type="application/json")
        assert (response.status, response.body["errors"]) == (400, ["userId: given more than once"])


class TestInvisibleText:
    @pytest.mark.parametrize(
        "prompt",
        [
            "\u200b\u200d\u2060",
            "\ufeff",
            "\u00ad \u2028",
            "\u3164\uffa0\u115f",
            "\u2800",
            "\ufe0f\U000e0101",
            "\u202e\u2066",
            "\x01\x7f",
            "\U000e0041",
        ],
        ids=ascii,
    )
    def test_nothing_to_see_is_no_prompt(self, world: World, prompt: str) -> None:
        for response in (
            world.api("POST", "/v1/generations", "alice", json=ORDER | {"prompt": prompt}),
            world.call("create_generation_request", json=ORDER | {"prompt": prompt, "userId": "alice"}),
        ):
            assert response.status == 400
            assert "must not be blank" in json.dumps(response.body)

    @pytest.mark.parametrize("prompt", ["\u200bx", "❤️", "👩‍💻", "é", "ت\u200cن", "…", "1"])
    def test_one_visible_character_is_enough(self, world: World, prompt: str) -> None:
        assert world.api("POST", "/v1/generations", "alice", json=ORDER | {"prompt": prompt}).status == 202


class TestTimes:
    @pytest.mark.parametrize(
        "given", ["2026-03-04T12:00:00 02:00", "2026-03-04T12:00:00.5 0200", "2026-03-04T12:00 00:00"]
    )
    def test_a_plus_that_became_a_space_has_a_hint(self, world: World, given: str) -> None:
        response = world.api("GET", "/v1/generations", "alice", query_string={"from": given})
        assert response.status == 400
        assert "%2B" in response.body["errors"][0]["detail"]

    def test_a_space_before_the_time_is_fine(self) -> None:
        assert RunReport(as_of="2026-03-04 12:00:00+00:00").as_of == NOW  # type: ignore[arg-type]
