"""Acts of operators are written into the audit log before they are done, so a failed act is recorded as well."""

import logging
import uuid
from collections.abc import Callable

from core.clock import Clock
from services.accounts.instructions import Instruction
from services.operations.ports import AuditLog

log = logging.getLogger(__name__)


class OperationLog:
    def __init__(
        self, audit_log: AuditLog, clock: Clock, new_id: Callable[[], str] = lambda: str(uuid.uuid4())
    ) -> None:
        self._audit_log = audit_log
        self._clock = clock
        self._new_id = new_id

    def write_down(self, instruction: Instruction, action: str, target: str) -> None:
        self._audit_log.add(instruction.record(self._new_id(), self._clock(), action, target))
        log.warning("operated", extra={"action": action, "actor": instruction.actor})
