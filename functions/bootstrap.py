"""The composition root: the only file that knows which adapter is which. Nothing is made before it is first asked for.

Imports stand inside the functions, so that a request loads what it needs and nothing more; each part is made once,
after the server has forked, by one thread while the others wait.
"""

import os
import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from core.clock import Clock, utc_now
from core.config import AuthMode, Settings
from core.logging import configure_logging

if TYPE_CHECKING:
    from controllers.api import Api
    from controllers.auth import Authenticator
    from controllers.boundary import HttpBoundary
    from controllers.function_urls import FunctionUrls
    from controllers.schedules import Schedules
    from controllers.tasks import Worker
    from repositories.documents import Documents
    from repositories.generations import GenerationRepository
    from repositories.ledger import LedgerRepository
    from repositories.optimistic import OptimisticTransaction
    from repositories.users import UserRepository
    from services.auditing import AuditService
    from services.callbacks import CallbackService
    from services.catalog import CatalogService
    from services.fulfilment import FulfilmentService
    from services.generations import GenerationService
    from services.ledger import LedgerService
    from services.models import ModelRegistry
    from services.ports import OutputStore, TaskQueue, TokenVerifier
    from services.reporting import ReportService
    from services.seeding import SeedService
    from services.sweeping import SweepService

WORKER_FUNCTION = "processImageGeneration"


class part[T]:  # noqa: N801 - it reads as what it decorates: a part of the application
    """An attribute that is made when it is first asked for, and then kept."""

    def __init__(self, make: "Callable[[Darkroom], T]") -> None:
        self._make = make
        self._name = make.__name__

    def __get__(self, app: "Darkroom", _: type) -> T:
        if self._name not in app.made:
            with app.lock:
                if self._name not in app.made:
                    app.made[self._name] = self._make(app)
        made: T = app.made[self._name]
        return made


class _Later:
    def __init__(self, app: "Darkroom", name: str) -> None:
        self._app = app
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(getattr(self._app, self._name), name)


