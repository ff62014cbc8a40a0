"""These are orders as the services take them."""

from dataclasses import replace
from typing import Any

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
