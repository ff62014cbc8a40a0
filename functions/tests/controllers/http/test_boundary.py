import re
from datetime import UTC, datetime

import pytest
from firebase_functions.https_fn import FunctionsErrorCode, HttpsError
from flask import Request
from flask import Response as WebResponse
from werkzeug.test import EnvironBuilder

from controllers.http.api import problem_renderer
from controllers.http.boundary import Handle, HttpBoundary, Render, RetryTask, run_task
from controllers.http.wire import Answer
from core.errors import AppError, InvalidRequest, NotFound, RateLimited, Unavailable
from domain.credits.errors import InsufficientCredits
from repositories.store.documents import Document
from repositories.store.memory import MemoryDocuments
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
in_problems = problem_renderer("https://darkroom.example")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Faulty(MemoryDocuments):
    """A database that has a bug, or that does not answer."""

    fault: Exception | None = None

    def get(self, path: str, *, at: datetime | None = None) -> Document | None:
        if self.fault is not None:
            raise self.fault
        return super().get(path, at=at)


def break_database(world: World, fault: Exception) -> None:
    assert isinstance(world.documents, Faulty)
    world.documents.fault = fault


@pytest.fixture
def faulty() -> World:
    world = World(NOW, documents=Faulty())
    world.create()  # this makes the parts
    break_database(world, KeyError("password=hunter2"))
    return world


# --- bugs and outages ---


