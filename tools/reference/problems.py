"""These are the refusals of `/v1`. Each example is provoked, so a refusal that never happens cannot be documented."""

from collections.abc import Iterable, Mapping
from functools import cache

from controllers.http.api import RouteNotFound
from controllers.http.body import MalformedJson
from controllers.http.boundary import Bug
from controllers.http.wire import Route
from core.errors import (
    AppError,
    HeadersTooLarge,
    InvalidRequest,
    MethodNotAllowed,
    PermissionDenied,
    RateLimited,
    Unauthenticated,
    Unavailable,
)
from tools.reference.attempts import Attempt
from tools.reference.provocations import PROVOCATIONS
from tools.reference.stage import Exchange, Stage, played

# These are tried on every operation, whether it names them or not. They are documented where they happen.
COMMON: tuple[type[AppError], ...] = (
    Unauthenticated,
    PermissionDenied,
    RateLimited,
    HeadersTooLarge,
    InvalidRequest,
    MalformedJson,
    Unavailable,
    Bug,
)

# Nearly every operation answers these with the same words.
_ALIKE: tuple[type[AppError], ...] = (Unauthenticated, RateLimited, HeadersTooLarge, Unavailable, Bug)

_ENVIRONMENTS: Mapping[type[AppError], Mapping[str, str]] = {
    RateLimited: {
        "REQUESTS_PER_MINUTE": "1200",
        "REQUESTS_BURST": "240",
        "CREATIONS_PER_MINUTE": "300",
        "CREATIONS_BURST": "60",
    },
}


class NotProvoked(Exception):
    """Raised if an operation names an error that it does not give, or that nobody here knows how to cause."""


def problems(route: Route) -> Iterable[tuple[type[AppError], Exchange]]:
    """Yield each error that this operation answers with. Raises NotProvoked."""
    for error in dict.fromkeys((*route.errors, *COMMON)):
        exchange = _provoked(route, error)
        if _is(exchange, error):
            yield error, exchange
        elif error in route.errors:
            raise NotProvoked(f"{route.name} names {error.code}, and answers {exchange.content}")


def without_operation() -> Iterable[tuple[type[AppError], Exchange]]:
    """Yield the answers to an unknown address and an unknown method."""
    with played("route_not_found"):
        yield RouteNotFound, Stage().ask("GET", "/v1/pictures")
    with played("method_not_allowed"):
        yield MethodNotAllowed, Stage().ask("DELETE", "/v1/generations")


@cache
def shared() -> Iterable[tuple[type[AppError], Exchange]]:
    """Return the refusals that are alike for nearly every operation, shown by one of them."""
    route = Stage().app.api.routes["getMe"]
    return tuple((error, _provoked(route, error)) for error in _ALIKE)


def _provoked(route: Route, error: type[AppError]) -> Exchange:
    provoke = PROVOCATIONS.get(error)
    if provoke is None:
        raise NotProvoked(f"nothing here brings about {error.code}, which {route.name} names")
    with played(f"{route.name}/{error.code}"):
        return provoke(Attempt(Stage(**_ENVIRONMENTS.get(error, {})), route))


def _is(exchange: Exchange, error: type[AppError]) -> bool:
    return isinstance(exchange.content, dict) and exchange.content.get("code") == error.code
