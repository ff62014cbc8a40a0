"""What `/v1` answers when it refuses. Each example is provoked: a refusal that does not happen cannot be documented."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from controllers.api import RouteNotFound
from controllers.body import BODY_BYTES_MAX, MalformedJson
from controllers.boundary import Bug
from controllers.wire import Route
from core.errors import (
    AppError,
    InvalidRequest,
    MethodNotAllowed,
    PayloadTooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
)
from domain.errors import (
    AlreadyFinal,
    GenerationNotFound,
    IdempotencyKeyReused,
    InsufficientCredits,
    UserInactive,
    UserNotFound,
)
from schemas.generations import CreateGeneration
from schemas.webhooks import ProviderCallback
from tools.reference.stage import ORDER, Exchange, Stage, played

COMMON: tuple[type[AppError], ...] = (Unauthenticated, InvalidRequest, MalformedJson, Unavailable, Bug)
"""Tried on every operation, whether it names them or not, and documented where they happen."""

_BODIES: Mapping[Any, Mapping[str, Any]] = {
    CreateGeneration: ORDER,
    ProviderCallback: {"generation_id": "3f1c0f5e-7c39-4f0e-9a53-0f5c2d9b8a10", "provider_job": "sim-1-5-0"},
}
_UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


class NotProvoked(Exception):
    """An operation names an error that it does not give, or that nobody here knows how to bring about."""


class Attempt:
    """A request to one route that would be in order, for a provocation to spoil."""

    def __init__(self, stage: Stage, route: Route) -> None:
        self.stage = stage
        self.route = route
        self.user = None if route.is_public else "arda"
        self.path = route.path.replace("{id}", stage.order()) if "{id}" in route.path else route.path
        self.request: dict[str, Any] = {}
        if route.body is not None:
            self.request["json"] = dict(_BODIES[route.body])

    def send(self, **changes: Any) -> Exchange:
        request = self.request | changes
        return self.stage.ask(self.route.method, self.path, user=self.user, **request)


def problems(route: Route) -> Iterable[tuple[type[AppError], Exchange]]:
    """Each error that this operation answers with. Raises NotProvoked."""
    for error in dict.fromkeys((*route.errors, *COMMON)):
        exchange = _provoked(route, error)
        if _is(exchange, error):
            yield error, exchange
        elif error in route.errors:
            raise NotProvoked(f"{route.name} names {error.code}, and answers {exchange.content}")


def without_operation() -> Iterable[tuple[type[AppError], Exchange]]:
    """What is answered where no operation is."""
    with played("route_not_found"):
        yield RouteNotFound, Stage().ask("GET", "/v1/pictures")
    with played("method_not_allowed"):
        yield MethodNotAllowed, Stage().ask("DELETE", "/v1/generations")


def _provoked(route: Route, error: type[AppError]) -> Exchange:
    provoke = _PROVOCATIONS.get(error)
    if provoke is None:
        raise NotProvoked(f"nothing here brings about {error.code}, which {route.name} names")
    with played(f"{route.name}/{error.code}"):
        return provoke(Attempt(Stage(), route))


def _is(exchange: Exchange, error: type[AppError]) -> bool:
    return isinstance(exchange.content, dict) and exchange.content.get("code") == error.code


def _invalid(attempt: Attempt) -> Exchange:
    """Several faults at once where there is room for them."""
    if attempt.route.body is CreateGeneration:
        return attempt.send(json={**ORDER, "style": "warm", "prompt": " ", "steps": 30})
    if attempt.route.body is not None:
        return attempt.send(json={})
    if attempt.route.query is not None:
        return attempt.send(query={"page_size": "1000", "page_token": "x"})
    if "Prefer" in attempt.route.headers:
        return attempt.send(headers={"Prefer": "wait=99"})
    return attempt.send(query={"verbose": "1"})


def _malformed(attempt: Attempt) -> Exchange:
    return attempt.send(json=None, data=b'{"prompt": ', content_type="application/json")


def _too_large(attempt: Attempt) -> Exchange:
    return attempt.send(json=None, data=b" " * (BODY_BYTES_MAX + 1), content_type="application/json")


def _no_json(attempt: Attempt) -> Exchange:
    return attempt.send(json=None, data=b"prompt=A+lighthouse", content_type="application/x-www-form-urlencoded")


def _forged(attempt: Attempt) -> Exchange:
    return attempt.send(headers={"Authorization": "Bearer forged"})


def _unknown_user(attempt: Attempt) -> Exchange:
    attempt.user = "nobody"
    return attempt.send()


def _inactive(attempt: Attempt) -> Exchange:
    attempt.stage.add_user("retired", 10, is_active=False)
    attempt.user = "retired"
    return attempt.send()


def _too_dear(attempt: Attempt) -> Exchange:
    attempt.stage.add_user("mike_creative", 3)
    attempt.user = "mike_creative"
    return attempt.send(json={**ORDER, "size": "1024x1792"})


def _key_reused(attempt: Attempt) -> Exchange:
    key = {"Idempotency-Key": "order-2026-03-04-0001"}
    attempt.send(headers=key)
    return attempt.send(headers=key, json={**ORDER, "prompt": "Another picture"})


def _unknown_generation(attempt: Attempt) -> Exchange:
    attempt.path = attempt.route.path.replace("{id}", _UNKNOWN_ID)
    return attempt.send()


def _ended(attempt: Attempt) -> Exchange:
    attempt.stage.deliver_all()
    return attempt.send()


def _down(attempt: Attempt) -> Exchange:
    attempt.stage.documents.failure = Unavailable("The database does not answer. Try again.")
    return attempt.send()


def _broken(attempt: Attempt) -> Exchange:
    attempt.stage.documents.failure = RuntimeError("a bug of ours")
    return attempt.send()


_PROVOCATIONS: Mapping[type[AppError], Callable[[Attempt], Exchange]] = {
    AlreadyFinal: _ended,
    Bug: _broken,
    GenerationNotFound: _unknown_generation,
    IdempotencyKeyReused: _key_reused,
    InsufficientCredits: _too_dear,
    InvalidRequest: _invalid,
    MalformedJson: _malformed,
    PayloadTooLarge: _too_large,
    Unauthenticated: _forged,
    Unavailable: _down,
    UnsupportedMediaType: _no_json,
    UserInactive: _inactive,
    UserNotFound: _unknown_user,
}
