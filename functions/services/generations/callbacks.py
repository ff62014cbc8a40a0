import logging
from datetime import timedelta

from core.clock import Clock
from domain.credits.commits import Commit
from domain.generations.generation import Generation
from domain.generations.lifecycle import polled_again
from services.generations.dispatching import Dispatcher
from services.generations.ports import Generations

log = logging.getLogger(__name__)

_DUE_AFTER = timedelta(seconds=60)
_QUIET = timedelta(seconds=2)


class CallbackService:
    """A provider's callback only makes the next look at the job come earlier.

    Several callbacks in a short time have this effect once.
    """

    def __init__(self, *, generations: Generations, dispatcher: Dispatcher, clock: Clock) -> None:
        self._generations = generations
        self._dispatcher = dispatcher
        self._clock = clock

    def hint(self, generation_id: str, provider_job: str) -> None:
        found = self._generations.get(generation_id)
        if found is None or found.value.is_final or found.value.provider_job != provider_job:
            log.info("callback_ignored", extra={"generation_id": generation_id})
            return
        now = self._clock()

        def decide(generation: Generation) -> Commit[Generation] | None:
            if generation.is_final or generation.provider_job != provider_job:
                return None
            if now - generation.updated_at < _QUIET:
                return None
            return polled_again(generation, now=now, due_at=now + _DUE_AFTER)

        changed = self._generations.change(found, decide).value
        if changed.dispatch != found.value.dispatch:
            self._dispatcher.send(changed)
