"""A client orders a generation, which costs credits at once. The same order is never taken twice."""

import logging
from dataclasses import replace
from datetime import tzinfo

from core.errors import AppError, IdempotencyKeyReused, Unauthenticated
from domain.credits.commits import Commit
from domain.credits.spending import SpendingLimits
from domain.credits.user import User
from domain.generations.generation import Generation
from domain.generations.placing import place
from services.generations.dispatching import Dispatcher
from services.generations.drafting import Drafter
from services.generations.fingerprints import fingerprint_of, is_repeat
from services.generations.orders import Order, record_of
from services.generations.ports import Created, Generations

log = logging.getLogger(__name__)


class OrderService:
    def __init__(
        self,
        *,
        generations: Generations,
        drafter: Drafter,
        dispatcher: Dispatcher,
        limits: SpendingLimits,
        zone: tzinfo,
    ) -> None:
        self._generations = generations
        self._drafter = drafter
        self._dispatcher = dispatcher
        self._limits = limits
        self._zone = zone

    def create(self, order: Order) -> Created:
        """Create a generation, and enqueue its task. On a warm instance that is two round trips: one commit, one task.

        Raise InvalidRequest, UserNotFound, IdempotencyKeyReused, Unavailable, and what `spend` raises.
        """
        generation_id, fingerprint = self._drafter.id_of(order), fingerprint_of(order)
        try:
            created = self._accept(generation_id, order, fingerprint)
        except Unauthenticated:
            raise
        except AppError:
            existing = self._generations.get(generation_id) if order.idempotency_key else None
            if existing is None:
                raise
            created = Created(existing.value, replayed=True)
        found = created.generation.fingerprint
        if found != fingerprint and not is_repeat(order, found):
            raise IdempotencyKeyReused
        if not created.replayed:
            self._send(created.generation)
        return created

    def _accept(self, generation_id: str, order: Order, fingerprint: str) -> Created:
        generation = self._drafter.draft(generation_id, order, fingerprint)

        def decide(user: User) -> Commit[Generation]:
            commit = place(user, generation, order.spender, self._limits, self._zone)
            if order.ordered_by is None:
                return commit
            return replace(commit, records=(record_of(order.ordered_by, generation),))

        return self._generations.create(
            generation_id, order.user_id, decide, may_exist=order.idempotency_key is not None
        )

    def _send(self, generation: Generation) -> None:
        if self._dispatcher.send(generation) is not None:
            log.info("generation_queued", extra={"generation_id": generation.id, "price": generation.price})
