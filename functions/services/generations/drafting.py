"""An order becomes a draft, which is a generation that is not stored yet."""

import uuid
from collections.abc import Callable
from datetime import timedelta

from core.clock import Clock
from domain.generations.generation import Generation, Spec, Status, mark_of
from services.catalog.catalog import CatalogService
from services.generations.orders import Order

# This is the namespace of the ids that are derived from idempotency keys.
_IDS = uuid.UUID("6f7d2a52-6d0c-4b43-9a35-3d8b8f0f6b1e")

# After this time, the sweeper looks for a task that may never have been enqueued.
_FIRST_LOOK = timedelta(seconds=60)


class Drafter:
    def __init__(
        self, catalog: CatalogService, clock: Clock, new_id: Callable[[], str] = lambda: str(uuid.uuid4())
    ) -> None:
        self._catalog = catalog
        self._clock = clock
        self._new_id = new_id

    def id_of(self, order: Order) -> str:
        """Return the id of the order's generation. With an idempotency key, it is the same for each repeat."""
        if order.idempotency_key is None:
            return self._new_id()
        return str(uuid.uuid5(_IDS, f"{order.user_id}\0{order.idempotency_key}"))

    def draft(self, generation_id: str, order: Order, fingerprint: str) -> Generation:
        """Return the generation at the price of now. Raise InvalidRequest if it is not on offer."""
        ask, choice = order.ask, self._catalog.checked(order.ask)
        model, price = choice.model, choice.price
        now = self._clock()
        return Generation(
            id=generation_id,
            user_id=order.user_id,
            spec=Spec(kind=model.kind, model=model.id, prompt=ask.prompt, params=choice.params, seed=ask.seed),
            status=Status.QUEUED,
            price=price.credits,
            price_rule=price.rule,
            held=price.credits,
            metadata=order.metadata,
            created_at=now,
            updated_at=now,
            due_at=now + _FIRST_LOOK,
            fingerprint=fingerprint,
            request_id=order.request_id,
            in_flight=True,
            api_key_id=order.spender.key_id,
            mark=mark_of(generation_id),
        )
