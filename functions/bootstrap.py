"""The composition root: the only file that knows which adapter is which. Nothing is made before it is first asked for.

Imports stand inside the functions, so that a request loads what it needs and nothing more; each part is made once,
after the server has forked, by one thread while the others wait.
"""

import os
import sys
import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from core.clock import Clock, clock_ahead
from core.deployment import WEB_THREADS
from core.environment import ConfigurationError
from core.logging import configure_logging
from core.queues import Queue, share_of_one_user
from core.settings import AppCheck, AuthMode, Settings

if TYPE_CHECKING:
    from controllers.compatibility.function_urls import FunctionUrls
    from controllers.generations.tasks import Worker
    from controllers.generations.waiting import Waits
    from controllers.http.addresses import AddressReader
    from controllers.http.api import Api
    from controllers.http.auth import Authenticator
    from controllers.http.boundary import HttpBoundary, Render
    from controllers.http.private import PrivateDoor
    from controllers.http.throttle import Throttle
    from controllers.http.wire import Route
    from controllers.operations.schedules import Schedules
    from domain.credits.spending import SpendingLimits
    from repositories.accounts.accounts import AccountRepository
    from repositories.accounts.users import UserRepository
    from repositories.catalog.catalog import CatalogRepository
    from repositories.credits.ledger import LedgerRepository
    from repositories.generations.generations import GenerationRepository
    from repositories.operations.audit_log import AuditLogRepository
    from repositories.operations.audit_verdicts import AuditVerdictRepository
    from repositories.operations.queue_marks import QueueMarkRepository
    from repositories.store.documents import Documents
    from repositories.store.optimistic import OptimisticTransaction
    from services.accounts.access import AccessService
    from services.accounts.accounts import AccountService
    from services.accounts.keys import KeyService
    from services.accounts.ports import AppCheckVerifier, IdentityDirectory, ServiceTokenVerifier, TokenVerifier
    from services.catalog.catalog import CatalogService
    from services.catalog.editing import CatalogEditingService
    from services.credits.ledger import LedgerService
    from services.delivery.ports import Notifier
    from services.delivery.subscriptions import SubscriptionService
    from services.generations.callbacks import CallbackService
    from services.generations.fulfilment import FulfilmentService
    from services.generations.generations import GenerationService
    from services.generations.model_ports import OutputStore, Thumbnailer
    from services.generations.models import ModelRegistry
    from services.generations.output_files import OutputFiles
    from services.generations.places import Aside
    from services.generations.ports import TaskQueue
    from services.generations.task_signatures import TaskSignatures
    from services.generations.usage import UsageService
    from services.operations.administration import AdministrationService
    from services.operations.auditing import AuditService
    from services.operations.erasure import ErasureService
    from services.operations.operations import OperationsService
    from services.operations.ports import QueueControl
    from services.operations.queue import QueueService
    from services.operations.seeding import SeedService
    from services.operations.sweeping import SweepService
    from services.reports.delivery import DeliveredReports, DeliveryService
    from services.reports.ports import ReportPages
    from services.reports.reporting import ReportService

