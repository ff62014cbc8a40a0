"""Every Cloud Function: its trigger, its limits, one line. Importing this opens nothing.

The names are those that the clients of feraset-imagen call. Limits stand here, beside the function that they shape.
"""

import os
from typing import Any
from zoneinfo import ZoneInfo

from firebase_functions import https_fn, scheduler_fn, tasks_fn
from firebase_functions.options import MemoryOption, RateLimits, RetryConfig, set_global_options
from flask import Request, Response

from bootstrap import darkroom
from core.config import QueueLimits

set_global_options(region="us-central1", max_instances=10)

QUEUE = QueueLimits.from_environment(os.environ)

UTC = ZoneInfo("UTC")

WEB: dict[str, Any] = {"memory": MemoryOption.MB_512, "cpu": 1, "concurrency": 16, "timeout_sec": 60}
SCHEDULED: dict[str, Any] = {"memory": MemoryOption.MB_512, "timeout_sec": 540, "max_instances": 1}


@https_fn.on_request(**WEB)
def api(request: Request) -> Response:
    return darkroom().api.serve(request)


@https_fn.on_request(**WEB)
def createGenerationRequest(request: Request) -> Response:
    return darkroom().function_urls.create_generation_request(request)


@https_fn.on_request(**WEB)
def getGenerationStatus(request: Request) -> Response:
    return darkroom().function_urls.get_generation_status(request)


@https_fn.on_request(**WEB)
def getUserCredits(request: Request) -> Response:
    return darkroom().function_urls.get_user_credits(request)


@https_fn.on_request(**WEB)
def validate_user(request: Request) -> Response:
    return darkroom().function_urls.validate_user(request)


@https_fn.on_request(**WEB)
def seed_database(request: Request) -> Response:
    return darkroom().function_urls.seed_database(request)


@https_fn.on_request(**{**WEB, "timeout_sec": 540})
def scheduleWeeklyReport(request: Request) -> Response:
    return darkroom().function_urls.schedule_weekly_report(request)


@tasks_fn.on_task_dispatched(
    retry_config=RetryConfig(
        max_attempts=QUEUE.max_attempts,
        min_backoff_seconds=QUEUE.min_backoff_seconds,
        max_backoff_seconds=QUEUE.max_backoff_seconds,
    ),
    rate_limits=RateLimits(
        max_concurrent_dispatches=QUEUE.max_concurrent_dispatches,
        max_dispatches_per_second=QUEUE.max_dispatches_per_second,
    ),
    memory=MemoryOption.GB_1,
    cpu=1,
    concurrency=4,
    timeout_sec=240,
)
def processImageGeneration(request: https_fn.CallableRequest[Any]) -> None:
    darkroom().worker.process(request.data)


@scheduler_fn.on_schedule(schedule="* * * * *", timezone=UTC, **SCHEDULED)
def sweep(_: scheduler_fn.ScheduledEvent) -> None:
    darkroom().schedules.sweep()


@scheduler_fn.on_schedule(schedule="15 3 * * *", timezone=UTC, **SCHEDULED)
def audit(_: scheduler_fn.ScheduledEvent) -> None:
    darkroom().schedules.audit()


@scheduler_fn.on_schedule(schedule="25 20 * * 1", timezone=UTC, **SCHEDULED)
def weeklyReport(_: scheduler_fn.ScheduledEvent) -> None:
    darkroom().schedules.weekly_report()
