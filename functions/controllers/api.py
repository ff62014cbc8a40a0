"""`/v1`: the table of routes, and the way of one request through it."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Request, Response
from werkzeug.exceptions import MethodNotAllowed as NoSuchMethod
from werkzeug.exceptions import NotFound as NoSuchPath
from werkzeug.routing import Map, RequestRedirect, Rule

from controllers.auth import Authenticator
from controllers.body import json_object
from controllers.boundary import HttpBoundary
from controllers.wire import Answer, Call, Route
from core.errors import AppError, FieldError, InvalidRequest, MethodNotAllowed, NotFound
from schemas.base import parse
from schemas.problems import problem_of


class RouteNotFound(NotFound):
    code = "route_not_found"
    title = "There is nothing at this address"


class Api:
    def __init__(self, routes: Iterable[Route], authenticator: Authenticator, boundary: HttpBoundary) -> None:
        self.routes = {route.name: route for route in routes}
        self._authenticator = authenticator
        self._boundary = boundary
        self._map = Map(
            [Rule(_rule(route.path), methods=[route.method], endpoint=route.name) for route in self.routes.values()],
            strict_slashes=False,
            merge_slashes=False,
        )

    def serve(self, request: Request) -> Response:
        return self._boundary.serve(request, self._handle, render)

    def _handle(self, request: Request, request_id: str) -> Answer:
        route, path = self._match(request)
        query = _single_values(request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        user_id = "" if route.is_public else self._user_id(headers, query)
        call = Call(
            request_id=request_id,
            user_id=user_id,
            path=path,
            headers=headers,
            query=_query(route, query),
            body=_body(route, request),
        )
        return route.handle(call)

    def _match(self, request: Request) -> tuple[Route, Mapping[str, str]]:
        try:
            name, path = self._map.bind("").match(request.path, method=request.method)
        except NoSuchMethod as error:
            allowed = sorted(set(error.valid_methods or ()) - {"HEAD"})
            raise MethodNotAllowed(request.method, allowed) from error
        except (NoSuchPath, RequestRedirect) as error:
            raise RouteNotFound(f"There is nothing at {request.path}.") from error
        return self.routes[name], path

    def _user_id(self, headers: Mapping[str, str], query: dict[str, str]) -> str:
        """`userId` names the user in open mode only; elsewhere it stays in the query, and is refused there."""
        named = query.pop("userId", None) if self._authenticator.is_open else None
        return self._authenticator.user_id(headers, named)


def render(error: AppError, request_id: str) -> Answer:
    headers = {"Content-Type": "application/problem+json"}
    body = problem_of(error, request_id).model_dump(exclude_none=True)
    return Answer(status=error.status, body={"charged": None, **body}, headers=headers)


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
