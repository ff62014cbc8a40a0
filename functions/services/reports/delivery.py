"""A new report is delivered.

Its readers get a mail, and an alert if the anomalies are severe. Chat tools get a webhook.
"""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from core.clock import Clock
from core.errors import FieldError, InvalidRequest
from domain.reports.answers import MadeReport
from services.reports.mailing import ReportMails
from services.reports.notifying import ReportNotices
from services.reports.ports import ReportRuns

log = logging.getLogger(__name__)

# No report can be made for a time before this, because nobody had asked for anything.
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)

_GRAVE = frozenset({"high", "critical"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """This counts the mails that were written now.

    Mails of an earlier run of the week are not counted, and people who left get none.
    """

    mailed: int
    alerted: int
    unsent: int
    notified: tuple[str, ...]
    unheard: tuple[str, ...]


class DeliveryService:
    def __init__(self, mails: ReportMails, notices: ReportNotices) -> None:
        self._mails = mails
        self._notices = notices

    def deliver(self, report: Mapping[str, Any]) -> Delivery:
        """Deliver the report. A failure is logged as an error, because the report itself is saved already."""
        is_grave = report["anomaly_analysis"]["severity_level"] in _GRAVE
        mailed = self._mails.write(report, "report")
        alerted = self._mails.write(report, "alert") if is_grave else []
        told = self._notices.send(report, is_grave=is_grave)
        delivery = Delivery(
            mailed=mailed.count(True),
            alerted=alerted.count(True),
            unsent=[*mailed, *alerted].count(None),
            notified=tuple(name for name, heard in told.items() if heard),
            unheard=tuple(name for name, heard in told.items() if not heard),
        )
        log.info("report_delivered", extra={"report_id": report["id"], **asdict(delivery)})
        return delivery


class DeliveredReports:
    """This makes reports, and delivers those that are saved."""

    def __init__(self, reporting: ReportRuns, delivery: DeliveryService, clock: Clock) -> None:
        self._reporting = reporting
        self._delivery = delivery
        self._clock = clock

    def run(self, as_of: datetime | None = None, dry_run: bool = False) -> MadeReport:
        """Make and deliver a report, and answer in the shape of `scheduleWeeklyReport`. Raise InvalidRequest."""
        if as_of is not None and not EARLIEST <= as_of <= self._clock():
            allowed = (f"{EARLIEST:%Y-%m-%dT%H:%M:%SZ} to now",)
            raise InvalidRequest([FieldError(pointer="/as_of", detail="no week has ended then", allowed=allowed)])
        answer = self._reporting.run(as_of, dry_run)
        if not dry_run:
            self._delivery.deliver(answer["report_data"])
        return answer
