"""Who calls, in the tests of identity: sign-ins, keys, and several instances of Darkroom on one database."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

from core.errors import AppError
from domain.accounts.keys import Budget, Scope
from providers.identity.memory import MemoryTokens
from services.accounts.access import Caller
from services.accounts.keys import IssuedKey, KeyOrder
from services.accounts.ports import Identity
from world import ORDER, TOKENS, Response, World

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)

USUAL = frozenset({Scope.GENERATIONS_WRITE, Scope.GENERATIONS_READ, Scope.BALANCE_READ})
"""What anybody may give a key."""


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


ALICE = bearer("alice-token")
BOB = bearer("bob-token")
MALLORY = bearer("mallory-token")
ADMIN = bearer("admin-token")


def known(*worlds: World, **tokens: Identity) -> None:
    """In these worlds, these tokens are good too: `new_token=Identity(...)`."""
    for world in worlds:
        world.app.made["tokens"] = MemoryTokens({**TOKENS, **tokens})


def instances(count: int, now: datetime = NOW, **environment: str) -> list[World]:
    """Darkrooms on one database; each remembers for itself. Every request must be somebody's."""
    settings = {"AUTH_MODE": "required", **environment}
    first = World(now, **settings)
    return [first, *(World(now, documents=first.documents, **settings) for _ in range(count - 1))]


def issue(world: World, user_id: str = "alice", *, is_admin: bool = False, **wanted: Any) -> IssuedKey:
    order = KeyOrder(name="Batch", scopes=USUAL, expires_at=None, budget=Budget())
    caller = Caller(user_id=user_id, actor=f"user:{user_id}", is_admin=is_admin)
    return world.app.keys.create(caller, replace(order, **wanted))


def make_admin(world: World, user_id: str, *, is_admin: bool = True) -> None:
    world.overwrite(f"users/{user_id}", is_admin=is_admin)


def order(world: World, headers: Mapping[str, str], **changes: Any) -> Response:
    """A generation is asked for; it costs 1."""
    return world.api("POST", "/v1/generations", headers=dict(headers), json={**ORDER, **changes})


def refusal(response: Response) -> tuple[int, str]:
    return response.status, response.body["code"]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each call answers, or the refusal that it raises, when all are made together."""
    gate = Barrier(len(calls))

    def made(call: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return call()
        except AppError as refused:
            return refused

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(made, calls))
