"""A generation is cancelled: it is refunded at once, and the work that is under way for it is called off."""

import logging

from core.clock import Clock
from core.records import Stored
from domain.credits.commits import Commit
from domain.generations.errors import AlreadyFinal
from domain.generations.generation import Generation, Status
from domain.generations.lifecycle import cancel
from services.generations.dispatching import Dispatcher
from services.generations.models import ModelRegistry
from services.generations.owning import NO_ACCOUNTS, AccountIds, owned
from services.generations.ports import Generations

log = logging.getLogger(__name__)


class CancelService:
    def __init__(
        self, *, generations: Generations, dispatcher: Dispatcher, models: ModelRegistry, clock: Clock
    ) -> None:
        self._generations = generations
        self._dispatcher = dispatcher
        self._models = models
        self._clock = clock

    def cancel(self, user_id: str, generation_id: str, *, claimed: AccountIds = NO_ACCOUNTS) -> Generation:
        """Settle the generation at once, with the refund, and take its task out of the queue. Raise AlreadyFinal.

        A result that comes later is dropped.
        """
        found = owned(self._generations, user_id, generation_id, claimed)

        def decide(generation: Generation) -> Commit[Generation] | None:
            if generation.status is Status.CANCELLED:
                return None
            if generation.is_final:
                raise AlreadyFinal(generation.id, generation.status)
            return cancel(generation, now=self._clock())

        settled = self._generations.change(found, decide).value
        self._call_off(settled)
        log.info("generation_cancelled", extra={"generation_id": generation_id})
        return settled

    def end(self, found: Stored[Generation]) -> Stored[Generation]:
        """Cancel the generation unless it has ended. Return it as it ended."""
        if found.value.is_final:
            return found

        def decide(generation: Generation) -> Commit[Generation] | None:
            return None if generation.is_final else cancel(generation, now=self._clock())

        ended = self._generations.change(found, decide)
        self._call_off(ended.value)
        return ended

    def _call_off(self, ended: Generation) -> None:
        self._dispatcher.withdraw(ended)
        if ended.provider_job is not None:
            self._models.cancel_job(ended.spec.model, ended.provider_job)
