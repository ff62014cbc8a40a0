"""Makes what clients need of the generations room: ordering, the queue of tasks, views, cancelling."""

import os
from typing import TYPE_CHECKING

from bootstrap.parts import part
from bootstrap.providers import ProviderParts
from core.queues import Queue

if TYPE_CHECKING:
    from repositories.generations.generations import GenerationRepository
    from services.generations.callbacks import CallbackService
    from services.generations.cancelling import CancelService
    from services.generations.dispatching import Dispatcher
    from services.generations.model_ports import OutputStore
    from services.generations.ordering import OrderService
    from services.generations.ports import TaskQueue
    from services.generations.quoting import QuoteService
    from services.generations.task_signatures import TaskSignatures
    from services.generations.usage import UsageService
    from services.generations.viewing import ViewService


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
        return BucketOutputs(bucket, SignedLinks(bucket, self.clock))

    @part
    def ordering(self) -> "OrderService":
        from services.generations.drafting import Drafter
        from services.generations.ordering import OrderService

        return OrderService(
            generations=self.generations,
            drafter=Drafter(self.catalog, self.clock),
            dispatcher=self.dispatcher,
            limits=self.spending_limits,
            zone=self.settings.report_zone,
        )

    @part
    def quoting(self) -> "QuoteService":
        from services.generations.quoting import QuoteService

        return QuoteService(self.users, self.catalog, self.clock)

    @part
    def viewing(self) -> "ViewService":
        from services.generations.places import Places
        from services.generations.viewing import ViewService

        return ViewService(
            generations=self.generations,
            outputs=self.later(lambda: self.outputs),
            places=Places(self.generations, self.clock, self.run_in_background),
            clock=self.clock,
            pause=self.pause,
        )

    @part
    def cancelling(self) -> "CancelService":
        from services.generations.cancelling import CancelService

        return CancelService(
            generations=self.generations, dispatcher=self.dispatcher, models=self.models, clock=self.clock
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
