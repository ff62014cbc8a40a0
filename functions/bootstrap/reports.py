"""Makes the reports room, and the delivery of its reports."""

from typing import TYPE_CHECKING

from bootstrap.fulfilment import FulfilmentParts
from bootstrap.parts import part

if TYPE_CHECKING:
    from services.delivery.ports import Notifier
    from services.delivery.subscriptions import SubscriptionService
    from services.reports.delivery import DeliveredReports, DeliveryService
    from services.reports.ports import ReportPages
    from services.reports.reporting import ReportService


class ReportParts(FulfilmentParts):
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
            models=lambda: self.catalog.current().known_models,
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
        from services.reports.mailing import ReportMails
        from services.reports.notifying import ReportNotices

        mails = ReportMails(
            recipients=self.settings.report_recipients,
            pages=self.later(lambda: self.pages),
            mailbox=MailRepository(self.documents),
            subscriptions=self.subscriptions,
            public_url=self.settings.public_url,
        )
        return DeliveryService(mails, ReportNotices(self.webhook, self.settings.public_url, self.clock))

    @part
    def subscriptions(self) -> "SubscriptionService":
        from repositories.delivery import LeaverRepository
        from services.delivery.subscriptions import SubscriptionService

        leavers = LeaverRepository(self.documents)
        return SubscriptionService(leavers, pepper=self.pepper, public_url=self.settings.public_url, clock=self.clock)

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

        return secret_for(self.settings.report_webhook_url, self.pepper)

    @part
    def pages(self) -> "ReportPages":
        from presentation.report_pages import DrawnReportPages

        return DrawnReportPages()
