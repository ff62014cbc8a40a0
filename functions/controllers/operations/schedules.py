from datetime import timedelta

from controllers.http.boundary import run_task
from core.clock import Clock
from services.credits.expiring import ExpiryService
from services.operations.auditing import AuditService
from services.operations.erasure import ErasureService
from services.operations.sweeping import SweepService
from services.reports.ports import ReportRuns

# The schedule may take nine minutes, and the erasures before the audit take up to four of them.
_AUDIT_TIME = timedelta(minutes=4)


class BooksDiffer(Exception):
    """Makes the run fail, so that the scheduler's alert goes off. The log has the figures."""


class RecordsDamaged(Exception):
    """Makes the run fail after all other work is done. The log names the records that a person has to repair."""


class Schedules:
    """Runs the schedules. If a run fails, the error is raised, and not only logged."""

    def __init__(
        self,
        *,
        sweeper: SweepService,
        audits: AuditService,
        erasure: ErasureService,
        expiries: ExpiryService,
        reporting: ReportRuns,
        clock: Clock,
    ) -> None:
        self._sweeper = sweeper
        self._audits = audits
        self._erasure = erasure
        self._expiries = expiries
        self._reporting = reporting
        self._clock = clock

    def sweep(self) -> None:
        run_task(self._sweep)

    def audit(self) -> None:
        run_task(self._audit)

    def weekly_report(self) -> None:
        run_task(self._report)

    def _sweep(self) -> None:
        result = self._sweeper.sweep()
        if result.needs_repair:
            raise RecordsDamaged(f"{result.unreadable} cannot be read, {result.disputed} cannot be settled")

    def _report(self) -> None:
        self._reporting.run(None, False)

    def _audit(self) -> None:
        """Continue the erasures, expire grants, and then audit, so that what they give and take is audited too."""
        self._erasure.continue_all()
        self._expiries.run()
        result = self._audits.nightly(within=_AUDIT_TIME)
        if not result.is_exact:
            raise BooksDiffer(
                f"{len(result.different)} users, totals: {result.differences}, unreadable: {result.unreadable}"
            )
