"""Chat tools are told of a new report by webhook."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from core.clock import Clock
from core.errors import Unavailable
from services.delivery.ports import Notice, Notifier
from services.reports import notices

log = logging.getLogger(__name__)


class ReportNotices:
    """`notifier` is None if nobody is notified by webhook."""

    def __init__(self, notifier: Notifier | None, public_url: str, clock: Clock) -> None:
        self._notifier = notifier
        self._public_url = public_url
        self._clock = clock

    def send(self, report: Mapping[str, Any], *, is_grave: bool) -> dict[str, bool]:
        """Send the events of the report, and return for each type whether it was heard."""
        return dict(self._notified(report, is_grave=is_grave))

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
        return [
            notices.event(report, each, notices.page_url(self._public_url, report), self._clock()) for each in types
        ]
