"""Turns exceptions into responses, acknowledgements and retries.

This happens only here, at the edges of the program.
"""

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from io import BytesIO
from typing import Any

from flask import Request, Response
from pydantic import BaseModel
from werkzeug.datastructures import Headers

from controllers.http.headers import request_id
from controllers.http.wire import Answer
from core.errors import AppError, HeadersTooLarge, MethodNotAllowed, RateLimited, Unauthenticated
from core.logging import log_context
from core.settings.values import EVERY_ORIGIN

log = logging.getLogger(__name__)

_RETRY_AFTER_SECONDS = "2"

_HEADERS_BYTES_MAX = 16 * 1024

_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}

_CORS = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, Authorization, Idempotency-Key, If-Match, Prefer, "
    "X-API-Key, X-External-User-Id, X-Firebase-AppCheck, X-Request-Id",
    "Access-Control-Expose-Headers": "Content-Disposition, ETag, Idempotent-Replayed, Location, "
    "Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id",
    "Access-Control-Max-Age": "3600",
}

type Handle = Callable[[Request, str], Answer]
type Render = Callable[[AppError, str], Answer]


class Bug(AppError):
    """Is raised for a fault of ours. The caller is only told the id by which the traceback is found in the log."""

    def __init__(self, request_id: str) -> None:
        super().__init__(f"Something went wrong on our side. Quote this id when you report it: {request_id}")


class HttpBoundary:
    """Gives each request an id, CORS headers and one log line, and turns every exception into a response."""

    def __init__(self, allowed_origins: tuple[str, ...]) -> None:
        self._allowed_origins = allowed_origins

    def serve(self, request: Request, handle: Handle, render: Render) -> Response:
        if request.method == "OPTIONS":
            return self._finished(Response(status=204), request)
        started = time.perf_counter()
        known_id, refused = _identified(request)
        with log_context(request_id=known_id):
            response = _guarded(
                lambda: _answered(request, known_id, refused, handle, render),
                lambda: _guarded(lambda: _response(render(Bug(known_id), known_id)), lambda: _fallback(known_id)),
            )
            millis = round((time.perf_counter() - started) * 1000, 1)
            extra = {
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "millis": millis,
            }
            log.info("request_served", extra=extra)
        response.headers["X-Request-Id"] = known_id
        return self._finished(response, request)

    def _finished(self, response: Response, request: Request) -> Response:
        request.stream = BytesIO()  # otherwise functions-framework would read the rest of the body, whatever its size
        given = dict(response.headers)
        if response.status_code == HTTPStatus.NO_CONTENT:
            given.pop("Content-Type", None)
        # The headers are set all at once, because to set one, werkzeug compares its name with those of all others.
        response.headers = Headers({**_SECURITY, **given, **self._cors(request, given.get("Vary"))})
        return response

    def _cors(self, request: Request, vary: str | None) -> dict[str, str]:
        """Return the headers that depend on the page that asks. `vary` is what else the answer depends on."""
        if self._allowed_origins == EVERY_ORIGIN:
            return {"Access-Control-Allow-Origin": "*", **_CORS}
        varying = {"Vary": f"{vary}, Origin" if vary else "Origin"}
        origin = request.headers.get("Origin", "")
        if origin in self._allowed_origins:
            return {**varying, "Access-Control-Allow-Origin": origin, **_CORS}
        return varying


def _identified(request: Request) -> tuple[str, AppError | None]:
    """Return the request's id, and the error if its headers are too large or its id is not usable."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    if sum(len(name) + len(value) + len(": \r\n") for name, value in headers.items()) > _HEADERS_BYTES_MAX:
        return request_id({}), HeadersTooLarge(_HEADERS_BYTES_MAX)
    try:
        return request_id(headers), None
    except AppError as error:
        return request_id({}), error


def _guarded(respond: Callable[[], Response], otherwise: Callable[[], Response]) -> Response:
    try:
        return respond()
    except Exception:
        log.exception("request_crashed")
    return otherwise()


def _answered(request: Request, known_id: str, refused: AppError | None, handle: Handle, render: Render) -> Response:
    try:
        if refused is not None:
            raise refused
        return _response(handle(request, known_id))
    except AppError as error:
        log.info("request_refused", extra={"code": error.code, "status": error.status})
        answer = render(error, known_id)
        return _response(replace(answer, headers={**answer.headers, **_advice_headers(error)}))


def _response(answer: Answer) -> Response:
    headers = {"Content-Type": "application/json", **answer.headers}
    response = Response(_content(answer.body), status=answer.status, headers=headers)
    if answer.body is None:
        del response.headers["Content-Type"]
    return response


def _fallback(known_id: str) -> Response:
    """Return a response for the case that even the answer to a bug cannot be rendered. Nothing here can fail."""
    body = {"title": Bug.title, "status": Bug.status, "code": Bug.code, "request_id": known_id}
    return Response(json.dumps(body), status=Bug.status, content_type="application/problem+json")


def _advice_headers(error: AppError) -> dict[str, str]:
    """Return the headers by which HTTP tells a client what it may do after this error."""
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, MethodNotAllowed):
        return {"Allow": ", ".join(error.allowed)}
    if isinstance(error, RateLimited):
        seconds = str(error.retry_after)
        return {"Retry-After": seconds, "RateLimit": f'"{error.policy}";r=0;t={seconds}'}
    return {"Retry-After": _RETRY_AFTER_SECONDS} if error.retryable else {}


class RetryTask(Exception):
    """Makes the queue send the task again."""


# From this status on, the fault is on our side, so that another version may still do the task.
_SERVER_ERROR_MIN = 500


def run_task(work: Callable[[], object]) -> None:
    """Do a task, or run a schedule. A return acknowledges it.

    RetryTask, the only error it raises, asks for another run.
    """
    try:
        work()
    except AppError as error:
        if error.retryable or error.status >= _SERVER_ERROR_MIN:
            log.info("task_retried", extra={"code": error.code})
            raise RetryTask(error.message) from error
        log.warning("task_refused", extra={"code": error.code, "reason": error.message})
    except Exception as error:
        log.exception("task_crashed")
        raise RetryTask("crashed; the log has the traceback") from error


def _content(body: BaseModel | Mapping[str, Any] | bytes | None) -> bytes:
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    if isinstance(body, BaseModel):
        return body.model_dump_json(by_alias=True).encode()
    # A message may quote half of a surrogate pair, which UTF-8 cannot encode.
    return json.dumps(body, default=str, ensure_ascii=False).encode(errors="replace")