WORKER_FUNCTION = Queue.GENERATIONS.value


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

    def __init__(self, settings: Settings, *, clock: Clock | None = None, **parts: Any) -> None:
        self.settings = settings
        self.clock = clock or clock_ahead(settings.clock_offset)
        self.made: dict[str, Any] = parts
        self.lock = threading.RLock()

    def later(self, name: str) -> Any:
        """The part of this name, made when something is first asked of it: not every request needs its imports."""
        return _Later(self, name)

    @part
    def documents(self) -> "Documents":
        from google.cloud import firestore

        from repositories.store.firestore import FirestoreDocuments

        return FirestoreDocuments(firestore.Client(project=self.settings.project_id))

    @part
    def transaction(self) -> "OptimisticTransaction":
        from repositories.store.optimistic import OptimisticTransaction

        return OptimisticTransaction()

    @part
    def users(self) -> "UserRepository":
        from repositories.accounts.users import UserRepository

        return UserRepository(self.documents, self.clock)

    @part
    def generations(self) -> "GenerationRepository":
        from repositories.generations.generations import GenerationRepository

        return GenerationRepository(self.documents, self.users, self.transaction, clock=self.clock)

    @part
    def entries(self) -> "LedgerRepository":
        from repositories.credits.ledger import LedgerRepository

        return LedgerRepository(self.documents, self.users, self.transaction)

    @part
    def accounts(self) -> "AccountRepository":
        from repositories.accounts.accounts import AccountRepository

        return AccountRepository(self.documents, self.users, self.transaction)

    @part
    def audit_log(self) -> "AuditLogRepository":
        from repositories.operations.audit_log import AuditLogRepository

        return AuditLogRepository(self.documents)

    @part
    def queue(self) -> "TaskQueue":
        from providers.queue.cloud_tasks import CloudTasksQueue, Target
        from providers.queue.connection import emulator_connection, production_connection

        settings = self.settings
        host = os.environ.get("CLOUD_TASKS_EMULATOR_HOST", "")
        target = Target(
            queue=self._queue_name(Queue.GENERATIONS),
            url=settings.worker_url,
            service_account=settings.worker_service_account,
            dispatch_deadline=timedelta(seconds=settings.dispatch_deadline_seconds),
            signatures=self.task_signatures,
        )
        return CloudTasksQueue(emulator_connection(host) if host else production_connection(), target)

    @part
    def task_signatures(self) -> "TaskSignatures":
        from services.generations.task_signatures import TaskSignatures

        return TaskSignatures(self._pepper, self.settings.project_id)

    @part
    def queue_marks(self) -> "QueueMarkRepository":
        from repositories.operations.queue_marks import QueueMarkRepository

        return QueueMarkRepository(self.documents, self.transaction)

    @part
    def queue_control(self) -> "QueueControl":
        from providers.queue.all_queues import ControlOfAll
        from providers.queue.control import CloudTasksControl, EmulatorControl, production_control_client

        host, names = os.environ.get("CLOUD_TASKS_EMULATOR_HOST", ""), {each: self._queue_name(each) for each in Queue}
        if host:
            return ControlOfAll({each: EmulatorControl(host, name) for each, name in names.items()})
        client = production_control_client()
        return ControlOfAll({each: CloudTasksControl(client, name) for each, name in names.items()})

    @part
    def queue_service(self) -> "QueueService":
        from services.operations.queue import QueueService

        return QueueService(self.later("queue_control"), self.queue_marks, self.clock)

    def _queue_name(self, queue: Queue) -> str:
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

        return OutputFiles(self.later("outputs"), self.later("thumbnailer"))

    @part
    def tokens(self) -> "TokenVerifier":
        from providers.identity.firebase import FirebaseTokens

        return FirebaseTokens(self.settings.project_id, clock=self.clock)

    @part
    def directory(self) -> "IdentityDirectory":
        from providers.identity.directory import FirebaseDirectory

        return FirebaseDirectory(self.settings.project_id, clock=self.clock)

    @part
    def app_check(self) -> "AppCheckVerifier":
        from providers.identity.app_check import FirebaseAppCheck

        return FirebaseAppCheck(self.settings.project_id, clock=self.clock)

    @part
    def models(self) -> "ModelRegistry":
        from providers.models.simulated.direct import SimulatedModel
        from providers.models.simulated.remote import SimulatedRemoteModel
        from services.generations.models import ModelRegistry

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
    def options(self) -> "CatalogRepository":
        from repositories.catalog.catalog import CatalogRepository

        return CatalogRepository(self.documents, self.transaction)

    @part
    def catalog(self) -> "CatalogService":
        from services.catalog.catalog import CatalogService

        return CatalogService(self.options, self.models.offers(), self.clock)

    @part
    def catalog_editing(self) -> "CatalogEditingService":
        from services.catalog.editing import CatalogEditingService

        return CatalogEditingService(options=self.options, catalog=self.catalog, clock=self.clock)

    @part
    def generation_service(self) -> "GenerationService":
        from services.generations.generations import GenerationService
        from services.generations.places import Places

        return GenerationService(
            generations=self.generations,
            users=self.users,
            catalog=self.catalog,
            queue=self.later("queue"),
            outputs=self.later("outputs"),
            models=self.models,
            limits=self.spending_limits,
            zone=self.settings.report_zone,
            clock=self.clock,
            pause=self.pause,
            places=Places(self.generations, self.clock, self.aside),
        )

    @part
    def spending_limits(self) -> "SpendingLimits":
        from core.rates import Rate
        from domain.credits.spending import SpendingLimits

        settings = self.settings
        return SpendingLimits(
            per_user=Rate(per_minute=settings.creations_per_minute, burst=settings.creations_burst),
            per_key=Rate(per_minute=settings.key_creations_per_minute, burst=settings.key_creations_burst),
            in_flight_max=settings.in_flight_max,
            key_in_flight_max=settings.key_in_flight_max,
            cancels_after_start_per_day=settings.cancels_after_start_per_day,
            share=share_of_one_user(settings.queue.max_concurrent_dispatches),
        )

    @part
    def ledger(self) -> "LedgerService":
        from services.credits.ledger import LedgerService

        return LedgerService(users=self.users, ledger=self.entries, generations=self.generations, clock=self.clock)

    @part
    def usage(self) -> "UsageService":
        from repositories.generations.usage import UsageRepository
        from services.generations.usage import UsageService

        return UsageService(UsageRepository(self.documents, self.models.offers()), self.clock)

    @part
    def account_service(self) -> "AccountService":
        from services.accounts.accounts import AccountService
        from services.accounts.arrivals import Welcome

        settings = self.settings
        return AccountService(
            accounts=self.accounts,
            directory=self.later("directory"),
            tokens=self.later("tokens"),
            welcome=Welcome(
                credits=settings.welcome_credits,
                anonymous_credits=settings.anonymous_credits,
                anonymous_per_address=settings.anonymous_per_address_per_day,
                welcomes_per_address=settings.welcomes_per_address_per_day,
                requires_verified_email=settings.welcome_requires_verified_email,
            ),
            pepper=self._pepper,
            clock=self.clock,
        )

    @part
    def access(self) -> "AccessService":
        from services.accounts.access import AccessService

        return AccessService(
            users=self.users,
            accounts=self.accounts,
            account_service=self.account_service,
            pepper=self._pepper,
            clock=self.clock,
        )

    @part
    def keys(self) -> "KeyService":
        from services.accounts.keys import KeyService

        return KeyService(users=self.users, accounts=self.accounts, pepper=self._pepper, clock=self.clock)

    @property
    def _pepper(self) -> str:
        return self.settings.api_key_pepper.get_secret_value()

    @part
    def fulfilment(self) -> "FulfilmentService":
        from services.generations.fulfilment import FulfilmentService, Limits

        settings = self.settings
        return FulfilmentService(
            generations=self.generations,
            catalog=self.catalog,
            queue=self.later("queue"),
            outputs=self.output_files,
            models=self.models,
            limits=Limits(
                attempts_max=settings.attempts_max,
                provider_timeout=timedelta(seconds=settings.provider_timeout_seconds),
                lease=timedelta(seconds=settings.lease_seconds),
                age_max=timedelta(seconds=settings.generation_age_max_seconds),
            ),
            clock=self.clock,
            new_id=lambda: str(uuid.uuid4()),
        )

    @part
    def sweeper(self) -> "SweepService":
        from services.operations.sweeping import SweepService

        return SweepService(
            generations=self.generations,
            queue=self.queue,
            marks=self.queue_marks,
            models=self.models,
            attempts_max=self.settings.attempts_max,
            age_max=timedelta(seconds=self.settings.generation_age_max_seconds),
            clock=self.clock,
        )

    @part
    def callbacks(self) -> "CallbackService":
        from services.generations.callbacks import CallbackService

        return CallbackService(generations=self.generations, queue=self.later("queue"), clock=self.clock)

    @part
    def audits(self) -> "AuditService":
        from services.operations.auditing import AuditService

        return AuditService(self.users, self.entries, self.audit_verdicts, self.clock)

    @part
    def audit_verdicts(self) -> "AuditVerdictRepository":
        from repositories.operations.audit_verdicts import AuditVerdictRepository

        return AuditVerdictRepository(self.documents, self.transaction)

    @part
    def administration(self) -> "AdministrationService":
        from services.operations.administration import AdministrationService

        return AdministrationService(
            users=self.users,
            accounts=self.accounts,
            account_service=self.account_service,
            ledger=self.entries,
            directory=self.later("directory"),
            clock=self.clock,
        )

    @part
    def erasure(self) -> "ErasureService":
        from services.operations.erasure import ErasureService

        return ErasureService(
            users=self.users,
            accounts=self.accounts,
            generations=self.generations,
            ledger=self.ledger,
            outputs=self.output_files,
            directory=self.later("directory"),
            models=self.models,
            queue=self.later("queue"),
            clock=self.clock,
        )

    @part
    def operations(self) -> "OperationsService":
        from services.operations.operations import OperationsService

        return OperationsService(
            queue=self.queue_service,
            generations=self.generations,
            sweeper=self.sweeper,
            audits=self.audits,
            reports=self.later("weekly_reports"),
            audit_log=self.audit_log,
            clock=self.clock,
        )

    @part
    def reporting(self) -> "ReportService":
        from domain.reports.economics import Prices
        from repositories.reports.reports import ReportRepository
        from repositories.reports.week_counts import WeekCountRepository
        from services.reports.reporting import ReportService, Sources

        zone = self.settings.report_zone
        sources = Sources(
            counts=WeekCountRepository(self.documents, zone),
            options=self.options,
            models=self.models.offers(),
            verdicts=self.audit_verdicts,
            prices=Prices(providers=self.settings.provider_costs, credit=self.settings.credit_value_micros),
        )
        return ReportService(sources, ReportRepository(self.documents), zone=zone, clock=self.clock)

    @part
    def weekly_reports(self) -> "DeliveredReports":
        from services.reports.delivery import DeliveredReports

        return DeliveredReports(self.reporting, self.delivery, self.clock)

    @part
    def delivery(self) -> "DeliveryService":
        from repositories.delivery import MailRepository
        from services.reports.delivery import DeliveryService

        return DeliveryService(
            recipients=self.settings.report_recipients,
            pages=self.later("pages"),
            mailbox=MailRepository(self.documents),
            subscriptions=self.subscriptions,
            notifier=self.webhook,
            public_url=self.settings.public_url,
            clock=self.clock,
        )

    @part
    def subscriptions(self) -> "SubscriptionService":
        from repositories.delivery import LeaverRepository
        from services.delivery.subscriptions import SubscriptionService

        leavers = LeaverRepository(self.documents)
        return SubscriptionService(leavers, pepper=self._pepper, public_url=self.settings.public_url, clock=self.clock)

    @part
    def webhook(self) -> "Notifier | None":
        if not self.settings.report_webhook_url:
            return None
        from providers.webhooks.standard import StandardWebhook

        return StandardWebhook(
            self.settings.report_webhook_url, self.webhook_secret, clock=self.clock, pause=self.pause
        )

    @property
    def webhook_secret(self) -> str:
        from providers.webhooks.standard import secret_for

        return secret_for(self.settings.report_webhook_url, self._pepper)

    @part
    def pages(self) -> "ReportPages":
        from presentation.report_pages import DrawnReportPages

        return DrawnReportPages()

    @part
    def seeding(self) -> "SeedService":
        from repositories.operations.demo import DemoRepository
        from services.operations.seeding import SeedService

        settings = self.settings
        return SeedService(
            DemoRepository(self.documents), self.clock, zone=settings.report_zone, allowed=settings.on_emulator
        )

    @part
    def worker(self) -> "Worker":
        from controllers.generations.tasks import Worker

        return Worker(self.fulfilment)

    @part
    def schedules(self) -> "Schedules":
        from controllers.operations.schedules import Schedules

        return Schedules(
            sweeper=self.sweeper,
            audits=self.audits,
            erasure=self.later("erasure"),
            reporting=self.later("weekly_reports"),
            clock=self.clock,
        )

    @part
    def boundary(self) -> "HttpBoundary":
        from controllers.http.boundary import HttpBoundary

        return HttpBoundary(self.settings.cors_allowed_origins)

    @part
    def render_problem(self) -> "Render":
        from controllers.http.api import problem_renderer

        return problem_renderer(self.settings.public_url)

    @part
    def private(self) -> "PrivateDoor":
        from controllers.http.private import PrivateDoor, TrustedCaller, refusals

        settings = self.settings
        schedule = settings.schedule_url(os.environ.get("K_SERVICE", ""))
        return PrivateDoor(
            None if settings.on_emulator else self.later("service_tokens"),
            self.task_signatures,
            refusals(self.boundary, self.render_problem),
            queue=TrustedCaller(account=settings.worker_service_account, audience=settings.worker_url),
            scheduler=TrustedCaller(account=settings.scheduler_service_account, audience=schedule),
            clock=self.clock,
        )

    @part
    def service_tokens(self) -> "ServiceTokenVerifier":
        from providers.identity.service_tokens import GoogleServiceTokens

        return GoogleServiceTokens(accepts_removed_signature=True, clock=self.clock)

    @part
    def authenticator(self) -> "Authenticator":
        from controllers.http.auth import Authenticator

        settings = self.settings
        return Authenticator(
            mode=settings.auth_mode,
            tokens=self.later("tokens"),
            access=self.access,
            app_check=self.later("app_check") if settings.app_check is AppCheck.REQUIRED else None,
            throttle=self.throttle,
            addresses=self.addresses,
        )

    @part
    def addresses(self) -> "AddressReader":
        from controllers.http.addresses import AddressReader

        settings = self.settings
        return AddressReader(settings.trusted_proxies, is_behind_front_end=not settings.on_emulator)

    @part
    def throttle(self) -> "Throttle":
        from controllers.http.throttle import Throttle
        from core.rates import Rate

        settings = self.settings
        return Throttle(
            per_caller=Rate(per_minute=settings.requests_per_minute, burst=settings.requests_burst),
            per_address=Rate(per_minute=settings.address_requests_per_minute, burst=settings.address_requests_burst),
            clock=self.clock,
        )

    @part
    def waits(self) -> "Waits":
        from controllers.generations.waiting import Waits

        return Waits(threads=int(os.environ.get("THREADS") or WEB_THREADS))

    @part
    def function_urls(self) -> "FunctionUrls":
        from controllers.compatibility.function_urls import FunctionUrls

        return FunctionUrls(
            generations=self.generation_service,
            catalog=self.catalog,
            ledger=self.ledger,
            seeding=self.later("seeding"),
            operations=self.later("operations"),
            authenticator=self.authenticator,
            boundary=self.boundary,
        )

    @part
    def api(self) -> "Api":
        from controllers.accounts.accounts import AccountController
        from controllers.accounts.keys import KeyController
        from controllers.catalog import CatalogController
        from controllers.credits import LedgerController
        from controllers.generations.callbacks import WebhookController
        from controllers.generations.generations import GenerationController
        from controllers.generations.usage import UsageController
        from controllers.http.api import Api
        from controllers.operations.health import HealthController

        routes = [
            *GenerationController(self.generation_service, self.catalog, self.waits).routes(),
            *AccountController(self.account_service, self.ledger).routes(),
            *LedgerController(self.ledger).routes(),
            *UsageController(self.later("usage")).routes(),
            *KeyController(self.keys, self.clock).routes(),
            *CatalogController(self.catalog).routes(),
            *HealthController(lambda: self.documents.get("health/ready")).routes(),
            *WebhookController(self.callbacks).routes(),
        ]
        return Api(
            routes,
            self._admin_routes,
            authenticator=self.authenticator,
            throttle=self.throttle,
            boundary=self.boundary,
            render=self.render_problem,
        )

    def _admin_routes(self) -> "list[Route]":
        from controllers.delivery import UnsubscribeController
        from controllers.operations.catalog import AdminCatalogController
        from controllers.operations.connection import AdminConnectionController
        from controllers.operations.keys import AdminKeyController
        from controllers.operations.operations import AdminOperationsController
        from controllers.operations.records import AdminRecordController
        from controllers.operations.users import AdminUserController
        from controllers.reports import ReportController
        from repositories.reports.report_archive import ReportArchiveRepository

        archive = ReportArchiveRepository(self.documents)
        reports = ReportController(self.operations, archive, self.later("pages"))
        return [
            *AdminUserController(self.administration, self.erasure).routes(),
            *AdminKeyController(self.keys, self.clock).routes(),
            *AdminRecordController(self.generation_service, self.entries, self.audit_log).routes(),
            *AdminCatalogController(self.catalog_editing).routes(),
            *AdminOperationsController(self.operations).routes(),
            *AdminConnectionController(self.addresses).routes(),
            *reports.routes(),
            *UnsubscribeController(self.subscriptions).routes(),
        ]

    @part
    def pause(self) -> Callable[[float], None]:
        return time.sleep

    @part
    def aside(self) -> "Aside":
        return lambda work: threading.Thread(target=work, daemon=True).start()


_lock = threading.Lock()
_app: Darkroom | None = None


def refuse_unfit_environment() -> None:
    """End the process, with a message that names each wrong variable, where the environment is not fit to start with.

    Called when a server starts, so that a deployment with a wrong setting never takes a request. Opens nothing.
    """
    try:
        Settings.from_environment(os.environ)
    except ConfigurationError as error:
        sys.exit(str(error))


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
