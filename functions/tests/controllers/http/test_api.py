"""Every documented route is found, whichever table it is in. A client's request does not make the table of seldom used
routes.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from controllers.http.api import Api
from controllers.http.wire import Access, Answer, Route
from world import World, send

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
WORLD = World(NOW)


def a_route(method: str, path: str, name: str) -> Route:
    return Route(
        method=method,
        path=path,
        name=name,
        summary="",
        handle=lambda call: Answer(body={"name": name, **call.path}),
        access=Access.ADMIN,
        answers={200: None},
    )


class Seldom:
    def __init__(self, *routes: Route) -> None:
        self.made = 0
        self._routes = routes

    def __call__(self) -> Iterable[Route]:
        self.made += 1
        return self._routes


def api_with(*often: Route, seldom: Seldom) -> Api:
    app = WORLD.app
    return Api(
        often,
        seldom,
        authenticator=app.authenticator,
        throttle=app.throttle,
        boundary=app.boundary,
        render=app.render_problem,
    )


def get(api: Api, path: str, method: str = "GET") -> tuple[int, str | None]:
    answer = send(api.serve, method, path, query_string={"userId": "alice"})
    return answer.status, answer.body.get("name", answer.body.get("code"))


@pytest.mark.parametrize("name", WORLD.app.api.routes)
def test_each_documented_route_is_the_one_that_is_found(name: str) -> None:
    """This would find an operators' route that has another prefix, or that stands behind a client's route with an
    `{id}`.
    """
    route = WORLD.app.api.routes[name]
    builder = EnvironBuilder(method=route.method, path=route.path.replace("{id}", "some-id").replace("{key}", "key"))
    found, _ = World(NOW).app.api.match(Request(builder.get_environ()))
    assert found.name == name


@pytest.mark.parametrize("path", ["/v1/admin/things", "/v1/operators/things", "/v1/things", "/v1/me/things"])
def test_a_seldom_route_is_found_under_any_prefix(path: str) -> None:
    api = api_with(a_route("GET", "/v1/me", "often"), seldom=Seldom(a_route("GET", path, "seldom")))
    assert path in {route.path for route in api.routes.values()}
    assert get(api, path) == (200, "seldom")


def test_one_path_may_have_methods_in_both() -> None:
    seldom = Seldom(a_route("POST", "/v1/things", "make"))
    api = api_with(a_route("GET", "/v1/things", "list"), seldom=seldom)
    assert [get(api, "/v1/things", method) for method in ("GET", "POST")] == [(200, "list"), (200, "make")]
    answer = send(api.serve, "DELETE", "/v1/things")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, POST")


def test_a_clients_request_makes_no_seldom_route() -> None:
    seldom = Seldom(a_route("GET", "/v1/admin/things", "seldom"))
    api = api_with(a_route("GET", "/v1/me", "often"), seldom=seldom)
    assert get(api, "/v1/me") == (200, "often")
    assert seldom.made == 0


def test_they_are_made_once() -> None:
    seldom = Seldom(a_route("GET", "/v1/admin/things", "seldom"))
    api = api_with(a_route("GET", "/v1/me", "often"), seldom=seldom)
    assert get(api, "/v1/nowhere") == (404, "route_not_found")
    assert get(api, "/v1/admin/things") == (200, "seldom")
    assert seldom.made == 1
