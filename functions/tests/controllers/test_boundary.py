import re
from datetime import UTC, datetime

import pytest
from firebase_functions.https_fn import FunctionsErrorCode, HttpsError

from controllers.boundary import RetryTask, run_task
from core.errors import AppError, InvalidRequest, NotFound, Unavailable
from domain.errors import InsufficientCredits
from repositories.documents import Document
from repositories.memory import MemoryDocuments
from world import ORDER, Response, World, captured_log, lines_of

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
FUNCTIONS = [
    "create_generation_request",
    "get_generation_status",
    "get_user_credits",
    "validate_user",
    "seed_database",
    "schedule_weekly_report",
]
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Faulty(MemoryDocuments):
    """A database with a bug, or one that does not answer."""

    fault: Exception | None = None

    def get(self, path: str) -> Document | None:
        if self.fault is not None:
            raise self.fault
        return super().get(path)


@pytest.fixture
def faulty() -> World:
    world = World(NOW, documents=Faulty())
    world.create()  # the parts are made
    world.documents.fault = KeyError("password=hunter2")
    return world


# --- faults of ours ---


def test_a_bug_is_an_opaque_500_whose_id_finds_the_traceback(faulty: World) -> None:
    with captured_log() as log:
        response = faulty.api("GET", "/v1/me", "alice", headers={"X-Request-Id": "find-me"})
    assert response.status == 500
    assert response.body == {
        "type": "/docs/problems/internal",
        "title": "Internal error",
        "status": 500,
        "detail": "Something went wrong on our side. Quote this id when you report it: find-me",
        "code": "internal",
        "retryable": False,
        "charged": None,
        "request_id": "find-me",
    }
    (crash,) = [line for line in lines_of(log) if line["message"] == "request_crashed"]
    assert (crash["severity"], crash["request_id"]) == ("ERROR", "find-me")
    assert "KeyError: 'password=hunter2'" in crash["stack_trace"]
    assert 'File "' in crash["stack_trace"]


@pytest.mark.parametrize("function", ["get_user_credits", "validate_user", "get_generation_status"])
def test_a_bug_behind_a_function_url_tells_nothing_either(faulty: World, function: str) -> None:
    query = {"userId": "alice", "generationRequestId": "x"}
    response = faulty.call(function, "GET", query_string=query)
    assert response.status == 500
    assert response.body["success"] is False
    assert "hunter2" not in str(response.body)
    assert response.headers["X-Request-Id"] in response.body["message"]


def test_a_database_that_does_not_answer_is_503_and_says_to_try_again(faulty: World) -> None:
    faulty.documents.fault = Unavailable("The database does not answer. Try again.")
    response = faulty.api("GET", "/v1/me", "alice")
    assert (response.status, response.headers["Retry-After"]) == (503, "2")
    assert (response.body["code"], response.body["retryable"], response.body["charged"]) == ("unavailable", True, None)
    assert faulty.call("validate_user", "GET", query_string={"userId": "alice"}).status == 503


# --- ids of requests ---


def test_a_request_gets_an_id(world: World) -> None:
    first, second = world.api("GET", "/v1/healthz"), world.api("GET", "/v1/healthz")
    assert UUID.fullmatch(first.headers["X-Request-Id"])
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]


@pytest.mark.parametrize("given", ["a", "A-b_c.9:z", "x" * 128])
def test_a_request_keeps_the_id_that_it_brings(world: World, given: str) -> None:
    assert world.api("GET", "/v1/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"] == given
    headers = {"X-Request-Id": given}
    response = world.call("validate_user", "GET", query_string={"userId": "alice"}, headers=headers)
    assert response.headers["X-Request-Id"] == given


def test_errors_carry_the_id_in_header_and_body(world: World) -> None:
    response = world.api("GET", "/v1/nothing", headers={"X-Request-Id": "my-id"})
    assert response.headers["X-Request-Id"] == response.body["request_id"] == "my-id"


# --- headers ---


def responses(world: World) -> list[Response]:
    return [
        world.api("GET", "/v1/healthz"),
        world.api("GET", "/v1/nothing"),
        world.api("POST", "/v1/generations", "alice", json=ORDER),
        world.api("GET", "/v1/healthz", headers={"X-Request-Id": "not usable!"}),
        *(world.call(function, "GET") for function in FUNCTIONS),
        *(world.call(function, "DELETE") for function in FUNCTIONS),
        world.api("OPTIONS", "/v1/generations"),
    ]