class Darkroom:
    """The application. A test hands in the parts that it wants otherwise."""

    def __init__(self, settings: Settings, *, clock: Clock = utc_now, **parts: Any) -> None:
        self.settings = settings
        self.clock = clock
        self.made: dict[str, Any] = parts
        self.lock = threading.RLock()

    def later(self, name: str) -> Any:
        """The part of this name, made when something is first asked of it: not every request needs its imports."""
        return _Later(self, name)

    @part
    def documents(self) -> "Documents":
        from google.cloud import firestore

        from repositories.firestore import FirestoreDocuments

        return FirestoreDocuments(firestore.Client(project=self.settings.project_id))

    @part
    def transaction(self) -> "OptimisticTransaction":
        from repositories.optimistic import OptimisticTransaction

        return OptimisticTransaction()

    @part
    def users(self) -> "UserRepository":
        from repositories.users import UserRepository

        return UserRepository(self.documents)

    @part
    def generations(self) -> "GenerationRepository":
        from repositories.generations import GenerationRepository

        return GenerationRepository(self.documents, self.users, self.transaction)

    @part
    def entries(self) -> "LedgerRepository":
        from repositories.ledger import LedgerRepository

        return LedgerRepository(self.documents, self.users, self.transaction)

    @part
    def queue(self) -> "TaskQueue":
        from providers.queue.cloud_tasks import CloudTasksQueue, Target, emulator_client, production_client

        settings = self.settings
        host = os.environ.get("CLOUD_TASKS_EMULATOR_HOST", "")
        target = Target(
            queue=f"projects/{settings.project_id}/locations/{settings.region}/queues/{WORKER_FUNCTION}",
            url=settings.worker_url,
            service_account=settings.worker_service_account,
            dispatch_deadline=timedelta(seconds=settings.dispatch_deadline_seconds),
        )
        return CloudTasksQueue(emulator_client(host) if host else production_client(), target)

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
    def tokens(self) -> "TokenVerifier":
        from providers.identity.firebase import FirebaseTokens

        return FirebaseTokens(self.settings.project_id)

    @part
    def models(self) -> "ModelRegistry":
        from providers.models.simulated import SimulatedModel
        from providers.models.simulated_remote import SimulatedRemoteModel
        from services.models import ModelRegistry

        settings = self.settings
        rate, latency = settings.simulated_failure_rate, settings.simulated_latency_seconds
        return ModelRegistry(
            [
                SimulatedModel("Model A", "Landscapes", failure_rate=rate, latency=latency),
                SimulatedModel("Model B", "Still lifes and abstracts", failure_rate=rate, latency=latency),
                SimulatedRemoteModel(
                    "Model R",
                    "Works at a vendor's: submitted, then polled",
                    failure_rate=rate,
                    latency=latency,
                    clock=self.clock,
                ),
            ]
        )

    @part
    def catalog(self) -> "CatalogService":
        from repositories.catalog import CatalogRepository
        from services.catalog import CatalogService

        return CatalogService(CatalogRepository(self.documents), self.models.offers(), self.clock)

    @part
    def generation_service(self) -> "GenerationService":
        from services.generations import GenerationService

        return GenerationService(
            generations=self.generations,
            users=self.users,
            catalog=self.catalog,
            queue=self.later("queue"),
            outputs=self.later("outputs"),
            models=self.models,
            clock=self.clock,
            pause=self.pause,
        )

    @part
    def ledger(self) -> "LedgerService":
        from services.ledger import LedgerService

        return LedgerService(users=self.users, ledger=self.entries, generations=self.generations, clock=self.clock)

    @part
    def fulfilment(self) -> "FulfilmentService":
        from services.fulfilment import FulfilmentService, Limits

        settings = self.settings
        return FulfilmentService(
            generations=self.generations,
            catalog=self.catalog,
            queue=self.later("queue"),
            outputs=self.later("outputs"),
            models=self.models,
            limits=Limits(
                attempts_max=settings.attempts_max,
                provider_timeout=timedelta(seconds=settings.provider_timeout_seconds),
                lease=timedelta(seconds=settings.lease_seconds),
            ),
            clock=self.clock,
            new_id=lambda: str(uuid.uuid4()),
        )

    @part
    def sweeper(self) -> "SweepService":
        from services.sweeping import SweepService

        return SweepService(
            generations=self.generations,
            queue=self.queue,
            models=self.models,
            attempts_max=self.settings.attempts_max,
            age_max=timedelta(seconds=self.settings.generation_age_max_seconds),
            clock=self.clock,
        )

    @part
    def callbacks(self) -> "CallbackService":
        from services.callbacks import CallbackService

        return CallbackService(generations=self.generations, queue=self.later("queue"), clock=self.clock)

    @part
    def audits(self) -> "AuditService":
        from services.auditing import AuditService

        return AuditService(self.users, self.entries)

    @part
    def reporting(self) -> "ReportService":
        from repositories.reports import ReportRepository
        from services.reporting import ReportService

        return ReportService(
            generations=self.generations,
            ledger=self.entries,
            users=self.users,
            reports=ReportRepository(self.documents),
            clock=self.clock,
        )

    @part
    def seeding(self) -> "SeedService":
        from repositories.demo import DemoRepository
        from services.seeding import SeedService

        return SeedService(DemoRepository(self.documents), self.clock, allowed=self.settings.on_emulator)

    @part
    def worker(self) -> "Worker":
        from controllers.tasks import Worker

        return Worker(self.fulfilment)

    @part
    def schedules(self) -> "Schedules":
        from controllers.schedules import Schedules

        return Schedules(sweeper=self.sweeper, audits=self.audits, reporting=self.reporting, clock=self.clock)

    @part
    def boundary(self) -> "HttpBoundary":
        from controllers.boundary import HttpBoundary

        return HttpBoundary(self.settings.cors_allowed_origins)

    @part
    def authenticator(self) -> "Authenticator":
        from controllers.auth import Authenticator

        return Authenticator(self.settings.auth_mode, self.later("tokens"))

    @part
    def function_urls(self) -> "FunctionUrls":
        from controllers.function_urls import FunctionUrls

        return FunctionUrls(
            generations=self.generation_service,
            catalog=self.catalog,
            ledger=self.ledger,
            seeding=self.later("seeding"),
            reporting=self.later("reporting"),
            authenticator=self.authenticator,
            boundary=self.boundary,
        )

    @part
    def api(self) -> "Api":
        from controllers.api import Api
        from controllers.catalog import CatalogController
        from controllers.generations import GenerationController
        from controllers.health import HealthController
        from controllers.ledger import LedgerController
        from controllers.webhooks import WebhookController

        routes = [
            *GenerationController(self.generation_service, self.catalog).routes(),
            *LedgerController(self.ledger).routes(),
            *CatalogController(self.catalog).routes(),
            *HealthController(lambda: self.documents.get("health/ready")).routes(),
            *WebhookController(self.callbacks).routes(),
        ]
        return Api(routes, self.authenticator, self.boundary)

    @part
    def pause(self) -> Callable[[float], None]:
        return time.sleep


_lock = threading.Lock()
_app: Darkroom | None = None


def darkroom() -> Darkroom:
    """The application of this process. Raises ConfigurationError where the environment is not fit to start with."""
    global _app  # noqa: PLW0603 - the one place that a process keeps its application in
    with _lock:
        if _app is None:
            configure_logging()
            settings = Settings.from_environment(os.environ)
            if settings.auth_mode is AuthMode.OPEN:
                _warn_of_open_mode()
            _app = Darkroom(settings)
    return _app


def _warn_of_open_mode() -> None:
    import logging

    logging.getLogger(__name__).warning("auth_mode_open", extra={"meaning": "anybody is whoever they name"})
