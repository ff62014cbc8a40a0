"""Makes what the worker needs of the generations room: the work of a model, and the files that come out."""

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from bootstrap.generations import GenerationParts
from bootstrap.parts import part

if TYPE_CHECKING:
    from services.generations.fulfilment import FulfilmentService
    from services.generations.model_ports import Thumbnailer
    from services.generations.output_files import OutputFiles


class FulfilmentParts(GenerationParts):
    @part
    def thumbnailer(self) -> "Thumbnailer":
        from providers.thumbnails.pillow import PillowThumbnailer

        return PillowThumbnailer()

    @part
    def output_files(self) -> "OutputFiles":
        from services.generations.output_files import OutputFiles

        return OutputFiles(self.later(lambda: self.outputs), self.later(lambda: self.thumbnailer))

    @part
    def fulfilment(self) -> "FulfilmentService":
        from services.generations.fulfilment import FulfilmentService, Limits

        settings = self.settings
        return FulfilmentService(
            generations=self.generations,
            catalog=self.catalog,
            dispatcher=self.dispatcher,
            outputs=self.output_files,
            models=self.models,
            limits=Limits(
                attempts_max=settings.attempts_max,
                provider_timeout=timedelta(seconds=settings.provider_timeout_seconds),
                lease_of=settings.lease_of,
                age_max=timedelta(seconds=settings.generation_age_max_seconds),
            ),
            clock=self.clock,
            new_id=lambda: str(uuid.uuid4()),
        )
