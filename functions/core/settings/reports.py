from datetime import tzinfo

from pydantic import Field

from core.addresses import EmailAddresses, PageAddress
from core.settings.base import BaseSettings
from core.settings.values import Costs, Micros, ZoneName, zone


class ReportSettings(BaseSettings):
    report_time_zone: ZoneName = "UTC"
    provider_costs: Costs = Field(default_factory=dict)
    credit_value_micros: Micros | None = None
    report_recipients: EmailAddresses = ()
    report_webhook_url: PageAddress = ""

    @property
    def report_zone(self) -> tzinfo:
        return zone(self.report_time_zone)
