"""Declares every Cloud Function: its trigger, its limits, and one line. Importing this opens nothing.

Clients of feraset-imagen call the functions by these names. Limits are here, next to the functions that they apply to.
"""

import os
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Request, Response

from bootstrap import darkroom, refuse_unfit_environment
from core.deployment import WEB_THREADS, QueueLimits, ServiceAccounts
from core.environment import SECRETS
from core.queues import Queue, longest_deadline_seconds
from triggers import (
    Handler,
    is_served,
    on_request,
    on_schedule,
    on_task_dispatched,
    serve_every_path,
    set_global_options,
)

if TYPE_CHECKING:
    from firebase_functions.https_fn import CallableRequest
    from firebase_functions.scheduler_fn import ScheduledEvent

# At discovery this is left out, because the settings of the functions are not there.
if is_served():
    refuse_unfit_environment()

# Every function checks all settings when it starts, so each of them needs every secret.
set_global_options(region="us-central1", max_instances=10, secrets=list(SECRETS))

LIMITS = QueueLimits.from_environment(os.environ)
ACCOUNTS = ServiceAccounts.from_environment(os.environ)

UTC = ZoneInfo("UTC")

WEB: dict[str, Any] = {
    "memory": 512,
    "cpu": 1,
    "concurrency": WEB_THREADS,
    "timeout_sec": 60,
    "service_account": ACCOUNTS.api,
}
SCHEDULED: dict[str, Any] = {
    "memory": 512,
    "timeout_sec": 540,
    "max_instances": 1,
    "service_account": ACCOUNTS.schedules,
}

# functions-framework starts four threads for each core unless told otherwise, and the other requests that Cloud Run
# sends to the instance would wait. It looks here after it has imported this file. Threads start when they are needed.
os.environ.setdefault("THREADS", str(WEB["concurrency"]))


@on_request(**WEB)
def api(request: Request) -> Response:
    return darkroom().api.serve(request)


@on_request(**WEB)
def createGenerationRequest(request: Request) -> Response:
    return darkroom().generation_urls.create_generation_request(request)


@on_request(**WEB)
def getGenerationStatus(request: Request) -> Response:
    return darkroom().generation_urls.get_generation_status(request)


@on_request(**WEB)
def getUserCredits(request: Request) -> Response:
    return darkroom().user_urls.get_user_credits(request)


@on_request(**WEB)
def validate_user(request: Request) -> Response:
    return darkroom().user_urls.validate_user(request)


@on_request(**WEB)
def seed_database(request: Request) -> Response:
    return darkroom().operator_urls.seed_database(request)


@on_request(**{**WEB, "timeout_sec": 540})
def scheduleWeeklyReport(request: Request) -> Response:
    return darkroom().operator_urls.schedule_weekly_report(request)


def from_queue(request: Request) -> Response | None:
    return darkroom().private.refuse_task(request)


def from_scheduler(request: Request) -> Response | None:
    return darkroom().private.refuse_schedule(request)


def on_task(queue: Queue) -> Handler:
    """Return the function of this queue. It has to be declared by the queue's name."""
    starts_at_once, starts_per_second = LIMITS.max_concurrent_dispatches, LIMITS.max_dispatches_per_second
    declare = on_task_dispatched(
        guard=from_queue,
        retry={
            "max_attempts": LIMITS.max_attempts,
            "min_backoff_seconds": LIMITS.min_backoff_seconds,
            "max_backoff_seconds": LIMITS.max_backoff_seconds,
        },
        rate={
            "max_concurrent_dispatches": queue.row.at_once(starts_at_once),
            "max_dispatches_per_second": queue.row.per_second(starts_per_second),
        },
        memory=1024,
        cpu=1,
        concurrency=4,
        timeout_sec=longest_deadline_seconds(),
        service_account=ACCOUNTS.worker,
    )

    def process(request: "CallableRequest[Any]") -> None:
        darkroom().worker.process(request.data)

    process.__name__ = process.__qualname__ = queue.value
    return declare(process)


# Firebase makes a queue for each function. The tasks of all queues are sent to the first function.
globals().update({queue.value: on_task(queue) for queue in Queue})


@on_schedule(guard=from_scheduler, schedule="* * * * *", timezone=UTC, **SCHEDULED)
def sweep(_: "ScheduledEvent") -> None:
    darkroom().schedules.sweep()


@on_schedule(guard=from_scheduler, schedule="15 3 * * *", timezone=UTC, **SCHEDULED)
def audit(_: "ScheduledEvent") -> None:
    darkroom().schedules.audit()


@on_schedule(guard=from_scheduler, schedule="25 20 * * 1", timezone=UTC, **SCHEDULED)
def weeklyReport(_: "ScheduledEvent") -> None:
    darkroom().schedules.weekly_report()


serve_every_path(globals())
