"""A new report is delivered.

Its readers get a mail, and an alert if the anomalies are severe. Chat tools get a webhook.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from core.clock import Clock
from core.errors import FieldError, InvalidRequest, Unavailable
from domain.reports.answers import MadeReport
from services.delivery.ports import Mail, Mailbox, Notice, Notifier
from services.delivery.subscriptions import SubscriptionService
from services.reports import notices
from services.reports.ports import ReportPages, ReportRuns

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
    """`notifier` is None if nobody is notified by webhook."""

    def __init__(
        self,
        *,
        recipients: Sequence[str],
        pages: ReportPages,
        mailbox: Mailbox,
        subscriptions: SubscriptionService,
        notifier: Notifier | None,
        public_url: str,
        clock: Clock,
    ) -> None:
        self._recipients = recipients
        self._pages = pages
        self._mailbox = mailbox
        self._subscriptions = subscriptions
        self._notifier = notifier
        self._public_url = public_url
        self._clock = clock

    def deliver(self, report: Mapping[str, Any]) -> Delivery:
        """Deliver the report. A failure is logged as an error, because the report itself is saved already."""
        is_grave = report["anomaly_analysis"]["severity_level"] in _GRAVE
        mailed = [self._mailed(report, address, "report") for address in self._recipients]
        alerted = [self._mailed(report, address, "alert") for address in self._recipients if is_grave]
        told = dict(self._notified(report, is_grave=is_grave))
        delivery = Delivery(
            mailed=mailed.count(True),
            alerted=alerted.count(True),
            unsent=[*mailed, *alerted].count(None),
            notified=tuple(name for name, heard in told.items() if heard),
            unheard=tuple(name for name, heard in told.items() if not heard),
        )
        log.info("report_delivered", extra={"report_id": report["id"], **asdict(delivery)})
        return delivery

    def _mailed(self, report: Mapping[str, Any], address: str, kind: str) -> bool | None:
        """Write a mail, and return whether it is new. Return None if that failed."""
        mail_id = f"{kind}-{report['week']}-{_digest(address)}"
        try:
            if self._mailbox.has(mail_id) or not self._subscriptions.wants(address):
                return False
            return self._mailbox.put(self._mail(report, address, kind, mail_id))
        except Unavailable as error:
            log.error("mail_not_written", extra={"mail_id": mail_id, "reason": error.message})  # noqa: TRY400 - no bug
            return None

    def _mail(self, report: Mapping[str, Any], address: str, kind: str, mail_id: str) -> Mail:
        leave = self._subscriptions.url(address)
        if kind == "alert":
            subject, text, html = notices.alert(report, self._url(report), leave)
            images: Sequence[tuple[str, bytes]] = ()
        else:
            email = self._pages.email(report, leave, page_url=self._url(report))
            subject, text, html, images = notices.on_one_line(email.subject), email.text, email.html, email.images
        return Mail(
            id=mail_id,
            to=address,
            subject=subject,
            text=text,
            html=html,
            unsubscribe_url=leave,
            category=f"weekly-{kind}",
            images=images,
        )

    def _notified(self, report: Mapping[str, Any], *, is_grave: bool) -> Iterator[tuple[str, bool]]:
        if self._notifier is None:
            return
        for event in self._events(report, is_grave=is_grave):
            try:
                self._notifier.send(event)
            except Unavailable as error:
                extra = {"webhook_id": event.id, "reason": error.message}
                log.error("webhook_not_delivered", extra=extra)  # noqa: TRY400 - the other side is at fault, no traceback
                yield event.type, False
            else:
                yield event.type, True

    def _events(self, report: Mapping[str, Any], *, is_grave: bool) -> Iterable[Notice]:
        types = ("report.ready", "anomaly.detected") if is_grave else ("report.ready",)
        return [notices.event(report, each, self._url(report), self._clock()) for each in types]

    def _url(self, report: Mapping[str, Any]) -> str:
        return f"{self._public_url}/app/admin/reports/{report['id']}"


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


def _digest(address: str) -> str:
    """Return a hash of the address for the id of a document. The address itself may hold a slash."""
    return hashlib.sha256(address.encode()).hexdigest()[:32]
