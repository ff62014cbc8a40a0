"""Whatever is sent to any route, a refusal names what is wrong, and nothing is written.

The cases come from the table of routes and from its schemas, so a new route cannot be forgotten.
"""

import base64
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from calls import BODIES, HEADERS, QUERIES
from controllers.http.paging import page_token
from controllers.http.wire import Route
from core.records import Cursor
from providers.identity.memory import MemoryTokens
from services.accounts.ports import Identity
from services.generations.ports import GenerationFilter
from tools.reference.places import ANONYMOUS_TOKEN, PASSER_BY, path_of, places
from world import ORDER, TOKENS, Response, World

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ROUTES: Mapping[str, Route] = World(NOW).app.api.routes
# Text may consist of spaces, or be empty, in these fields only.
MAY_BE_BLANK = {
    ("adminAudit", "user_id"),
    *((f"adminPut{option}", "description") for option in ("Color", "Size", "Style")),
}

WITH_BODY = [name for name, route in ROUTES.items() if route.body is not None]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Vendors send more than is read, so their callback is missing here. Everybody else is told of an unknown field.
STRICT = [name for name in WITH_BODY if ROUTES[name].body.model_config.get("extra") == "forbid"]  # type: ignore[union-attr]

HUGE = "1" + "0" * 5000
MEGABYTES = 10 * 1024 * 1024


class Caller:
    """Calls routes as Alice. She came without an account first, and has a queued generation and a key."""

    def __init__(self) -> None:
        self.world = World(NOW)
        passer_by = Identity(PASSER_BY, is_anonymous=True)
        self.world.app.made["tokens"] = MemoryTokens({**TOKENS, ANONYMOUS_TOKEN: passer_by})
        self.world.add_user(PASSER_BY, 4, is_anonymous=True)
        self.places = places(self.world, "alice")
        self.before = self.world.records()

    def call(self, name: str, **request: Any) -> Response:
        route = ROUTES[name]
        query = request.pop("query", [])
        query = [*((key, value) for key, value in QUERIES.get(name, {}).items() if key not in dict(query)), *query]
        if not route.is_public:
            query = [("userId", "alice"), *query]
        path = path_of(request.pop("path", route.path), self.places)
        request["headers"] = {**HEADERS.get(name, {}), **request.get("headers", {})}
        if route.body is not None and not {"data", "json"} & set(request):
            request["json"] = BODIES[name]
        return self.world.api(request.pop("method", route.method), path, query_string=_encoded(query), **request)

    def send_json(self, name: str, text: str) -> Response:
        return self.call(name, data=text.encode(), content_type="application/json")

    def assert_refused(self, response: Response, status: int, pointer: str | None = None) -> None:
        assert response.status == status, response.body
        assert response.headers["Content-Type"] == "application/problem+json"
        body = response.body
        assert (body["status"], body["charged"], body["retryable"]) == (status, False, False)
        assert body["request_id"] == response.headers["X-Request-Id"]
        assert body["code"] != "internal"
        if pointer is not None:
            assert pointer in [fault["pointer"] for fault in body["errors"]]
            assert all(fault["detail"] for fault in body["errors"])
        assert self.is_untouched()

    def is_untouched(self) -> bool:
        return self.world.records() == self.before and len(self.world.queue.waiting) == 1


