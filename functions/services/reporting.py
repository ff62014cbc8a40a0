import logging
from typing import Any

from core.clock import Clock
from domain.anomalies.analysis import analyse
from domain.reports import anomaly_summary, report_document, summary
from domain.week_stats import WeekStats, Window, collect, last_full_week, last_seven_days, per_day
from services.ports import Generations, Ledger, Reports, Users

log = logging.getLogger(__name__)


class ReportService:
    """The weekly report: counted, compared with the week before, saved. What fails on the way is raised."""

    def __init__(
        self, *, generations: Generations, ledger: Ledger, users: Users, reports: Reports, clock: Clock
    ) -> None:
        self._generations = generations
        self._ledger = ledger
        self._users = users
        self._reports = reports
        self._clock = clock

    def run_scheduled(self) -> dict[str, Any]:
        """Of the last full week, Monday to Monday, UTC."""
        return self._run(last_full_week(self._clock()))

    def run_by_hand(self) -> dict[str, Any]:
        """Of the last seven days; answers in the shape of `scheduleWeeklyReport`."""
        report = self._run(last_seven_days(self._clock()))
        return {
            "reportStatus": "success",
            "report_data": report,
            "summary": summary(report),
            "anomaly_summary": anomaly_summary(report),
        }

    def _run(self, window: Window) -> dict[str, Any]:
        current, before = self._stats(window), self._stats(window.previous())
        registrations = per_day(window, self._users.registered(window.start, window.end))
        analysis = analyse(current, before, registrations=registrations)
        now = self._clock()
        run = 1
        report = report_document(current, analysis, generated_at=now, run=run)
        while not self._reports.add(report["id"], report):
            run += 1
            report = report_document(current, analysis, generated_at=now, run=run)
        log.info("report_saved", extra={"report_id": report["id"], "level": analysis.level})
        return report

    def _stats(self, window: Window) -> WeekStats:
        return collect(
            window,
            self._generations.facts(window.start, window.end),
            self._ledger.facts(window.start, window.end),
        )
