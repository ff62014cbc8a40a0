"""Makes the generations room: ordering, the queue of tasks, the work of a model, outputs."""

import os
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from bootstrap.parts import part
from bootstrap.providers import ProviderParts
from core.queues import Queue

if TYPE_CHECKING:
    from repositories.generations.generations import GenerationRepository
    from services.generations.callbacks import CallbackService
    from services.generations.dispatching import Dispatcher
    from services.generations.fulfilment import FulfilmentService
    from services.generations.generations import GenerationService
    from services.generations.model_ports import OutputStore, Thumbnailer
    from services.generations.output_files import OutputFiles
    from services.generations.ports import TaskQueue
    from services.generations.task_signatures import TaskSignatures
    from services.generations.usage import UsageService


class GenerationParts(ProviderParts):
    @part
    def generations(self) -> "GenerationRepository":
        from repositories.generations.generations import GenerationRepository

        return GenerationRepository(self.documents, self.users, self.books, self.transaction, clock=self.clock)

    @part
    def queue(self) -> "TaskQueue":
        from providers.queue.cloud_tasks import CloudTasksQueue, Target
        from providers.queue.connection import emulator_connection, production_connection

        settings = self.settings
        host = os.environ.get("CLOUD_TASKS_EMULATOR_HOST", "")
        target = Target(
            queue=self.queue_name(Queue.GENERATIONS),
            url=settings.worker_url,
            service_account=settings.worker_service_account,
            deadline_of=settings.deadline_of,
            signatures=self.task_signatures,
        )
        return CloudTasksQueue(emulator_connection(host) if host else production_connection(), target)

    @part
    def dispatcher(self) -> "Dispatcher":
        from services.generations.dispatching import Dispatcher

        return Dispatcher(self.later(lambda: self.queue))

    @part
    def task_signatures(self) -> "TaskSignatures":
        from services.generations.task_signatures import TaskSignatures

        return TaskSignatures(self.pepper, self.settings.project_id)

    def queue_name(self, queue: Queue) -> str:
        return f"projects/{self.settings.project_id}/locations/{self.settings.region}/queues/{queue.value}"

    @part
    def outputs(self) -> "OutputStore":
        from google.auth.credentials import AnonymousCredentials
        from google.cloud import storage

        from providers.storage.gcs import BucketOutputs, SignedLinks, emulator_link

        name, emulator = self.settings.storage_bucket, os.environ.get("STORAGE_EMULATOR_HOST", "")
        if emulator:
            client = storage.Client(project=self.settings.project_id, credentials=AnonymousCredentials())
            return BucketOutputs(client.bucket(name), emulator_link(emulator, name))
        bucket = storage.Client(project=self.settings.project_id).bucket(name)
        return BucketOutputs(bucket, SignedLinks(bucket))

    @part
    def thumbnailer(self) -> "Thumbnailer":
        from providers.thumbnails.pillow import PillowThumbnailer

        return PillowThumbnailer()

    @part
    def output_files(self) -> "OutputFiles":
        from services.generations.output_files import OutputFiles

        return OutputFiles(self.later(lambda: self.outputs), self.later(lambda: self.thumbnailer))

    @part
    def generation_service(self) -> "GenerationService":
        from services.generations.generations import GenerationService
        from services.generations.places import Places

        return GenerationService(
            generations=self.generations,
            users=self.users,
            catalog=self.catalog,
            dispatcher=self.dispatcher,
            outputs=self.later(lambda: self.outputs),
            models=self.models,
            limits=self.spending_limits,
            zone=self.settings.report_zone,
            clock=self.clock,
            pause=self.pause,
            places=Places(self.generations, self.clock, self.run_in_background),
        )

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

    @part
    def callbacks(self) -> "CallbackService":
        from services.generations.callbacks import CallbackService

        return CallbackService(generations=self.generations, dispatcher=self.dispatcher, clock=self.clock)

    @part
    def usage(self) -> "UsageService":
        from repositories.generations.usage import UsageRepository
        from services.generations.usage import UsageService

        return UsageService(UsageRepository(self.documents, lambda: self.catalog.current().known_models), self.clock)
