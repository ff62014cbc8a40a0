"""The worker and the schedules: closed to everybody but the service account that is meant to call."""

import json
from collections.abc import Callable

import pytest
from flask import Request, Response
from werkzeug.test import EnvironBuilder

from controllers.api import problem_renderer
from controllers.boundary import HttpBoundary
from controllers.private import PrivateDoor
from core.errors import Unavailable
from providers.identity.memory import MemoryServiceTokens
from services.ports import ServiceTokenVerifier

WORKER_URL = "https://us-central1-p.cloudfunctions.net/processImageGeneration"
HOST = "sweep-abc-uc.a.run.app"
QUEUE, SCHEDULER = "darkroom-tasks@p.iam.gserviceaccount.com", "darkroom-schedules@p.iam.gserviceaccount.com"
TOKENS = {
    "queue": (WORKER_URL, QUEUE),
    "scheduler": (f"https://{HOST}", SCHEDULER),
    "scheduler at the worker": (WORKER_URL, SCHEDULER),
    "queue at the schedule": (f"https://{HOST}", QUEUE),
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


def door(tokens: ServiceTokenVerifier | None) -> PrivateDoor:
    return PrivateDoor(
        tokens,
        HttpBoundary(()),
        problem_renderer("https://p.web.app"),
        worker_url=WORKER_URL,
        queue_account=QUEUE,
        scheduler_account=SCHEDULER,
    )


def call(token: str | None = None, **headers: str) -> Request:
    credential = {} if token is None else {"Authorization": f"Bearer {token}"}
    return Request(
        EnvironBuilder(method="POST", base_url=f"https://{HOST}", headers={**headers, **credential}).get_environ()
    )


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


def test_on_the_emulator_nothing_is_signed_and_nothing_asked_for() -> None:
    assert door(None).refuse_task(call()) is None
