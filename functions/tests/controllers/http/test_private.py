"""The worker and the schedules are closed to everybody but the service account that should call them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Request, Response
from werkzeug.test import EnvironBuilder

from controllers.http.api import problem_renderer
from controllers.http.boundary import HttpBoundary
from controllers.http.private import PrivateDoor, TrustedCaller, refusals
from core.errors import Unavailable
from providers.identity.memory import MemoryServiceTokens
from services.accounts.ports import ServiceTokenVerifier
from services.generations.task_signatures import TaskSignatures

WORKER_URL = "https://us-central1-p.cloudfunctions.net/processImageGeneration"
SWEEP_URL = "https://sweep-abc-uc.a.run.app"
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
SIGNATURES = TaskSignatures("pepper-of-the-tests-0123456789-abcdef", "p")
MESSAGE = {"generation_request_id": "g-1", "dispatch": 1, "request_id": None}
SIGNED: dict[str, Any] = {"data": SIGNATURES.signed(MESSAGE)}
UNSIGNED: list[Any] = [
    {"data": MESSAGE},
    {"data": SIGNED["data"] | {"generation_request_id": "g-2"}},
    {"data": TaskSignatures("another-pepper-of-the-tests-0123456789", "p").signed(MESSAGE)},
    {"data": None},
    SIGNED["data"],
    {},
]
QUEUE, SCHEDULER = "darkroom-tasks@p.iam.gserviceaccount.com", "darkroom-schedules@p.iam.gserviceaccount.com"
TOKENS = {
    "queue": (WORKER_URL, QUEUE),
    "scheduler": (SWEEP_URL, SCHEDULER),
    "scheduler, elsewhere": ("https://evil.example", SCHEDULER),
    "scheduler at the worker": (WORKER_URL, SCHEDULER),
    "queue at the schedule": (SWEEP_URL, QUEUE),
    "queue, elsewhere": ("https://another.example", QUEUE),
}
SPOOFED = {
    "X-CloudTasks-QueueName": "processImageGeneration",
    "X-CloudTasks-TaskName": "t-1",
    "X-CloudScheduler": "true",
    "X-AppEngine-Cron": "true",
    "User-Agent": "Google-Cloud-Tasks",
}

Refuse = Callable[[PrivateDoor, Request], Response | None]
TASK: Refuse = PrivateDoor.refuse_task
SCHEDULE: Refuse = PrivateDoor.refuse_schedule


def door(tokens: ServiceTokenVerifier | None, schedule_url: str = SWEEP_URL) -> PrivateDoor:
    return PrivateDoor(
        tokens,
        SIGNATURES,
        refusals(HttpBoundary(()), problem_renderer("https://p.web.app")),
        queue=TrustedCaller(account=QUEUE, audience=WORKER_URL),
        scheduler=TrustedCaller(account=SCHEDULER, audience=schedule_url),
        clock=lambda: NOW,
    )


def call(
    token: str | None = None, *, body: Any = SIGNED, host: str = "sweep-abc-uc.a.run.app", **headers: str
) -> Request:
    credential = {} if token is None else {"Authorization": f"Bearer {token}"}
    environ = EnvironBuilder(
        method="POST", base_url=f"https://{host}", json=body, headers=[*headers.items(), *credential.items()]
    )
    return Request(environ.get_environ())


def refusal(refused: Response | None) -> tuple[int, str]:
    assert refused is not None
    return refused.status_code, json.loads(refused.get_data())["code"]


@pytest.fixture
def closed() -> PrivateDoor:
    return door(MemoryServiceTokens(TOKENS))


@pytest.mark.parametrize(("refuse", "token"), [(TASK, "queue"), (SCHEDULE, "scheduler")])
def test_it_opens_to_the_account_that_is_meant_to_call(closed: PrivateDoor, refuse: Refuse, token: str) -> None:
    assert refuse(closed, call(token)) is None


@pytest.mark.parametrize("refuse", [TASK, SCHEDULE])
@pytest.mark.parametrize("token", [None, "", "forged", "queue, elsewhere", *TOKENS])
def test_it_is_closed_to_all_others(closed: PrivateDoor, refuse: Refuse, token: str | None) -> None:
    if (refuse, token) in [(TASK, "queue"), (SCHEDULE, "scheduler")]:
        return
    refused = refuse(closed, call(token))
    assert refused is not None
    body = json.loads(refused.get_data())
    assert (refused.status_code, body["code"]) == (401, "unauthenticated")
    assert refused.headers["X-Request-Id"] == body["request_id"]


@pytest.mark.parametrize("refuse", [TASK, SCHEDULE])
def test_headers_that_anybody_can_write_open_nothing(closed: PrivateDoor, refuse: Refuse) -> None:
    refused = refuse(closed, call(None, **SPOOFED))
    assert refused is not None
    assert refused.status_code == 401


def test_where_the_certificates_cannot_be_had_the_task_comes_again() -> None:
    class Silent:
        def verify(self, token: str, *, audience: str, email: str) -> None:
            raise Unavailable("Google's certificates cannot be had at the moment.")

    refused = door(Silent()).refuse_task(call("queue"))
    assert refused is not None
    assert refused.status_code == 503


@pytest.mark.parametrize("body", UNSIGNED)
@pytest.mark.parametrize("tokens", [MemoryServiceTokens(TOKENS), None])
def test_a_task_that_none_of_our_processes_signed_is_refused(tokens: ServiceTokenVerifier | None, body: Any) -> None:
    """This holds also where IAM is open and somebody writes SIGNATURE_REMOVED_BY_GOOGLE into a token, and on the
    emulator.
    """
    assert refusal(door(tokens).refuse_task(call("queue", body=body))) == (401, "unauthenticated")


@pytest.mark.parametrize("body", [b"", b"[", b"\xff", b"[1]", b'{"data": ' + b"[" * 40 + b"]" * 40 + b"}"])
def test_a_task_that_is_no_json_is_refused_as_any_other_body(closed: PrivateDoor, body: bytes) -> None:
    environ = EnvironBuilder(method="POST", data=body, content_type="application/json").get_environ()
    environ["HTTP_AUTHORIZATION"] = "Bearer queue"
    assert refusal(closed.refuse_task(Request(environ))) == (400, "malformed_json")


def test_a_task_is_not_read_beyond_what_any_body_may_have(closed: PrivateDoor) -> None:
    large = call("queue", body={"data": "x" * 70_000})
    assert refusal(closed.refuse_task(large)) == (413, "payload_too_large")


def test_the_body_can_be_read_again_by_the_function_itself(closed: PrivateDoor) -> None:
    request = call("queue")
    assert closed.refuse_task(request) is None
    assert request.get_json() == SIGNED


@pytest.mark.parametrize(("refuse", "token"), [(TASK, "queue"), (SCHEDULE, "scheduler")])
@pytest.mark.parametrize("value", ["Bearer x.y.z", "", "Bearer queue"])
def test_a_second_credential_that_cloud_run_would_look_at_instead_is_refused(
    closed: PrivateDoor, refuse: Refuse, token: str, value: str
) -> None:
    request = call(token, **{"X-Serverless-Authorization": value})
    assert refusal(refuse(closed, request)) == (401, "unauthenticated")


def test_a_schedule_is_called_at_its_own_address_and_not_at_the_one_the_caller_names(closed: PrivateDoor) -> None:
    assert refusal(closed.refuse_schedule(call("scheduler, elsewhere", host="evil.example"))) == (
        401,
        "unauthenticated",
    )
    assert closed.refuse_schedule(call("scheduler", host="evil.example")) is None


def test_while_the_address_of_the_schedules_is_not_known_none_of_them_runs() -> None:
    for tokens in (MemoryServiceTokens({"any": ("", SCHEDULER)}), MemoryServiceTokens(TOKENS)):
        for token in ("any", "scheduler"):
            assert refusal(door(tokens, schedule_url="").refuse_schedule(call(token))) == (503, "unavailable")


def test_a_schedule_that_ran_a_moment_ago_does_not_run_again() -> None:
    """A caller who gets past IAM cannot run it more often. The sweep, which is the most frequent schedule, runs each
    minute.
    """
    times = iter(NOW + timedelta(seconds=seconds) for seconds in (0, 0, 29, 30, 59, 90))
    paced = door(MemoryServiceTokens(TOKENS))
    paced._clock = lambda: next(times)
    answers = [paced.refuse_schedule(call("scheduler")) for _ in range(6)]
    assert [answer and answer.status_code for answer in answers] == [None, 429, 429, None, 429, None]
    assert answers[1] is not None
    assert answers[1].headers["Retry-After"] == "30"


def test_a_refused_call_does_not_keep_the_scheduler_out(closed: PrivateDoor) -> None:
    assert refusal(closed.refuse_schedule(call("forged")))[0] == 401
    assert closed.refuse_schedule(call("scheduler")) is None


def test_the_emulator_has_no_tokens_and_its_schedules_run_when_somebody_calls() -> None:
    local = door(None)
    assert local.refuse_task(call()) is None
    assert [local.refuse_schedule(call(body={})) for _ in range(3)] == [None] * 3
