"""A generation ends with what a model delivered, or as failed.

Every write is fenced: by the attempt's own lease while a model works, and by the provider's job id while a job is
remote.
"""

import logging
from collections.abc import Callable

from core.clock import Clock
from core.errors import Unavailable
from core.records import Stored
from domain.credits.commits import Commit
from domain.generations import lifecycle
from domain.generations.generation import Failure, Generation
from services.generations.media import Media
from services.generations.model_ports import ModelRejected, ModelUnavailable
from services.generations.output_files import OutputFiles
from services.generations.ports import Generations

log = logging.getLogger(__name__)

# A fence says whether the generation is still in the hands of the one who asks.
Fence = Callable[[Generation], bool]


class Settlements:
    def __init__(self, generations: Generations, outputs: OutputFiles, clock: Clock) -> None:
        self._generations = generations
        self._outputs = outputs
        self._clock = clock

    def deliver(self, found: Stored[Generation], media: tuple[Media, ...], fence: Fence) -> None:
        """Store the media, and complete the generation.

        Raise ModelRejected if there are none, and ModelUnavailable if they cannot be stored now.
        """
        if not media:
            raise ModelRejected("nothing_delivered", "The model delivered nothing")
        try:
            outputs, address = self._outputs.put(found.value, media)
        except Unavailable as error:
            raise ModelUnavailable("storage_unavailable", "The result could not be stored") from error

        def decide(generation: Generation) -> Commit[Generation] | None:
            if not fence(generation):
                return None
            return lifecycle.complete(generation, outputs, address, now=self._clock())

        settled = self._settle(found, decide)
        if settled.is_final:
            self._outputs.remove_strays(settled, len(outputs))

    def fail(self, found: Stored[Generation], fence: Fence, failure: Failure) -> None:
        def decide(generation: Generation) -> Commit[Generation] | None:
            return lifecycle.fail(generation, failure, now=self._clock()) if fence(generation) else None

        self._settle(found, decide)

    def remove_files_of_erased(self, ended: Generation) -> None:
        """Remove the files of an erased generation. An attempt may have stopped right after it stored one."""
        if ended.is_erased:
            self._outputs.remove_all(ended)

    def _settle(
        self, found: Stored[Generation], decide: Callable[[Generation], Commit[Generation] | None]
    ) -> Generation:
        settled = self._generations.change(found, decide).value
        log.info(
            "generation_settled",
            extra={"status": settled.status, "charged": settled.charged, "refunded": settled.refunded},
        )
        return settled
