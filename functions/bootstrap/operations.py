"""Makes what runs the system, in the operations room: audits, sweeps, the control of queues, demo data."""

import os
from datetime import timedelta
from typing import TYPE_CHECKING

from bootstrap.parts import part
from bootstrap.reports import ReportParts
from core.queues import Queue

if TYPE_CHECKING:
    from repositories.operations.audit_log import AuditLogRepository
    from repositories.operations.book_sums import BookSumRepository
    from repositories.operations.queue_marks import QueueMarkRepository
    from services.operations.auditing import AuditService
    from services.operations.opening import OpeningService
    from services.operations.operation_log import OperationLog
    from services.operations.operations import OperationsService
    from services.operations.ports import QueueControl
    from services.operations.queue import QueueService
    from services.operations.queue_operations import QueueOperations
    from services.operations.report_operations import ReportOperations
    from services.operations.seeding import SeedService
    from services.operations.sweeping import SweepService


class OperationParts(ReportParts):
    @part
    def audit_log(self) -> "AuditLogRepository":
        from repositories.operations.audit_log import AuditLogRepository

        return AuditLogRepository(self.documents)

    @part
    def queue_marks(self) -> "QueueMarkRepository":
        from repositories.operations.queue_marks import QueueMarkRepository

        return QueueMarkRepository(self.documents, self.transaction)

    @part
    def queue_control(self) -> "QueueControl":
        from providers.queue.all_queues import ControlOfAll
        from providers.queue.control import CloudTasksControl, EmulatorControl, production_control_client

        host, names = os.environ.get("CLOUD_TASKS_EMULATOR_HOST", ""), {each: self.queue_name(each) for each in Queue}
        if host:
            return ControlOfAll({each: EmulatorControl(host, name) for each, name in names.items()})
        client = production_control_client()
        return ControlOfAll({each: CloudTasksControl(client, name) for each, name in names.items()})

    @part
    def queue_service(self) -> "QueueService":
        from services.operations.queue import QueueService

        return QueueService(self.later(lambda: self.queue_control), self.queue_marks, self.clock)

    @part
    def sweeper(self) -> "SweepService":
        from services.operations.rescuing import Rescuer
        from services.operations.sweeping import SweepService

        rescuer = Rescuer(
            generations=self.generations,
            dispatcher=self.dispatcher,
            models=self.models,
            attempts_max=self.settings.attempts_max,
            age_max=timedelta(seconds=self.settings.generation_age_max_seconds),
            clock=self.clock,
        )
        return SweepService(generations=self.generations, marks=self.queue_marks, rescuer=rescuer, clock=self.clock)

    @part
    def book_sums(self) -> "BookSumRepository":
        from repositories.operations.book_sums import BookSumRepository

        return BookSumRepository(self.documents)

    @part
    def audits(self) -> "AuditService":
        from services.operations.auditing import AuditService

        return AuditService(self.users, self.book_sums, self.audit_verdicts, self.clock)

    @part
    def opening(self) -> "OpeningService":
        from services.operations.opening import OpeningService

        return OpeningService(
            users=self.users,
            ledger=self.entries,
            sums=self.book_sums,
            generations=self.generations,
            clock=self.clock,
        )

    @part
    def operation_log(self) -> "OperationLog":
        from services.operations.operation_log import OperationLog

        return OperationLog(self.audit_log, self.clock)

    @part
    def operations(self) -> "OperationsService":
        from services.operations.operations import OperationsService

        return OperationsService(self.sweeper, self.audits, self.operation_log, self.clock)

    @part
    def queue_operations(self) -> "QueueOperations":
        from services.operations.queue_operations import QueueOperations

        return QueueOperations(self.queue_service, self.generations, self.operation_log)

    @part
    def report_operations(self) -> "ReportOperations":
        from services.operations.report_operations import ReportOperations

        return ReportOperations(self.later(lambda: self.weekly_reports), self.operation_log)

    @part
    def seeding(self) -> "SeedService":
        from repositories.operations.demo import DemoRepository
        from services.operations.seeding import SeedService

        settings = self.settings
        return SeedService(
            DemoRepository(self.documents), self.clock, zone=settings.report_zone, allowed=settings.on_emulator
        )
