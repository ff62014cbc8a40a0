"""Operators do these things by hand to the running system: to the queue, the sweep, the audit and a report.

Each is written into the audit log before it is done, so a failed one is recorded as well.
"""

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import Clock
from domain.generations.generation import Status
from domain.reports.answers import MadeReport
from services.accounts.instructions import Instruction
from services.generations.ports import Generations
from services.operations.auditing import Audit, AuditService
from services.operations.ports import AuditLog, QueueStatus
from services.operations.queue import QueueService
from services.operations.sweeping import SweepResult, SweepService
from services.reports.ports import ReportRuns

log = logging.getLogger(__name__)

AUDITED_USERS_MAX = 500
_CHANGED_WITHIN = timedelta(hours=25)
# Somebody waits for the answer, and the function may run for 60 seconds.
_AUDIT_TIME = timedelta(seconds=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueOverview:
    """This is the queue, with the counts of generations by status, whether or not a task of theirs waits in it."""

    status: QueueStatus
    queued: int
    processing: int


class OperationsService:
    def __init__(
        self,
        *,
        queue: QueueService,
        generations: Generations,
        sweeper: SweepService,
        audits: AuditService,
        reports: ReportRuns,
        audit_log: AuditLog,
        clock: Clock,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self._queue = queue
        self._generations = generations
        self._sweeper = sweeper
        self._audits = audits
        self._reports = reports
        self._audit_log = audit_log
        self._clock = clock
        self._new_id = new_id

    def queue(self) -> QueueOverview:
        """Return the queue. It costs two aggregations. Raise Unavailable."""
        return self._overview(self._queue.status())

    def pause_queue(self, instruction: Instruction) -> QueueOverview:
        """Pause the queue. This method and the next two raise Unavailable or NotSupported."""
        self._write_down(instruction, "queue.pause", "queue")
        return self._overview(self._queue.pause())

    def resume_queue(self, instruction: Instruction) -> QueueOverview:
        self._write_down(instruction, "queue.resume", "queue")
        return self._overview(self._queue.resume())

    def purge_queue(self, instruction: Instruction) -> QueueOverview:
        self._write_down(instruction, "queue.purge", "queue")
        return self._overview(self._queue.purge())

    def sweep(self, instruction: Instruction) -> SweepResult:
        self._write_down(instruction, "sweep.run", "sweep")
        return self._sweeper.sweep()

    def audit(self, instruction: Instruction) -> Audit:
        """Audit the totals, and each user that changed in the last 25 hours.

        It stops after 500 users, or after 40 seconds.
        """
        self._write_down(instruction, "audit.run", "books")
        since = self._clock() - _CHANGED_WITHIN
        return self._audits.of_all(changed_since=since, most=AUDITED_USERS_MAX, within=_AUDIT_TIME)

    def audit_user(self, instruction: Instruction, user_id: str) -> Audit:
        """Audit one user. Raise UserNotFound, and then record nothing."""
        audit = self._audits.of_user(user_id)
        self._write_down(instruction, "audit.run", f"books/{user_id}")
        return Audit(
            users_checked=1,
            differences=(),
            different=(audit,) if audit.differences else (),
            unopened=() if audit.is_opened else (user_id,),
            unopened_count=int(not audit.is_opened),
        )

    def report(self, instruction: Instruction, as_of: datetime | None, *, dry_run: bool) -> MadeReport:
        """Make the report of the last full week before `as_of`. Raise InvalidRequest.

        A dry run saves nothing, so it is not recorded either.
        """
        if not dry_run:
            self._write_down(instruction, "report.run", "reports")
        return self._reports.run(as_of, dry_run)

    def _overview(self, status: QueueStatus) -> QueueOverview:
        return QueueOverview(
            status=status,
            queued=self._generations.count(Status.QUEUED),
            processing=self._generations.count(Status.PROCESSING),
        )

    def _write_down(self, instruction: Instruction, action: str, target: str) -> None:
        self._audit_log.add(instruction.record(self._new_id(), self._clock(), action, target))
        log.warning("operated", extra={"action": action, "actor": instruction.actor})