def _encoded(query: list[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in query:
        found.setdefault(name, []).append(value)
    return found


@pytest.fixture(scope="module")
def everybodys() -> list[Caller]:
    return [Caller()]


@pytest.fixture
def caller(everybodys: list[Caller]) -> Caller:
    """Return one caller for all refusals, because none of them may change anything. After one that did, return a new
    caller.
    """
    if not everybodys[0].is_untouched():
        everybodys[0] = Caller()
    return everybodys[0]


@pytest.fixture
def fresh() -> Caller:
    return Caller()


def fault(response: Response, pointer: str) -> dict[str, Any]:
    found: dict[str, Any] = next(fault for fault in response.body["errors"] if fault["pointer"] == pointer)
    return found


# --- the table itself ---


def test_each_route_with_a_body_has_a_good_one_here() -> None:
    assert set(BODIES) == set(WITH_BODY)
    assert {*HEADERS, *QUERIES} <= set(ROUTES)


@pytest.mark.parametrize("name", [*HEADERS, *QUERIES])
def test_what_a_route_cannot_be_called_without_is_named(caller: Caller, name: str) -> None:
    (missing,) = {**HEADERS.get(name, {}), **QUERIES.get(name, {})}
    path, body = path_of(ROUTES[name].path, caller.places), BODIES.get(name)
    response = caller.world.api(ROUTES[name].method, path, "alice", json=body)
    caller.assert_refused(response, 400, missing)


@pytest.mark.parametrize("name", ROUTES)
def test_the_good_call_of_each_route_is_served(fresh: Caller, name: str) -> None:
    assert fresh.call(name).status in ROUTES[name].answers


# --- methods ---


def paths() -> Iterator[tuple[str, str]]:
    """Yield each path with each method that it does not have."""
    for path in sorted({route.path for route in ROUTES.values()}):
        known = {route.method for route in ROUTES.values() if route.path == path}
        yield from ((path, method) for method in METHODS if method not in known)


@pytest.mark.parametrize(("path", "method"), list(paths()))
def test_a_wrong_method_is_405_and_told_which_are_right(caller: Caller, path: str, method: str) -> None:
    response = caller.world.api(method, path_of(path, caller.places), json={})
    caller.assert_refused(response, 405)
    allowed = sorted({route.method for route in ROUTES.values() if route.path == path})
    assert response.headers["Allow"] == ", ".join(allowed)


# --- queries ---


@pytest.mark.parametrize("name", ROUTES)
@pytest.mark.parametrize("parameter", ["nonsense", "__proto__", "user_id", "pageSize", "a b"])
def test_an_unknown_parameter_is_named(caller: Caller, name: str, parameter: str) -> None:
    if parameter in dict(_properties(ROUTES[name].query)):
        pytest.skip("known here")
    caller.assert_refused(caller.call(name, query=[(parameter, "1")]), 400, parameter)


@pytest.mark.parametrize("name", ROUTES)
def test_a_parameter_that_comes_twice_is_named(caller: Caller, name: str) -> None:
    query = ROUTES[name].query
    known = query.model_json_schema()["properties"] if query else {}
    for parameter in ("nonsense", "userId", *known):
        response = caller.call(name, query=[(parameter, "1"), (parameter, "1")])
        caller.assert_refused(response, 400, parameter)
        assert fault(response, parameter)["detail"] == "given more than once"


def query_cases() -> Iterator[tuple[str, str, str]]:
    for name, route in ROUTES.items():
        for parameter, schema in _properties(route.query):
            yield from ((name, parameter, value) for value in _bad_texts(schema))


def _properties(model: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return each property of a schema, without its null, and with the schemas that it refers to put in."""
    if model is None:
        return []
    whole = model.model_json_schema()
    return _fields(whole, whole.get("$defs", {}))


def _fields(schema: dict[str, Any], known: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    required = schema.get("required", [])
    return [
        (name, {**_resolved(each, known), "is_required": name in required})
        for name, each in schema.get("properties", {}).items()
    ]


def _resolved(schema: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    variants = schema.get("anyOf", [schema])
    inner = next(one for one in variants if one.get("type") != "null")
    if "$ref" in inner:
        inner = known[inner["$ref"].rpartition("/")[2]]
    found = {**inner, "nullable": any(one.get("type") == "null" for one in variants), "known": known}
    return {**found, "items": _resolved(inner["items"], known)} if "items" in inner else found


BAD_TIMES = (
    "",
    "yesterday",
    "2026-03-04",
    "2026-03-04T12:00:00",
    "2026-13-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-03-04T25:00:00Z",
    "2026-03-04T12:00:00+99:00",
    "9" * 40,
    "4102444800",
    "-1e400",
    "\0",
    "inf",
    "nan",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
)


def _bad_texts(schema: dict[str, Any]) -> Iterator[str]:
    if schema.get("type") == "integer":
        yield from ("", " ", "abc", "1.5", "-1", "true", "null", "1e2", "0x1", HUGE, str(2**70), "NaN", "1\0")
        yield str(schema["minimum"] - 1)
        yield str(schema["maximum"] + 1)
    elif schema.get("format") == "date-time":
        yield from BAD_TIMES
    elif "enum" in schema:
        yield from ("", "QUEUED", "done", "queued ", "null", "\0", "x" * 5000)
    else:
        yield from ("\0", "x" * (schema["maxLength"] + 1), "a\0b")


@pytest.mark.parametrize(("name", "parameter", "value"), list(query_cases()))
def test_a_bad_parameter_is_named(caller: Caller, name: str, parameter: str, value: str) -> None:
    response = caller.call(name, query=[(parameter, value)])
    caller.assert_refused(response, 400, parameter)


def test_an_unknown_status_is_answered_with_those_there_are(caller: Caller) -> None:
    response = caller.call("listGenerations", query=[("status", "done")])
    (allowed,) = fault(response, "status")["allowed"]
    assert all(status in allowed for status in ("queued", "processing", "completed", "failed", "cancelled"))


# --- page tokens ---

PAGED = [name for name, route in ROUTES.items() if "page_token" in dict(_properties(route.query))]


def hand_made(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def digest_of(name: str) -> str:
    filters: object = GenerationFilter() if name == "listGenerations" else "entries"
    token = page_token(Cursor(NOW, "x"), filters)
    return str(json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))[2])


BAD_TOKENS = ["", "garbage", "!!!", "e30", "W10", "bnVsbA", "é", "\0", "AA==", "a" * 501, "A" * 5, "../../etc", "[]"]
BAD_CURSORS: list[tuple[Any, Any]] = [
    ("2026-03-04T12:00:00+00:00", "users/alice"),
    ("2026-03-04T12:00:00+00:00", ""),
    ("2026-03-04T12:00:00+00:00", ".."),
    ("2026-03-04T12:00:00+00:00", "__x__"),
    ("2026-03-04T12:00:00+00:00", "\ud800"),
    ("2026-03-04T12:00:00+00:00", "\U0001f600" * 376),
    ("2026-03-04T12:00:00+00:00", "a\0b"),
    ("2026-03-04T12:00:00+00:00", None),
    ("2026-03-04T12:00:00+00:00", {"a": 1}),
    ("2026-03-04T12:00:00", "x"),
    ("0001-01-01T00:00:00+14:00", "x"),
    ("yesterday", "x"),
    (None, "x"),
    (7, "x"),
    ("2026-03-04T12:00:00+00:00", 7),
]


def test_there_are_lists_to_test() -> None:
    assert {"listGenerations", "listEntries"} <= set(PAGED)


@pytest.mark.parametrize("name", PAGED)
@pytest.mark.parametrize("token", BAD_TOKENS)
def test_a_token_of_nobody_is_refused(caller: Caller, name: str, token: str) -> None:
    response = caller.call(name, query=[("page_token", token)])
    caller.assert_refused(response, 400, "page_token")


@pytest.mark.parametrize("name", ["listGenerations", "listEntries"])
@pytest.mark.parametrize(("at", "document_id"), BAD_CURSORS)
def test_a_token_that_was_made_by_hand_is_refused(caller: Caller, name: str, at: Any, document_id: Any) -> None:
    token = hand_made([at, document_id, digest_of(name)])
    response = caller.call(name, query=[("page_token", token)])
    caller.assert_refused(response, 400, "page_token")


@pytest.mark.parametrize("name", ["listGenerations", "listEntries"])
def test_a_token_that_was_cut_off_or_is_of_another_list_is_refused(caller: Caller, name: str) -> None:
    other = "listEntries" if name == "listGenerations" else "listGenerations"
    good = hand_made([NOW.isoformat(), "x", digest_of(name)])
    assert caller.call(name, query=[("page_token", good)]).status == 200
    for token in (good[:-1], good[:-8], good[4:], hand_made([NOW.isoformat(), "x", digest_of(other)])):
        caller.assert_refused(caller.call(name, query=[("page_token", token)]), 400, "page_token")


# --- bodies ---


@pytest.mark.parametrize("name", WITH_BODY)
@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp", "json"]
)
def test_a_body_that_is_not_called_json_is_415(caller: Caller, name: str, content_type: str) -> None:
    data = json.dumps(BODIES[name]).encode()
    caller.assert_refused(caller.call(name, data=data, content_type=content_type), 415)


@pytest.mark.parametrize("name", WITH_BODY)
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"{",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": %s}' % HUGE.encode(),
        b'{"a": 01}',
        b'{"a" 1}',
        b'{"a": 1} {"b": 2}',
        b'{"a": "\x01"}',
        b"[]",
        b"[{}]",
        b"null",
        b"true",
        b'"text"',
        b"7",
        b"\xff\xfe",
        b'{"a": "\xff"}',
        b"\x00\x00\x00",
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"a":' + b"[" * 10_000,
        b'{"a":' * 33 + b"1" + b"}" * 33,
    ],
    ids=lambda data: data[:16].decode("latin-1"),
)
def test_a_body_that_is_no_json_object_is_named_as_such(caller: Caller, name: str, data: bytes) -> None:
    response = caller.call(name, data=data, content_type="application/json")
    caller.assert_refused(response, 400, "/")
    assert response.body["code"] == "malformed_json"


@pytest.mark.parametrize("name", WITH_BODY)
@pytest.mark.parametrize("size", [64 * 1024 + 1, MEGABYTES])
def test_a_body_that_is_too_large_is_413(caller: Caller, name: str, size: int) -> None:
    response = caller.call(name, data=b'{"a":"' + b"x" * size + b'"}', content_type="application/json")
    caller.assert_refused(response, 413)
    assert "65536" in response.body["detail"]


@pytest.mark.parametrize("name", WITH_BODY)
def test_a_large_body_without_its_length_is_not_read_to_its_end(caller: Caller, name: str) -> None:
    class Endless(io.RawIOBase):
        """Sends bytes without an end."""

        taken = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            self.taken += len(buffer)
            assert self.taken < MEGABYTES, "somebody reads all of it"
            buffer[:] = b"x" * len(buffer)
            return len(buffer)

    stream = Endless()
    route = ROUTES[name]
    builder = EnvironBuilder(
        method=route.method,
        path=path_of(route.path, caller.places),
        query_string={} if route.is_public else {"userId": "alice"},
        content_type="application/json",
    )
    environ = builder.get_environ()
    environ["wsgi.input"] = stream
    environ["wsgi.input_terminated"] = True
    environ["HTTP_TRANSFER_ENCODING"] = "chunked"
    environ.pop("CONTENT_LENGTH", None)
    answer = caller.world.app.api.serve(Request(environ))
    response = Response(answer.status_code, json.loads(answer.get_data()), dict(answer.headers))
    caller.assert_refused(response, 413)


@pytest.mark.parametrize("name", STRICT)
@pytest.mark.parametrize(
    "field", ["nonsense", "userId", "user_id", "id", "price", "credits", "__class__", "", "a/b", "~"]
)
def test_an_unknown_field_is_named_with_those_there_are(caller: Caller, name: str, field: str) -> None:
    model = ROUTES[name].body
    assert model is not None
    if field in model.model_fields:
        pytest.skip("known here")
    response = caller.call(name, json={**BODIES[name], field: 1})
    pointer = "/" + field.replace("~", "~0").replace("/", "~1")
    caller.assert_refused(response, 400, pointer)
    assert set(fault(response, pointer)["allowed"]) == set(model.model_fields)


@pytest.mark.parametrize("name", STRICT)
def test_an_unknown_field_that_is_no_text_is_refused_too(caller: Caller, name: str) -> None:
    model = ROUTES[name].body
    assert model is not None
    good = json.dumps(BODIES[name])[1:]
    for field in (r"\ud800", r"\u0000", "x" * 10_000):
        response = caller.send_json(name, f'{{"{field}": 1, {good}')
        caller.assert_refused(response, 400)
        assert response.body["errors"]


def test_a_field_that_comes_twice_is_refused(caller: Caller) -> None:
    text = json.dumps(ORDER)[:-1] + ', "size": "1024x1792"}'
    caller.assert_refused(caller.send_json("createGeneration", text), 400, "/size")


BLANKS = {'""', '"   "', r'"\u2003\n"', '"' + " " * 5000 + '"'}


def body_cases() -> Iterator[tuple[str, str, str, str]]:
    """Yield a route, a field, a bad value of it as JSON, and the pointer to the bad part."""
    for name in WITH_BODY:
        for field, schema in _properties(ROUTES[name].body):
            for raw, place in _bad_json(schema, BODIES.get(name, {}).get(field)):
                if raw not in BLANKS or (name, field) not in MAY_BE_BLANK:
                    yield name, field, raw, f"/{field}{place}"


def _bad_json(schema: dict[str, Any], good: Any) -> Iterator[tuple[str, str]]:
    """Yield bad values, each with the place of the bad part inside the value. `good` is a good value."""
    if not schema["nullable"]:
        yield "null", ""
    kind = schema["type"]
    if kind != "object":
        yield from (("{}", ""), ('{"a": 1}', ""))
    if kind != "array":
        yield from (("[]", ""), ('["x"]', ""), ("[[]]", ""))
    if kind != "boolean":
        yield from (("true", ""), ("false", ""))
    if kind in ("array", "object"):
        yield from (('"x"', ""), ('""', ""), ("7", ""), ("1.5", ""))
    if kind == "array":
        yield from _bad_lists(schema, good)
    elif kind == "object":
        yield from _bad_objects(schema)
    else:
        yield from ((raw, "") for raw in _bad_scalars(schema))


def _bad_lists(schema: dict[str, Any], good: list[Any]) -> Iterator[tuple[str, str]]:
    if schema.get("minItems"):
        yield "[]", ""
    yield json.dumps(good[:1] * (schema["maxItems"] + 1)), ""
    yield from ((f"[{raw}]", f"/0{place}") for raw, place in _bad_json(schema["items"], good[0]))


def _bad_objects(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    fields = _fields(schema, schema["known"])
    for name, each in fields:
        yield from ((f'{{"{name}": {raw}}}', f"/{name}{place}") for raw, place in _bad_json(each, None))
        if each["is_required"]:
            yield "{}", f"/{name}"
    if fields:
        yield '{"nonsense": 1}', "/nonsense"


def _bad_scalars(schema: dict[str, Any]) -> Iterator[str]:
    kind = schema["type"]
    if "enum" in schema:
        yield from ("7", "1.5", '"nonsense"', '""', f'" {schema["enum"][0]}"', f'"{schema["enum"][0].upper()}"')
    elif schema.get("format") == "date-time":
        yield from ("7", "1.5", "-1", "1e400", "4102444800", *map(json.dumps, BAD_TIMES))
    elif kind == "string":
        yield from ("7", "1.5", r'"a\u0000b"', r'"\ud800"', r'"a\udfffb"', *sorted(BLANKS))
        most = 5000 if "pattern" in schema else schema["maxLength"]
        yield from (json.dumps(each * (most + 1), ensure_ascii=False) for each in "x🐙")
    elif kind == "integer":
        yield from ("1.5", "1e-1", "1e400", '"5"', '""', str(2**70), str(-(2**70)))
        yield from (str(schema["minimum"] - 1), str(schema["maximum"] + 1))
    elif kind == "boolean":
        yield from ("0", "1", '"true"', '"false"', '""')
    else:
        pytest.fail(f"nobody here knows bad values of {schema}")


@pytest.mark.parametrize(("name", "field", "raw", "pointer"), list(body_cases()), ids=lambda value: value[:40])
def test_a_bad_value_names_its_field(caller: Caller, name: str, field: str, raw: str, pointer: str) -> None:
    text = json.dumps({**BODIES[name], field: "@@"}).replace('"@@"', raw)
    response = caller.send_json(name, text)
    caller.assert_refused(response, 400, pointer)


@pytest.mark.parametrize("name", WITH_BODY)
def test_a_field_that_is_missing_is_named(caller: Caller, name: str) -> None:
    for field, schema in _properties(ROUTES[name].body):
        if schema["is_required"]:
            body = {key: value for key, value in BODIES[name].items() if key != field}
            response = caller.call(name, json=body)
            caller.assert_refused(response, 400, f"/{field}")
            assert fault(response, f"/{field}")["detail"] == "required"


@pytest.mark.parametrize(
    ("metadata", "pointer"),
    [
        ('{"a": 1}', "/metadata/a"),
        ('{"a": null}', "/metadata/a"),
        ('{"a": {"b": "c"}}', "/metadata/a"),
        (r'{"a": "\u0000"}', "/metadata/a"),
        (r'{"a": "\ud800"}', "/metadata/a"),
        ('{"a": "%s"}' % ("x" * 501), "/metadata/a"),
        ('{"": "x"}', "/metadata/"),
        ('{"a/b": 1}', "/metadata/a~1b"),
        ('{"__x__": "x"}', "/metadata/__x__"),
        ('{"____": "x"}', "/metadata/____"),
        ('{"%s": "x"}' % ("k" * 41), "/metadata/" + "k" * 41),
        (json.dumps({f"k{number}": "x" for number in range(17)}), "/metadata"),
    ],
    ids=lambda value: value[:30],
)
def test_bad_metadata_is_named_down_to_its_key(caller: Caller, metadata: str, pointer: str) -> None:
    text = json.dumps({**ORDER, "metadata": "@@"}).replace('"@@"', metadata)
    caller.assert_refused(caller.send_json("createGeneration", text), 400, pointer)


def test_a_key_of_metadata_that_no_database_takes_is_refused(caller: Caller) -> None:
    for key in (r"\ud800", r"a\u0000"):
        text = json.dumps({**ORDER, "metadata": "@@"}).replace('"@@"', f'{{"{key}": "x"}}')
        caller.assert_refused(caller.send_json("createGeneration", text), 400)


def test_as_much_metadata_as_is_allowed_is_given_back(fresh: Caller) -> None:
    metadata = {f"{number:02}" + "k" * 38: "ü" * 500 for number in range(16)}
    response = fresh.call("createGeneration", json={**ORDER, "metadata": metadata})
    assert response.status == 202
    assert response.body["metadata"] == metadata


# --- ids in paths ---

WITH_ID = [name for name, route in ROUTES.items() if "{id}" in route.path]
BAD_IDS = [".", "..", "__x__", "x" * 129, "a\0b", "\x7f", "\u202e", "\ue000"]


@pytest.mark.parametrize("name", WITH_ID)
@pytest.mark.parametrize("bad", BAD_IDS)
def test_an_id_that_names_no_document_is_refused(caller: Caller, name: str, bad: str) -> None:
    path = ROUTES[name].path.replace("{id}", bad)
    response = caller.call(name, path=path)
    caller.assert_refused(response, 400, "id")
    assert fault(response, "id")["allowed"]


@pytest.mark.parametrize("name", [name for name in WITH_ID if ROUTES[name].method != "PUT"])
@pytest.mark.parametrize("unknown", ["x", "a\nb", "null", "0", "-1", "%", "' OR 1=1", "🐙", "a b", "*", "users"])
def test_an_id_of_nothing_is_404(caller: Caller, name: str, unknown: str) -> None:
    path = ROUTES[name].path.replace("{id}", unknown)
    if "/catalog/" in path and not re.fullmatch("[a-z0-9][a-z0-9_]*", unknown.replace("\n", "")):
        caller.assert_refused(caller.call(name, path=path), 400, "id")
    else:
        caller.assert_refused(caller.call(name, path=path), 404)


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        *(("generation_id", bad) for bad in ("a/b", ".", "..", "__x__", "x" * 201)),
        *(("provider_job", bad) for bad in ("a/b", "x" * 201)),  # these are compared, and never looked up
    ],
)
def test_an_id_in_a_callback_that_names_nothing_is_refused(caller: Caller, field: str, bad: str) -> None:
    response = caller.call("receiveProviderCallback", json={**BODIES["receiveProviderCallback"], field: bad})
    caller.assert_refused(response, 400, f"/{field}")


# --- headers ---

BAD_HEADERS = {
    "Idempotency-Key": ["", " ", '""', "a b", "é", "x" * 256, "a\tb", "\x7f"],
    "If-Match": ["", "x", "1", "W/1", 'w/"1"', '"1" "2"', '*, "1"', '"1'],
    "X-Request-Id": ["", " ", "a b", "é", "x" * 129, "a/b", '"a"', "<script>", "a,b"],
}


def header_cases() -> Iterator[tuple[str, str, str]]:
    for name, route in ROUTES.items():
        for header in ("X-Request-Id", *(header for header in route.headers if header in BAD_HEADERS)):
            yield from ((name, header, value) for value in BAD_HEADERS[header])


@pytest.mark.parametrize(("name", "header", "value"), list(header_cases()), ids=lambda value: value[:30])
def test_a_bad_header_is_named(caller: Caller, name: str, header: str, value: str) -> None:
    response = caller.call(name, headers={header: value})
    caller.assert_refused(response, 400, header)
    assert fault(response, header)["allowed"]


@pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if not route.is_public])
@pytest.mark.parametrize("value", ["", "Bearer", "Basic x", "Bearer x", "é", "Bearer " + "x" * 10_000])
def test_a_bad_credential_is_401(caller: Caller, name: str, value: str) -> None:
    caller.assert_refused(caller.call(name, headers={"Authorization": value}), 401)


# --- random bodies ---

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=20),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(WITH_BODY), changes=st.data())
def test_no_body_whatever_is_a_fault_of_ours(name: str, changes: st.DataObject) -> None:
    fields = st.sampled_from([*BODIES[name], *ROUTES[name].body.model_fields]) | st.text(max_size=8)  # type: ignore[union-attr]
    body = {**BODIES[name], **changes.draw(st.dictionaries(fields, JSON, max_size=3))}
    caller = Caller()
    response = caller.send_json(name, json.dumps(body))
    if response.status not in ROUTES[name].answers:
        caller.assert_refused(response, response.status)
        assert 400 <= response.status < 500


PARAMETERS = sorted({parameter for route in ROUTES.values() for parameter, _ in _properties(route.query)})


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from([name for name, route in ROUTES.items() if route.query is not None]),
    query=st.lists(st.tuples(st.sampled_from(PARAMETERS), st.text())),
)
def test_no_query_whatever_is_a_fault_of_ours(name: str, query: list[tuple[str, str]]) -> None:
    caller = Caller()
    response = caller.call(name, query=query)
    if response.status != 400:
        assert response.status in ROUTES[name].answers
    if response.status == 400 or ROUTES[name].method == "GET":
        assert caller.world.records() == caller.before


# --- the function URLs ---

FUNCTIONS = {
    "create_generation_request": {**ORDER, "userId": "alice"},
    "get_generation_status": {"generationRequestId": "x"},
    "get_user_credits": {"userId": "alice"},
    "validate_user": {"userId": "alice"},
}
NASTY = [
    "null",
    "7",
    "1.5",
    "true",
    "[]",
    "{}",
    '"   "',
    r'"a\u0000b"',
    r'"\ud800"',
    f'"{"x" * 1001}"',
    str(2**70),
    "1e400",
]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_bad_value_behind_a_function_url_is_a_400_or_404_that_writes_nothing(caller: Caller, function: str) -> None:
    for field in FUNCTIONS[function]:
        for raw in NASTY:
            text = json.dumps({**FUNCTIONS[function], field: "@@"}).replace('"@@"', raw)
            response = caller.world.call(function, data=text.encode(), content_type="application/json")
            assert response.status in (400, 404), (field, raw, response)
            assert response.body["success"] is False
            if response.status == 400:
                assert field in str(response.body)
            assert caller.world.records() == caller.before


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(
    "data",
    [b"{", b"[]", b"\xff", b'{"a": NaN}', b'{"a": %s}' % HUGE.encode(), b'{"a":' * 10_000 + b"1" + b"}" * 10_000],
    ids=lambda data: data[:8].decode("latin-1"),
)
def test_a_bad_body_behind_a_function_url_is_a_400_that_writes_nothing(
    caller: Caller, function: str, data: bytes
) -> None:
    response = caller.world.call(function, data=data, content_type="application/json")
    assert response.status == 400
    assert response.body["success"] is False
    assert caller.world.records() == caller.before


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_body_that_is_too_large_for_a_function_url_is_413(caller: Caller, function: str) -> None:
    response = caller.world.call(function, data=b" " * MEGABYTES, content_type="application/json")
    assert (response.status, response.body["success"]) == (413, False)


@pytest.mark.parametrize("function", ["get_generation_status", "get_user_credits", "validate_user"])
@pytest.mark.parametrize("bad", BAD_IDS)
def test_an_id_that_names_no_document_is_refused_by_function_urls(caller: Caller, function: str, bad: str) -> None:
    (parameter,) = FUNCTIONS[function]
    response = caller.world.call(function, "GET", query_string={parameter: bad})
    assert (response.status, response.body["success"]) == (400, False)
    assert parameter in response.body["message"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_bad_id_of_a_request_is_refused_by_function_urls(caller: Caller, function: str) -> None:
    for value in BAD_HEADERS["X-Request-Id"]:
        response = caller.world.call(function, json=FUNCTIONS[function], headers={"X-Request-Id": value})
        assert response.status == 400
        assert "X-Request-Id" in str(response.body)
    assert caller.world.records() == caller.before
