"""Serves operators at function URLs of feraset-imagen, with the same fields, status codes and error bodies."""

from flask import Request, Response

from controllers.compatibility.function_url_errors import report_error, short_error
from controllers.compatibility.requests import Callers
from controllers.http.body import optional_object
from controllers.http.boundary import HttpBoundary
from controllers.http.wire import Answer
from core.errors import MethodNotAllowed
from schemas.base import parse
from schemas.compatibility.function_urls import ScheduleWeeklyReport
from services.accounts.instructions import Instruction
from services.operations.report_operations import ReportOperations
from services.operations.seeding import SeedService

# Clients of feraset-imagen call functions that write with these methods. Its Postman collection may send PUT.
_WRITING_METHODS = ("GET", "POST", "PUT")


class OperatorUrls:
    def __init__(
        self, seeding: SeedService, reports: ReportOperations, callers: Callers, boundary: HttpBoundary
    ) -> None:
        self._seeding = seeding
        self._reports = reports
        self._callers = callers
        self._boundary = boundary

    def seed_database(self, request: Request) -> Response:
        return self._boundary.serve(request, self._seed, short_error)

    def schedule_weekly_report(self, request: Request) -> Response:
        return self._boundary.serve(request, self._report, report_error)

    def _seed(self, request: Request, _: str) -> Answer:
        _refuse_other_methods(request)
        self._callers.anybody(request)
        return Answer(body=self._seeding.seed())

    def _report(self, request: Request, request_id: str) -> Answer:
        _refuse_other_methods(request)
        instruction = Instruction(actor=self._callers.operator(request), request_id=request_id)
        wanted = parse(ScheduleWeeklyReport, {**request.args, **optional_object(request)}, prefix="")
        return Answer(body=self._reports.run(instruction, wanted.as_of, dry_run=wanted.dry_run))


def _refuse_other_methods(request: Request) -> None:
    """Raise MethodNotAllowed unless clients of feraset-imagen call functions that write with this method."""
    if request.method not in _WRITING_METHODS:
        raise MethodNotAllowed(request.method, _WRITING_METHODS)
