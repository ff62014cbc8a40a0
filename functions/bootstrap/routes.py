"""Makes what the functions need: every route, the worker, the schedules."""

from typing import TYPE_CHECKING

from bootstrap.http import HttpParts
from bootstrap.parts import part

if TYPE_CHECKING:
    from controllers.compatibility.function_urls import FunctionUrls
    from controllers.generations.tasks import Worker
    from controllers.http.api import Api
    from controllers.http.wire import Route
    from controllers.operations.schedules import Schedules


class RouteParts(HttpParts):
    @part
    def function_urls(self) -> "FunctionUrls":
        from controllers.compatibility.function_urls import FunctionUrls

        return FunctionUrls(
            ordering=self.ordering,
            viewing=self.viewing,
            catalog=self.catalog,
            ledger=self.ledger,
            seeding=self.later(lambda: self.seeding),
            operations=self.later(lambda: self.operations),
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
        reports = ReportController(self.operations, archive, self.later(lambda: self.pages))
        return [
            *AdminUserController(self.administration, self.erasure).routes(),
            *AdminKeyController(self.keys, self.clock).routes(),
            *AdminRecordController(self.viewing, self.entries, self.audit_log).routes(),
            *AdminCatalogController(self.catalog_editing).routes(),
            *AdminOperationsController(self.operations).routes(),
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
