"""Makes what the functions need: every route, the worker, the schedules."""

from typing import TYPE_CHECKING

from bootstrap.http import HttpParts
from bootstrap.parts import part

if TYPE_CHECKING:
    from controllers.compatibility.generation_urls import GenerationUrls
    from controllers.compatibility.operator_urls import OperatorUrls
    from controllers.compatibility.requests import Callers
    from controllers.compatibility.user_urls import UserUrls
    from controllers.generations.tasks import Worker
    from controllers.http.api import Api
    from controllers.http.wire import Route
    from controllers.operations.schedules import Schedules


class RouteParts(HttpParts):
    @part
    def callers(self) -> "Callers":
        from controllers.compatibility.requests import Callers

        return Callers(self.authenticator)

    @part
    def generation_urls(self) -> "GenerationUrls":
        from controllers.compatibility.generation_urls import GenerationUrls

        return GenerationUrls(
            ordering=self.later(lambda: self.ordering),
            viewing=self.later(lambda: self.viewing),
            catalog=self.catalog,
            callers=self.callers,
            boundary=self.boundary,
        )

    @part
    def user_urls(self) -> "UserUrls":
        from controllers.compatibility.user_urls import UserUrls

        return UserUrls(self.ledger, self.callers, self.boundary)

    @part
    def operator_urls(self) -> "OperatorUrls":
        from controllers.compatibility.operator_urls import OperatorUrls

        return OperatorUrls(
            self.later(lambda: self.seeding), self.later(lambda: self.report_operations), self.callers, self.boundary
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

        generations = GenerationController(
            ordering=self.ordering,
            quoting=self.later(lambda: self.quoting),
            viewing=self.viewing,
            cancelling=self.later(lambda: self.cancelling),
            catalog=self.catalog,
            waits=self.waits,
        )
        routes = [
            *generations.routes(),
            *AccountController(self.account_service, self.ledger).routes(),
            *LedgerController(self.ledger).routes(),
            *UsageController(self.later(lambda: self.usage)).routes(),
            *KeyController(self.keys, self.clock).routes(),
            *CatalogController(self.catalog).routes(),
            *HealthController(lambda: self.documents.get("health/ready")).routes(),
            *WebhookController(self.later(lambda: self.callbacks)).routes(),
        ]
        return Api(
            routes,
            self.seldom_routes,
            authenticator=self.authenticator,
            throttle=self.throttle,
            boundary=self.boundary,
            render=self.render_problem,
        )

    def seldom_routes(self) -> "list[Route]":
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
        reports = ReportController(self.report_operations, archive, self.later(lambda: self.pages))
        return [
            *AdminUserController(self.administration, self.erasure).routes(),
            *AdminKeyController(self.keys, self.clock).routes(),
            *AdminRecordController(self.viewing, self.entries, self.audit_log).routes(),
            *AdminCatalogController(self.catalog_editing).routes(),
            *AdminOperationsController(self.queue_operations, self.operations).routes(),
            *AdminConnectionController(self.addresses).routes(),
            *reports.routes(),
            *UnsubscribeController(self.subscriptions).routes(),
        ]

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
            erasure=self.later(lambda: self.erasure),
            expiries=self.expiries,
            reporting=self.later(lambda: self.weekly_reports),
            clock=self.clock,
        )