def test_a_bug_is_an_opaque_500_whose_id_finds_the_traceback(faulty: World) -> None:
    with captured_log() as log:
        response = faulty.api("GET", "/v1/me", "alice", headers={"X-Request-Id": "find-me"})
    assert response.status == 500
    assert response.body == {
        "type": "http://127.0.0.1:8888/docs/problems/internal",
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
    break_database(faulty, Unavailable("The database does not answer. Try again."))
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


# This is the local stack's own page. It may call if nothing else is configured.
ORIGIN = "http://127.0.0.1:8888"

FROM_A_BROWSER = {"Origin": ORIGIN}


def responses(world: World, headers: dict[str, str]) -> list[Response]:
    return [
        world.api("GET", "/v1/healthz", headers=headers),
        world.api("GET", "/v1/nothing", headers=headers),
        world.api("POST", "/v1/generations", "alice", json=ORDER, headers=headers),
        world.api("GET", "/v1/healthz", headers={**headers, "X-Request-Id": "not usable!"}),
        *(world.call(function, "GET", headers=headers) for function in FUNCTIONS),
        *(world.call(function, "DELETE", headers=headers) for function in FUNCTIONS),
        world.api("OPTIONS", "/v1/generations", headers=headers),
    ]


def cors_headers(response: Response) -> list[str]:
    return [name for name in response.headers if name.startswith("Access-Control")]


def listed(response: Response, header: str) -> set[str]:
    return set(response.headers[header].split(", "))


def test_every_answer_has_the_security_headers(world: World) -> None:
    for response in responses(world, {}):
        headers = response.headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
        assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"


def test_every_answer_to_an_allowed_page_has_the_cors_headers(world: World) -> None:
    for response in responses(world, FROM_A_BROWSER):
        assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert listed(response, "Access-Control-Allow-Methods") == {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
        assert listed(response, "Access-Control-Allow-Headers") == {
            *("Content-Type", "Authorization", "Idempotency-Key", "If-Match", "Prefer"),
            *("X-API-Key", "X-External-User-Id", "X-Firebase-AppCheck", "X-Request-Id"),
        }
        assert response.headers["Access-Control-Max-Age"] == "3600"


def test_a_browser_may_read_what_matters(world: World) -> None:
    response = world.api("GET", "/v1/healthz", headers=FROM_A_BROWSER)
    assert listed(response, "Access-Control-Expose-Headers") >= {
        *("X-Request-Id", "Retry-After", "Location", "Idempotent-Replayed"),
        *("ETag", "RateLimit", "RateLimit-Policy"),
    }


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
        for response in responses(world, {"Origin": origin}):
            assert response.headers["Access-Control-Allow-Origin"] == origin
    for other in ("https://evil.example", "https://a.example.evil.example", "http://a.example", "null", "*", ORIGIN):
        for response in responses(world, {"Origin": other}):
            assert cors_headers(response) == []
    assert [cors_headers(response) for response in responses(world, {}) if cors_headers(response)] == []


@pytest.mark.parametrize("origin", ["https://a.example", "https://evil.example", None])
def test_with_a_list_a_cache_is_told_that_the_origin_matters(origin: str | None) -> None:
    world = World(NOW, CORS_ALLOWED_ORIGINS="https://a.example")
    headers = {"Origin": origin} if origin else {}
    assert world.api("GET", "/v1/catalog", headers=headers).headers["Vary"] == "Origin"


def test_with_a_star_the_origin_does_not_matter() -> None:
    world = World(NOW, CORS_ALLOWED_ORIGINS="*")
    for origin in (ORIGIN, "https://evil.example"):
        headers = world.api("GET", "/v1/healthz", headers={"Origin": origin}).headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert "Vary" not in headers


# --- refusals before anybody looks at the request ---


@pytest.mark.parametrize(("spare", "status"), [(0, 200), (-1, 431)])
def test_headers_have_16_kib_in_all_and_not_a_byte_more(world: World, spare: int, status: int) -> None:
    names = [f"X-{number}" for number in range(4)]
    bare = sum(len(f"{name}: \r\n") for name in ("Host", "X-Last", *names)) + len("localhost")
    left = 16 * 1024 - bare - 4 * 4000 - spare
    headers = {**dict.fromkeys(names, "x" * 4000), "X-Last": "x" * left}
    assert world.api("GET", "/v1/healthz", headers=headers).status == status


def test_headers_that_are_too_large_are_refused_in_the_words_of_who_was_asked(world: World) -> None:
    headers = {"X-Large": "x" * 16 * 1024, "X-Request-Id": "mine"}
    response = world.api("GET", "/v1/me", "alice", headers=headers)
    assert (response.status, response.body["code"]) == (431, "headers_too_large")
    assert "16384" in response.body["detail"]
    assert world.call("validate_user", "GET", headers=headers).body["success"] is False


@pytest.mark.parametrize(
    ("headers", "code"),
    [({"X-Request-Id": "not usable!"}, "invalid_request"), ({"X-Large": "x" * 16 * 1024}, "headers_too_large")],
)
def test_they_are_logged_like_any_other(world: World, headers: dict[str, str], code: str) -> None:
    with captured_log() as log:
        response = world.api("GET", "/v1/healthz", headers=headers)
    refused, served = lines_of(log)
    assert (refused["message"], refused["code"]) == ("request_refused", code)
    assert (served["message"], served["status"]) == ("request_served", response.status)
    assert refused["request_id"] == served["request_id"] == response.headers["X-Request-Id"]
    assert "not usable!" not in str(response.headers)


# --- answers that cannot be written ---


def served(handle: Handle, render: Render = in_problems, **headers: str) -> WebResponse:
    request = Request(EnvironBuilder(path="/v1/me", headers=[*headers.items()]).get_environ())
    return HttpBoundary(("*",)).serve(request, handle, render)


def refusing(error: AppError) -> Handle:
    def handle(request: Request, request_id: str) -> Answer:
        raise error

    return handle


def broken_render(error: AppError, request_id: str) -> Answer:
    raise KeyError("hunter2")


class Unwritable:
    def __str__(self) -> str:
        raise ValueError("no text")


def broken_body(error: AppError, request_id: str) -> Answer:
    return Answer(status=404, body={"detail": Unwritable()})


@pytest.mark.parametrize("render", [broken_render, broken_body])
@pytest.mark.parametrize("error", [NotFound("x"), AppError("x")])
def test_an_error_that_cannot_be_told_is_a_bare_500_with_its_traceback_in_the_log(
    render: Render, error: AppError
) -> None:
    with captured_log() as log:
        response = served(refusing(error), render)
    assert (response.status_code, response.content_type) == (500, "application/problem+json")
    assert response.get_json() == {
        "title": "Internal error",
        "status": 500,
        "code": "internal",
        "request_id": response.headers["X-Request-Id"],
    }
    assert response.headers["X-Frame-Options"] == "DENY"
    assert [line["message"] for line in lines_of(log)] == [
        *("request_refused", "request_crashed", "request_crashed"),
        "request_served",
    ]


@pytest.mark.parametrize("headers", [{"X-Request-Id": "!"}, {"X-Large": "x" * 16 * 1024}])
def test_nor_does_it_escape_where_the_request_was_refused_at_once(headers: dict[str, str]) -> None:
    assert served(refusing(NotFound("x")), broken_render, **headers).status_code == 500


@pytest.mark.parametrize(
    "answer", [Answer(body={"text": Unwritable()}), Answer(body={}, headers={"Location": "/a\r\nSet-Cookie: b"})]
)
def test_an_answer_that_cannot_be_written_is_the_opaque_500(answer: Answer) -> None:
    response = served(lambda request, request_id: answer)
    assert (response.status_code, response.get_json()["code"]) == (500, "internal")
    assert "Location" not in response.headers


def test_half_of_a_surrogate_pair_can_be_told() -> None:
    response = served(refusing(NotFound("There is no \ud800.")))
    assert (response.status_code, response.get_json()["detail"]) == (404, "There is no ?.")


# --- hints ---


def test_a_problem_has_the_whole_address_of_its_page() -> None:
    problem = served(refusing(NotFound("x"))).get_json()
    assert problem["type"] == "https://darkroom.example/docs/problems/not_found"


def test_who_is_too_fast_is_told_when_to_come_again() -> None:
    response = served(refusing(RateLimited("Too many.", retry_after=17, policy="requests")))
    assert (response.status_code, response.headers["Retry-After"]) == (429, "17")
    assert response.headers["RateLimit"] == '"requests";r=0;t=17'


def test_an_answer_may_say_more_to_a_cache_than_we_do() -> None:
    headers = {"Cache-Control": "max-age=60", "Vary": "Authorization"}
    request = Request(EnvironBuilder().get_environ())
    boundary = HttpBoundary(("https://a.example",))
    response = boundary.serve(request, lambda request, request_id: Answer(body={}, headers=headers), in_problems)
    assert response.headers["Cache-Control"] == "max-age=60"
    assert set(response.vary) == {"Authorization", "Origin"}


def test_an_unknown_address_is_404(world: World) -> None:
    for path in ("/", "/v1", "/v2/generations", "/v1/generations/a/b", "/v1//generations", "/v1/Generations"):
        response = world.api("GET", path)
        assert (response.status, response.body["code"]) == (404, "route_not_found")


# --- the edge of tasks ---


def raising(error: Exception) -> None:
    raise error


def test_work_that_is_done_is_acknowledged() -> None:
    run_task(lambda: None)


@pytest.mark.parametrize("error", [NotFound("x"), InvalidRequest([]), InsufficientCredits(required=1, available=0)])
def test_what_will_not_get_better_is_acknowledged_and_logged(error: AppError) -> None:
    with captured_log() as log:
        run_task(lambda: raising(error))
    (line,) = lines_of(log)
    assert (line["severity"], line["code"]) == ("WARNING", error.code)


def test_a_fault_of_ours_is_asked_for_again_for_another_version_may_do_it() -> None:
    with pytest.raises(RetryTask, match="x"):
        run_task(lambda: raising(AppError("x")))


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
    break_database(faulty, Unavailable("The database does not answer. Try again."))
    with pytest.raises(HttpsError):
        faulty.deliver("any")
