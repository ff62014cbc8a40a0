"""No refusal is larger than 16 KB, whatever was asked. Otherwise a small request could be used to cause much traffic
for somebody else.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from calls import BODIES, HEADERS
from controllers.http.wire import Route
from tools.reference.problems import problems, shared, without_operation
from world import ORDER, World

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ANSWER_BYTES_MAX = 16 * 1024
BODY_BYTES_MAX = 64 * 1024
WORLD = World(NOW)
ROUTES: Mapping[str, Route] = WORLD.app.api.routes
WITH_BODY = [name for name, route in ROUTES.items() if route.body is not None]
FUNCTIONS = [
    "create_generation_request",
    "get_generation_status",
    "get_user_credits",
    "validate_user",
    "schedule_weekly_report",
]


def send(door: str, data: bytes, **more: Any) -> tuple[int, bytes]:
    """Return the status and the body of the answer of a route or a function URL."""
    route = ROUTES.get(door)
    if route is None:
        serve, method, path = WORLD.function_url(door), "POST", "/"
    else:
        serve, method, path = WORLD.app.api.serve, route.method, route.path.replace("{id}", "watercolor")
    query = {} if route is None or route.is_public else {"userId": "alice"}
    headers = {**HEADERS.get(door, {}), **more.pop("headers", {})}
    more = {"content_type": "application/json", "method": method, "path": path, "query_string": query, **more}
    answer = serve(Request(EnvironBuilder(data=data, headers=headers, **more).get_environ()))
    return answer.status_code, answer.get_data()


def assert_small(status: int, body: bytes) -> None:
    assert status < 500, body[:500]
    assert status < 400 or len(body) <= ANSWER_BYTES_MAX, f"{status}: {len(body)} bytes"


def unknown_fields() -> dict[str, Any]:
    return {f"field{number:05}": 1 for number in range(3500)}


def order(**changes: Any) -> dict[str, Any]:
    return {**ORDER, "userId": "alice", **changes}


LARGE: dict[str, Any] = {
    "3500 unknown fields": unknown_fields(),
    "one long name": {"n" * 60_000: 1},
    "control characters in names": {"\x01" * 3_000 + str(number): 1 for number in range(3)},
    "emoji in names": {"😀" * 3000 + str(number): 1 for number in range(4)},
    "long options": order(style="s" * 15_000, color="\x02" * 2_000, size="😀" * 4_000, model="m" * 10_000),
    "a long user": order(userId="u" * 60_000),
    "a long id": {"generationRequestId": "g" * 60_000},
    "many labels": order(metadata={f"k{number}" * 3: number for number in range(2500)}),
    "a long label": order(metadata={"\x03" * 10_000: 1}),
    "many scopes": {"name": "n", "scopes": ["x" * 20] * 2500},
    "20 long names": {f"{number:02}" + "\x04" * 450: number for number in range(20)},
    "half a character": {"\ud800" * 5000: 1},
}

# UTF-8 cannot write this, but JSON can.
ESCAPED = ("half a character",)


@pytest.mark.parametrize("door", [*WITH_BODY, *FUNCTIONS])
def test_a_large_body_has_a_small_answer(door: str) -> None:
    for name, body in LARGE.items():
        data = json.dumps(body, ensure_ascii=name in ESCAPED).encode()
        assert len(data) <= BODY_BYTES_MAX
        assert_small(*send(door, data))


def test_the_first_20_faults_are_told_and_the_rest_is_counted() -> None:
    status, body = send("createGeneration", json.dumps({**ORDER, **unknown_fields()}).encode())
    problem = json.loads(body)
    assert status == 400
    assert [fault["pointer"] for fault in problem["errors"]] == [f"/field{number:05}" for number in range(20)]
    assert problem["more_errors"] == 3480
    assert problem["detail"].endswith("; and 3480 more")
    assert [bool(fault["allowed"]) for fault in problem["errors"]] == [True, *[False] * 19]


def test_clients_of_the_seed_are_told_all_faults() -> None:
    """Unknown fields are ignored there, so there are never many faults."""
    status, body = send("create_generation_request", json.dumps({"model": 1, "style": 1}).encode())
    assert status == 400
    assert len(json.loads(body)["errors"]) == 5


HEADER = "h" * 15_000


@pytest.mark.parametrize(
    "request_",
    [
        {"content_type": HEADER},
        {"headers": {"Idempotency-Key": HEADER}},
        {"headers": {"X-Request-Id": HEADER}},
        {"headers": {"Prefer": f"wait={HEADER}"}},
        {"headers": {"Authorization": f"Bearer {HEADER}"}},
        {"headers": {"X-API-Key": f"dk_{HEADER}"}},
        {"headers": {"X-External-User-Id": HEADER}},
        {"path": "/v1/" + "é" * 30_000},
        {"method": "M" * 30_000},
        {"query_string": {f"p{number}": "v" for number in range(5000)}},
        {"query_string": {"userId": "u" * 60_000}},
        {"query_string": {"q" * 60_000: "1"}},
        {"query_string": {"page_token": "t" * 60_000}},
    ],
    ids=lambda request: next(iter(request)),
)
@pytest.mark.parametrize("door", ["createGeneration", "listGenerations", "getReport", *FUNCTIONS])
def test_a_large_head_has_a_small_answer(door: str, request_: dict[str, Any]) -> None:
    assert_small(*send(door, json.dumps(BODIES.get(door, order())).encode(), **request_))


NAMES = st.text(st.characters(codec=None), max_size=3000)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=200),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(max_size=50), inner, max_size=20),
    max_leaves=40,
)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Draw an order that is spoilt in its own fields or by others, and that is as large as a body may be."""
    body: dict[str, Any] = order()
    body |= draw(st.dictionaries(st.sampled_from([*ORDER, "metadata", "seed", "userId"]), VALUES | NAMES, max_size=7))
    body |= draw(st.dictionaries(NAMES, VALUES, max_size=20))
    unit, times = draw(st.sampled_from(["x", "\x01", "\ud800", "é", "😀", '"'])), draw(st.integers(0, 60))
    for number in range(times):
        body[f"{unit * draw(st.integers(0, 300))}{number}"] = number
    data = json.dumps(body, ensure_ascii=draw(st.booleans())).encode(errors="replace")
    return data if len(data) <= BODY_BYTES_MAX else data[:BODY_BYTES_MAX]


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(door=st.sampled_from([*WITH_BODY, *FUNCTIONS]), data=bodies())
def test_no_body_has_a_large_refusal(door: str, data: bytes) -> None:
    assert_small(*send(door, data))


def provoked() -> Iterator[tuple[str, int, int]]:
    for name in ("createGeneration", "adminPutSize", "createKey", "getReport", "adminAdjustBalance"):
        for error, exchange in problems(ROUTES[name]):
            yield f"{name}: {error.code}", exchange.status, len(json.dumps(exchange.content))
    for error, exchange in (*shared(), *without_operation()):
        yield error.code, exchange.status, len(json.dumps(exchange.content))


def test_no_provocation_of_the_reference_is_answered_at_length() -> None:
    sizes = [(what, size) for what, status, size in provoked() if 400 <= status < 500]
    assert len(sizes) > 20
    assert [each for each in sizes if each[1] > ANSWER_BYTES_MAX] == []
