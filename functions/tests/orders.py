"""These are orders as the services take them, and a way to make several calls at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

from core.errors import AppError
from domain.catalog.models import Ask
from services.generations.orders import Order
from services.generations.ports import Created
from world import World

OPTIONS = {"style": "realistic", "color": "vibrant", "size": "1024x1792"}
ASK = Ask(model="Model A", prompt="A lighthouse at dusk", params=OPTIONS)


def asking(*, model: str = "Model A", **options: str) -> Ask:
    """Return the usual ask, with other options."""
    return replace(ASK, model=model, params={**OPTIONS, **options})


def order(user_id: str = "alice", **changes: Any) -> Order:
    return replace(Order(user_id=user_id, ask=ASK), **changes)


def create(world: World, wanted: Order | None = None) -> Created:
    return world.app.ordering.create(wanted or order())


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Make all calls at the same time, and return for each its answer or the exception that it raised."""
    gate = Barrier(len(calls))

    def made(call: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return call()
        except AppError as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(made, calls))
