"""Operators have the sweep and the audit run when they want them."""

from datetime import timedelta

from core.clock import Clock
from services.accounts.instructions import Instruction
from services.operations.auditing import Audit, AuditService
from services.operations.operation_log import OperationLog
from services.operations.sweeping import SweepResult, SweepService

AUDITED_USERS_MAX = 500
_CHANGED_WITHIN = timedelta(hours=25)
# Somebody waits for the answer, and the function may run for 60 seconds.
_AUDIT_TIME = timedelta(seconds=40)


class OperationsService:
    def __init__(self, sweeper: SweepService, audits: AuditService, log: OperationLog, clock: Clock) -> None:
        self._sweeper = sweeper
        self._audits = audits
        self._log = log
        self._clock = clock

    def sweep(self, instruction: Instruction) -> SweepResult:
        self._log.write_down(instruction, "sweep.run", "sweep")
        return self._sweeper.sweep()

    def audit(self, instruction: Instruction) -> Audit:
        """Audit the totals, and each user that changed in the last 25 hours.

        It stops after 500 users, or after 40 seconds.
        """
        self._log.write_down(instruction, "audit.run", "books")
        since = self._clock() - _CHANGED_WITHIN
        return self._audits.of_all(changed_since=since, most=AUDITED_USERS_MAX, within=_AUDIT_TIME)

    def audit_user(self, instruction: Instruction, user_id: str) -> Audit:
        """Audit one user. Raise UserNotFound, and then record nothing."""
        audit = self._audits.of_user(user_id)
        self._log.write_down(instruction, "audit.run", f"books/{user_id}")
        return Audit(
            users_checked=1,
            differences=(),
            different=(audit,) if audit.differences else (),
            unopened=() if audit.is_opened else (user_id,),
            unopened_count=int(not audit.is_opened),
        )