def test_every_answer_has_the_cors_and_security_headers(world: World) -> None:
    for response in responses(world):
        headers = response.headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Access-Control-Allow-Methods"] == "GET, POST, PUT, DELETE, OPTIONS"
        allowed = headers["Access-Control-Allow-Headers"].split(", ")
        assert {"Content-Type", "Authorization", "Idempotency-Key", "Prefer", "X-Request-Id"} <= set(allowed)
        assert headers["Access-Control-Max-Age"] == "3600"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


def test_a_browser_may_read_what_matters(world: World) -> None:
    exposed = world.api("GET", "/v1/healthz").headers["Access-Control-Expose-Headers"].split(", ")
    assert {"X-Request-Id", "Retry-After", "Location", "Idempotent-Replayed"} <= set(exposed)


def test_options_is_204_without_a_body_wherever_it_is_asked(world: World) -> None:
    before = world.records()
    for response in (
        world.api("OPTIONS", "/v1/generations"),
        world.api("OPTIONS", "/v1/me"),
        *(world.call(function, "OPTIONS") for function in FUNCTIONS),
    ):
        assert (response.status, response.body) == (204, None)
        assert "Content-Type" not in response.headers
    assert world.records() == before


def test_with_a_list_only_the_origins_in_it_are_allowed() -> None:
    world = World(NOW, CORS_ALLOWED_ORIGINS="https://a.example,https://b.example")
    for origin in ("https://a.example", "https://b.example"):
        assert (
            world.api("GET", "/v1/catalog", headers={"Origin": origin}).headers["Access-Control-Allow-Origin"] == origin
        )
    for other in ("https://evil.example", "https://a.example.evil.example", "http://a.example", "null"):
        headers = world.api("GET", "/v1/catalog", headers={"Origin": other}).headers
        assert "Access-Control-Allow-Origin" not in headers
    assert "Access-Control-Allow-Origin" not in world.api("GET", "/v1/catalog").headers


@pytest.mark.parametrize("origin", ["https://a.example", "https://evil.example", None])
def test_with_a_list_a_cache_is_told_that_the_origin_matters(origin: str | None) -> None:
    world = World(NOW, CORS_ALLOWED_ORIGINS="https://a.example")
    headers = {"Origin": origin} if origin else {}
    assert world.api("GET", "/v1/catalog", headers=headers).headers["Vary"] == "Origin"


def test_with_a_star_the_origin_does_not_matter(world: World) -> None:
    headers = world.api("GET", "/v1/healthz", headers={"Origin": "https://a.example"}).headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Vary" not in headers


def test_an_unknown_address_is_404(world: World) -> None:
    for path in ("/", "/v1", "/v2/generations", "/v1/generations/a/b", "/v1//generations", "/v1/Generations"):
        response = world.api("GET", path)
        assert (response.status, response.body["code"]) == (404, "route_not_found")


# --- the edge of tasks ---


def raising(error: Exception) -> None:
    raise error


def test_work_that_is_done_is_acknowledged() -> None:
    run_task(lambda: None)


@pytest.mark.parametrize(
    "error", [NotFound("x"), InvalidRequest([]), InsufficientCredits(required=1, available=0), AppError("x")]
)
def test_what_will_not_get_better_is_acknowledged_and_logged(error: AppError) -> None:
    with captured_log() as log:
        run_task(lambda: raising(error))
    (line,) = lines_of(log)
    assert (line["severity"], line["code"]) == ("WARNING", error.code)


def test_what_may_get_better_is_asked_for_again() -> None:
    with pytest.raises(RetryTask, match="later"):
        run_task(lambda: raising(Unavailable("later")))


def test_a_bug_is_asked_for_again_and_logged_with_its_traceback() -> None:
    with captured_log() as log, pytest.raises(RetryTask) as raised:
        run_task(lambda: raising(ValueError("hunter2")))
    (line,) = lines_of(log)
    assert line["stack_trace"].endswith("ValueError: hunter2")
    assert "hunter2" not in str(raised.value)


def test_the_worker_answers_503_for_another_try_and_nothing_else(world: World) -> None:
    generation_id = world.create()
    world.model.script = [RuntimeError("hunter2")]
    with pytest.raises(HttpsError) as raised:
        world.deliver(generation_id)
    assert raised.value.code is FunctionsErrorCode.UNAVAILABLE
    assert "hunter2" not in raised.value.message


def test_the_worker_answers_503_while_the_database_is_silent(faulty: World) -> None:
    faulty.documents.fault = Unavailable("The database does not answer. Try again.")
    with pytest.raises(HttpsError):
        faulty.deliver("any")
