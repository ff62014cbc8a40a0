"""Reads the requests of the function URLs: who calls, and with which parameters."""

from collections.abc import Mapping

from flask import Request

from controllers.compatibility.function_url_errors import Missing
from controllers.http.auth import Authenticator, document_id
from controllers.http.body import json_object
from core.errors import FieldError, InvalidRequest, MethodNotAllowed, Unauthenticated
from domain.accounts.keys import Scope
from services.accounts.access import Caller
from services.accounts.instructions import OPERATOR


class Callers:
    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator

    @property
    def is_open(self) -> bool:
        return self._authenticator.is_open

    def anybody(self, request: Request, *, changes: bool = False) -> Caller | None:
        """Return the caller, or None if the request has no credential. Raise Unauthenticated."""
        return self._authenticator.caller(headers(request), request.remote_addr or "", changes=changes)

    def caller(self, request: Request, named: object, scope: Scope, *, changes: bool = False) -> Caller:
        """Return the caller, who must have `scope`.

        Here, every request that changes something is a creation, and its commit checks the caller's standing again.
        """
        if isinstance(named, str):
            document_id("userId", named)
        caller = self._authenticator.known_caller(
            headers(request),
            request.remote_addr or "",
            named=named if isinstance(named, str) else None,
            is_fenced=changes,
            changes=changes,
        )
        caller.refuse_unless(scope, admin=False)
        return caller

    def named_user(self, request: Request) -> str:
        named = optional_parameter(request, "userId")
        if named is None and self._authenticator.is_open and not _has_credential(request):
            raise Missing("userId")
        return self.caller(request, named, Scope.BALANCE_READ).user_id

    def operator(self, request: Request) -> str:
        """Return the name of the admin who calls. In open mode, a caller without a credential may do what an admin may.

        Raises Unauthenticated or PermissionDenied.
        """
        caller = self.anybody(request, changes=True)
        if caller is not None:
            caller.refuse_unless(Scope.ADMIN_WRITE, admin=True)
            return caller.actor
        if not self._authenticator.is_open:
            raise Unauthenticated("Send Authorization: Bearer <Firebase ID token of an admin>.")
        return OPERATOR


def parameter(request: Request, name: str) -> str:
    value = optional_parameter(request, name)
    if value is None:
        raise Missing(name)
    return document_id(name, value)


def optional_parameter(request: Request, name: str) -> str | None:
    """Return a parameter from the query, or from the JSON body of a POST. Raises MethodNotAllowed or InvalidRequest."""
    if request.method not in ("GET", "HEAD", "POST"):
        raise MethodNotAllowed(request.method, ["GET", "POST"])
    value = request.args.get(name)
    if value is None and request.method == "POST":
        value = json_object(request).get(name) if request.is_json else None
    if value is not None and not isinstance(value, str):
        raise InvalidRequest([FieldError(pointer=name, detail="must be text")])
    return value or None


def headers(request: Request) -> Mapping[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def _has_credential(request: Request) -> bool:
    return "Authorization" in request.headers or "X-API-Key" in request.headers
