"""A new report goes to its readers by mail. An alert is a second, shorter mail."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import Unavailable
from services.delivery.ports import Mail, Mailbox
from services.delivery.subscriptions import SubscriptionService
from services.reports import notices
from services.reports.ports import ReportPages

log = logging.getLogger(__name__)


class ReportMails:
    def __init__(
        self,
        *,
        recipients: Sequence[str],
        pages: ReportPages,
        mailbox: Mailbox,
        subscriptions: SubscriptionService,
        public_url: str,
    ) -> None:
        self._recipients = recipients
        self._pages = pages
        self._mailbox = mailbox
        self._subscriptions = subscriptions
        self._public_url = public_url

    def write(self, report: Mapping[str, Any], kind: str) -> list[bool | None]:
        """Write a mail of this kind, `report` or `alert`, to each recipient.

        Return for each whether the mail is new, or None if that failed.
        """
        return [self._mailed(report, address, kind) for address in self._recipients]

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
            subject, text, html = notices.alert(report, notices.page_url(self._public_url, report), leave)
            images: Sequence[tuple[str, bytes]] = ()
        else:
            email = self._pages.email(report, leave, page_url=notices.page_url(self._public_url, report))
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


def _digest(address: str) -> str:
    """Return a hash of the address for the id of a document. The address itself may hold a slash."""
    return hashlib.sha256(address.encode()).hexdigest()[:32]
