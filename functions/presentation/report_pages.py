from collections.abc import Mapping
from typing import Any

from presentation.figures import opening
from presentation.reading import cleaned
from presentation.series import days
from presentation.spreadsheet import spreadsheet
from presentation.tables import table_of
from services.reports.ports import Email


class DrawnReportPages:
    """Draws the pages of reports. matplotlib is imported at first use, because most instances never show a report."""

    def html(self, report: Mapping[str, Any]) -> str:
        from presentation.page import page  # noqa: PLC0415 - it imports matplotlib

        return page(cleaned(report))

    def email(self, report: Mapping[str, Any], unsubscribe_url: str, *, page_url: str = "") -> Email:
        from presentation.letter import letter  # noqa: PLC0415 - it imports matplotlib

        return letter(cleaned(report), unsubscribe_url, page_url)

    def png(self, report: Mapping[str, Any]) -> bytes:
        from presentation.picture import picture  # noqa: PLC0415 - it imports matplotlib

        tidy = cleaned(report)
        return picture(opening(tidy), days(tidy, "requests"))

    def csv(self, report: Mapping[str, Any], table: str) -> str:
        return spreadsheet(table_of(cleaned(report), table))
