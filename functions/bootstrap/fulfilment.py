"""Makes what the worker needs of the generations room: the work of a model, and the files that come out."""

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from bootstrap.generations import GenerationParts
from bootstrap.parts import part

if TYPE_CHECKING:
    from services.generations.attempts import Attempts
    from services.generations.fulfilment import FulfilmentService
    from services.generations.model_jobs import ModelJobs
    from services.generations.model_ports import Previewer
    from services.generations.output_files import OutputFiles
    from services.generations.remote_jobs import RemoteJobs
    from services.generations.settling import Settlements


class FulfilmentParts(GenerationParts):
    @part
    def previewer(self) -> "Previewer":
        from providers.previews.pillow import PillowPreviewer

        return PillowPreviewer()

    @part
    def output_files(self) -> "OutputFiles":
        from services.generations.output_files import OutputFiles

        return OutputFiles(self.later(lambda: self.outputs), self.later(lambda: self.previewer))

    @part
    def model_jobs(self) -> "ModelJobs":
        from services.generations.model_jobs import ModelJobs

        return ModelJobs(self.models, self.catalog, timedelta(seconds=self.settings.provider_timeout_seconds))

    @part
    def settlements(self) -> "Settlements":
        from services.generations.settling import Settlements

        return Settlements(self.generations, self.output_files, self.clock)

    @part
    def attempts(self) -> "Attempts":
        from services.generations.attempts import AttemptLimits, Attempts

        return Attempts(
            generations=self.generations,
            jobs=self.model_jobs,
            settlements=self.settlements,
            limits=AttemptLimits(attempts_max=self.settings.attempts_max, lease_of=self.settings.lease_of),
            clock=self.clock,
            new_id=lambda: str(uuid.uuid4()),
        )

    @part
    def remote_jobs(self) -> "RemoteJobs":
        from services.generations.remote_jobs import RemoteJobs, RemoteLimits

        return RemoteJobs(
            generations=self.generations,
            dispatcher=self.dispatcher,
            jobs=self.model_jobs,
            settlements=self.settlements,
            limits=RemoteLimits(age_max=timedelta(seconds=self.settings.generation_age_max_seconds)),
            clock=self.clock,
        )

    @part
    def fulfilment(self) -> "FulfilmentService":
        from services.generations.fulfilment import FulfilmentService

        return FulfilmentService(
            generations=self.generations,
            attempts=self.attempts,
            jobs=self.model_jobs,
            remote_jobs=self.remote_jobs,
            settlements=self.settlements,
        )
