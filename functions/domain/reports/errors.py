"""This is the refusal that is about reports. Its code is public and stable."""

from core.errors import NotFound


class ReportNotFound(NotFound):
    code = "report_not_found"
    title = "There is no such report"

    def __init__(self, report_id: str) -> None:
        super().__init__(f"Report not found: {report_id}")
