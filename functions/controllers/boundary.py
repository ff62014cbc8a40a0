"""The edges: here exceptions become responses, acknowledgements and retries, and nowhere else."""

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import Request, Response
from pydantic import BaseModel

from controllers.headers import request_id
from controllers.wire import Answer
from core.errors import AppError, MethodNotAllowed, Unauthenticated
from core.logging import log_context

log = logging.getLogger(__name__)

_RETRY_AFTER_SECONDS = "2"

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, Authorization, Idempotency-Key, Prefer, X-Request-Id",
    "Access-Control-Expose-Headers": "Idempotent-Replayed, Location, Preference-Applied, Retry-After, X-Request-Id",
    "Access-Control-Max-Age": "3600",
}


class Bug(AppError):
    """What a caller is told of a fault of ours: nothing but the id that finds the traceback in the log."""

    def __init__(self, request_id: str) -> None:
        super().__init__(f"Something went wrong on our side. Quote this id when you report it: {request_id}")


class HttpBoundary:
    """The HTTP edge: an id for the request, CORS, one log line, and every exception as the caller's kind of error."""

    def __init__(self, allowed_origins: tuple[str, ...]) -> None:
        self._allowed_origins = allowed_origins

    def serve(
        self,
        request: Request,
        handle: Callable[[Request, str], Answer],
        render: Callable[[AppError, str], Answer],
    ) -> Response:
        if request.method == "OPTIONS":
            return self._finished(Answer(status=204, body=None), request, "")
        started = time.perf_counter()
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            known_id = request_id(headers)
        except AppError as error:
            known_id = request_id({})
            return self._finished(render(error, known_id), request, known_id)
        with log_context(request_id=known_id):
            answer = _answered(request, known_id, handle, render)
            millis = round((time.perf_counter() - started) * 1000, 1)
            extra = {
                "method": request.method,
                "path": request.path,
                "status": answer.status,
                "millis": millis,
            }
            log.info("request_served", extra=extra)
        return self._finished(answer, request, known_id)

    def _finished(self, answer: Answer, request: Request, known_id: str) -> Response:
        response = Response(_content(answer.body), status=answer.status)
        response.headers.update({**_HEADERS, "Content-Type": "application/json", **answer.headers})
        if answer.body is None:
            del response.headers["Content-Type"]
        if known_id:
            response.headers["X-Request-Id"] = known_id
        self._allow_origin(response, request.headers.get("Origin"))
        return response

    def _allow_origin(self, response: Response, origin: str | None) -> None:
        if "*" in self._allowed_origins:
            response.headers["Access-Control-Allow-Origin"] = "*"
            return
        response.headers["Vary"] = "Origin"
        if origin in self._allowed_origins:
            response.headers["Access-Control-Allow-Origin"] = str(origin)


def _answered(
    request: Request,
    known_id: str,
    handle: Callable[[Request, str], Answer],
    render: Callable[[AppError, str], Answer],
) -> Answer:
    try:
        return handle(request, known_id)
    except AppError as error:
        log.info("request_refused", extra={"code": error.code, "status": error.status})
        answer = render(error, known_id)
        return replace(answer, headers={**answer.headers, **_hints(error)})
    except Exception:
        log.exception("request_crashed")
        return render(Bug(known_id), known_id)


def _hints(error: AppError) -> dict[str, str]:
    """What a client may do instead, in the headers that HTTP has for it."""
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, MethodNotAllowed):
        return {"Allow": ", ".join(error.allowed)}
    return {"Retry-After": _RETRY_AFTER_SECONDS} if error.retryable else {}


class RetryTask(Exception):
    """Tells the queue to bring the task again."""


def run_task(work: Callable[[], object]) -> None:
    """The edge of tasks and schedules. Returning acknowledges; RetryTask, all that comes out, asks for another run."""
    try:
        work()
    except AppError as error:
        if error.retryable:
            log.info("task_retried", extra={"code": error.code})
            raise RetryTask(error.message) from error
        log.warning("task_refused", extra={"code": error.code, "reason": error.message})
    except Exception as error:
        log.exception("task_crashed")
        raise RetryTask("crashed; the log has the traceback") from error


def _content(body: BaseModel | Mapping[str, Any] | None) -> bytes:
    if body is None:
        return b""
    if isinstance(body, BaseModel):
        return body.model_dump_json(by_alias=True).encode()
    return json.dumps(body, default=str, ensure_ascii=False).encode()
