"""Tests of identity have these callers: sign-ins, keys, and several instances of Darkroom on one database."""

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

# Anybody may give these scopes to a key.
USUAL = frozenset({Scope.GENERATIONS_WRITE, Scope.GENERATIONS_READ, Scope.BALANCE_READ})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


ALICE = bearer("alice-token")
BOB = bearer("bob-token")
MALLORY = bearer("mallory-token")
ADMIN = bearer("admin-token")


def known(*worlds: World, **tokens: Identity) -> None:
    """Make these tokens valid in these worlds, besides the usual ones: `new_token=Identity(...)`."""
    for world in worlds:
        world.app.made["tokens"] = MemoryTokens({**TOKENS, **tokens})


def instances(count: int, now: datetime = NOW, **environment: str) -> list[World]:
    """Return several Darkrooms on one database. Each remembers for itself, and every request must have a credential."""
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
    """Ask for a generation that costs 1."""
    return world.api("POST", "/v1/generations", headers=dict(headers), json={**ORDER, **changes})


def refusal(response: Response) -> tuple[int, str]:
    return response.status, response.body["code"]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Make all calls at the same time, and return for each its answer or the refusal that it raised."""
    gate = Barrier(len(calls))

    def made(call: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return call()
        except AppError as refused:
            return refused

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(made, calls))
