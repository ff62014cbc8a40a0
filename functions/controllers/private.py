"""The door of the private functions: open to one service account, whatever IAM lets through. docs/adr/0010 says why."""

import logging

from flask import Request, Response

from controllers.boundary import Handle, HttpBoundary, Render
from controllers.wire import Answer
from core.errors import AppError, Unauthenticated
from services.ports import ServiceTokenVerifier

log = logging.getLogger(__name__)


class PrivateDoor:
    """`tokens` is None on the emulator, which signs nothing. Headers such as X-CloudTasks-* are nobody's proof."""

    def __init__(
        self,
        tokens: ServiceTokenVerifier | None,
        boundary: HttpBoundary,
        render: Render,
        *,
        worker_url: str,
        queue_account: str,
        scheduler_account: str,
    ) -> None:
        self._tokens = tokens
        self._boundary = boundary
        self._render = render
        self._worker_url = worker_url
        self._queue_account = queue_account
        self._scheduler_account = scheduler_account

    def refuse_task(self, request: Request) -> Response | None:
        """None: it is our queue that calls."""
        return self._refuse(request, self._worker_url, self._queue_account)

    def refuse_schedule(self, request: Request) -> Response | None:
        """None: it is our scheduler that calls, which signs for the address that it calls."""
        return self._refuse(request, f"https://{request.host}", self._scheduler_account)

    def _refuse(self, request: Request, audience: str, email: str) -> Response | None:
        if self._tokens is None:
            return None
        try:
            self._tokens.verify(_bearer(request), audience=audience, email=email)
        except AppError as error:
            log.warning("private_call_refused", extra={"audience": audience, "reason": error.message})
            return self._boundary.serve(request, _raising(error), self._render)
        return None


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("Only our own services may call this.")
    return token.strip()


def _raising(error: AppError) -> Handle:
    def refuse(_: Request, __: str) -> Answer:
        raise error

    return refuse
