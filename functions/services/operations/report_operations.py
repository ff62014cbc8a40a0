"""Operators have a weekly report made when they want it."""

from datetime import datetime

from domain.reports.answers import MadeReport
from services.accounts.instructions import Instruction
from services.operations.operation_log import OperationLog
from services.reports.ports import ReportRuns


class ReportOperations:
    def __init__(self, reports: ReportRuns, log: OperationLog) -> None:
        self._reports = reports
        self._log = log

    def run(self, instruction: Instruction, as_of: datetime | None, *, dry_run: bool) -> MadeReport:
        """Make the report of the last full week before `as_of`. Raise InvalidRequest.

        A dry run saves nothing, so it is not recorded either.
        """
        if not dry_run:
            self._log.write_down(instruction, "report.run", "reports")
        return self._reports.run(as_of, dry_run)
