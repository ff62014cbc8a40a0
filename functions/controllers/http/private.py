"""Guards the private functions. Each is open to one account only, whatever IAM allows. docs/adr/0010 says why."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from flask import Request, Response

from controllers.http.body import json_object
from controllers.http.boundary import Handle, HttpBoundary, Render
from controllers.http.wire import Answer
from core.clock import Clock
from core.errors import AppError, RateLimited, Unauthenticated, Unavailable
from services.accounts.ports import ServiceTokenVerifier
from services.generations.task_signatures import TaskSignatures

log = logging.getLogger(__name__)

# This is the least time between two runs of a schedule in one process. The most frequent schedule runs each minute.
BETWEEN_RUNS = timedelta(seconds=30)

Refuse = Callable[[Request, AppError], Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedCaller:
    """Names the one account that may call, and the address that its token must be meant for."""

    account: str
    audience: str


class PrivateDoor:
    """Refuses calls that do not come from our queue or scheduler.

    `tokens` is None on the emulator, which does not sign tokens. Headers such as X-CloudTasks-* prove nothing.
    """

    def __init__(
        self,
        tokens: ServiceTokenVerifier | None,
        signatures: TaskSignatures,
        refuse: Refuse,
        *,
        queue: TrustedCaller,
        scheduler: TrustedCaller,
        clock: Clock,
    ) -> None:
        self._tokens = tokens
        self._signatures = signatures
        self._refuse = refuse
        self._queue = queue
        self._scheduler = scheduler
        self._clock = clock
        self._lock = Lock()
        self._last_run: datetime | None = None

    def refuse_task(self, request: Request) -> Response | None:
        """Return the refusal, or None if our queue calls, with a task that one of our processes signed."""
        return self._refusal(request, self._check_task)

    def refuse_schedule(self, request: Request) -> Response | None:
        """Return the refusal, or None if our scheduler calls."""
        return self._refusal(request, self._check_schedule)

    def _refusal(self, request: Request, check: Callable[[Request], None]) -> Response | None:
        try:
            check(request)
        except AppError as error:
            log.warning("private_call_refused", extra={"path": request.path, "reason": error.message})
            return self._refuse(request, error)
        return None

    def _check_task(self, request: Request) -> None:
        if self._tokens is not None:
            _check_token(request, self._tokens, self._queue)
        if not self._signatures.holds(json_object(request).get("data")):
            raise Unauthenticated("The task is not signed with this project's key.")

    def _check_schedule(self, request: Request) -> None:
        """Check who calls, and how often. A schedule takes no input, so there is no signature to check."""
        if self._tokens is None:
            return
        if not self._scheduler.audience:
            raise Unavailable("SCHEDULES_URL is not set: `make doors PROJECT=…` shows what it must be.")
        _check_token(request, self._tokens, self._scheduler)
        self._pace()

    def _pace(self) -> None:
        """Raise RateLimited if this process ran its schedule a moment ago."""
        with self._lock:
            now = self._clock()
            if self._last_run is not None and now < self._last_run + BETWEEN_RUNS:
                seconds = int(BETWEEN_RUNS.total_seconds())
                raise RateLimited("This schedule ran a moment ago.", retry_after=seconds, policy="schedules")
            self._last_run = now


def refusals(boundary: HttpBoundary, render: Render) -> Refuse:
    """Return the function that answers refusals as the API does, with its headers and its line in the log."""

    def refuse(request: Request, error: AppError) -> Response:
        return boundary.serve(request, _raising(error), render)

    return refuse


def _check_token(request: Request, tokens: ServiceTokenVerifier, caller: TrustedCaller) -> None:
    """Raise Unauthenticated if the token is not good, or Unavailable if this cannot be found out.

    If X-Serverless-Authorization is sent, Cloud Run checks only the token in it, and passes Authorization on unchecked.
    Then a caller who has a right to the first could write any claims into the second. Neither Cloud Tasks nor Cloud
    Scheduler sends that header.
    """
    if "X-Serverless-Authorization" in request.headers:
        raise Unauthenticated("X-Serverless-Authorization is not taken here.")
    tokens.verify(_bearer(request), audience=caller.audience, email=caller.account)


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("Only our own services may call this.")
    return token.strip()


def _raising(error: AppError) -> Handle:
    def refuse(_: Request, __: str) -> Answer:
        raise error

    return refuse
