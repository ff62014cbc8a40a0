"""Serves `/v1`: finds the route of a request, checks the request, and calls the route."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache, cached_property
from typing import Any

from flask import Request, Response
from werkzeug.exceptions import MethodNotAllowed as NoSuchMethod
from werkzeug.exceptions import NotFound as NoSuchPath
from werkzeug.routing import Map, RequestRedirect, Rule

from controllers.http.auth import Authenticator
from controllers.http.body import json_object
from controllers.http.boundary import HttpBoundary, Render
from controllers.http.throttle import Throttle
from controllers.http.wire import Access, Answer, Call, Route
from core.errors import AppError, FieldError, InvalidRequest, MethodNotAllowed, NotFound
from schemas.base import parse
from schemas.problems import problem_of
from services.accounts.access import Caller

_SAFE_METHODS = frozenset({"GET", "HEAD"})


class RouteNotFound(NotFound):
    code = "route_not_found"
    title = "There is nothing at this address"


class Table:
    """Holds the routes by name, and finds the route of a method and a path."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = {route.name: route for route in routes}

    @cached_property
    def _map(self) -> Map:
        """Made when a request is first matched, because the rules take longer than the routes."""
        return Map(
            [Rule(_rule(route.path), methods=[route.method], endpoint=route.name) for route in self.routes.values()],
            strict_slashes=False,
            merge_slashes=False,
        )

    def match(self, request: Request) -> tuple[Route, Mapping[str, str]]:
        """Return the route, and the parameters in the path. Raises MethodNotAllowed or RouteNotFound."""
        try:
            name, path = self._map.bind("").match(request.path, method=request.method)
        except NoSuchMethod as error:
            allowed = sorted(set(error.valid_methods or ()) - {"HEAD"})
            raise MethodNotAllowed(request.method, allowed) from error
        except (NoSuchPath, RequestRedirect) as error:
            raise RouteNotFound(f"There is nothing at {request.path}.") from error
        return self.routes[name], path


class Api:
    """Serves all routes of `/v1`.

    Clients call `routes`. `seldom_routes` returns those that only operators and readers of reports call: they are made
    when a request fits no other route, so that no client has to wait for them. Whether a route is found depends on its
    own path and method only, and not on which of the two it is in.
    """

    def __init__(
        self,
        routes: Iterable[Route],
        seldom_routes: Callable[[], Iterable[Route]],
        *,
        authenticator: Authenticator,
        throttle: Throttle,
        boundary: HttpBoundary,
        render: Render,
    ) -> None:
        self._table = Table(routes)
        self._whole_table = cache(lambda: Table([*self._table.routes.values(), *seldom_routes()]))
        self._authenticator = authenticator
        self._throttle = throttle
        self._boundary = boundary
        self._render = render

    @property
    def routes(self) -> Mapping[str, Route]:
        return self._whole_table().routes

    def serve(self, request: Request) -> Response:
        return self._boundary.serve(request, self._handle, self._render)

    def match(self, request: Request) -> tuple[Route, Mapping[str, str]]:
        """Return the route, and the parameters in the path. Raises MethodNotAllowed or RouteNotFound."""
        try:
            return self._table.match(request)
        except (MethodNotAllowed, RouteNotFound):
            return self._whole_table().match(request)

    def _handle(self, request: Request, request_id: str) -> Answer:
        route, path = self.match(request)
        query = _single_values(request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        caller = self._caller(route, headers, request, query)
        call = Call(
            request_id=request_id,
            caller=caller,
            path=path,
            headers=headers,
            remote=request.remote_addr or "",
            query=_query(route, query),
            body=_body(route, request),
        )
        answer = route.handle(call)
        if caller is None:
            return answer
        return replace(answer, headers={**self._throttle.allowance(caller.counted).headers(), **answer.headers})

    def _caller(
        self, route: Route, headers: Mapping[str, str], request: Request, query: dict[str, str]
    ) -> Caller | None:
        """Return the caller, who must have what the route asks for, or None on a public route without a credential.

        `userId` names the user in open mode only. Otherwise it stays in the query, and is refused there.
        """
        remote = request.remote_addr or ""
        if route.is_public:
            return self._authenticator.caller(headers, remote)
        caller = self._authenticator.known_caller(
            headers,
            remote,
            named=query.pop("userId", None) if self._authenticator.is_open else None,
            is_fenced=route.is_fenced,
            changes=route.method not in _SAFE_METHODS,
        )
        caller.refuse_unless(route.scope, admin=route.access is Access.ADMIN)
        return caller


def problem_renderer(public_url: str) -> Render:
    """Return the function that renders errors as problems, whose pages are below `public_url`."""

    def render(error: AppError, request_id: str) -> Answer:
        headers = {"Content-Type": "application/problem+json"}
        body = problem_of(error, request_id, public_url).model_dump(exclude_none=True)
        return Answer(status=error.status, body={"charged": None, **body}, headers=headers)

    return render


def _rule(path: str) -> str:
    return path.replace("{", "<").replace("}", ">")


def _single_values(request: Request) -> dict[str, str]:
    twice = [name for name, values in request.args.lists() if len(values) > 1]
    if twice:
        raise InvalidRequest([FieldError(pointer=name, detail="given more than once") for name in twice])
    return dict(request.args.items())


def _query(route: Route, query: dict[str, str]) -> Any:
    if route.query is not None:
        return parse(route.query, query, prefix="")
    if query:
        raise InvalidRequest([FieldError(pointer=name, detail="unknown parameter") for name in query])
    return None


def _body(route: Route, request: Request) -> Any:
    if route.body is None:
        return None
    data = json_object(request)
    return parse(route.body, data, route.checks(data) if route.checks else ())
