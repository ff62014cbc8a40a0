from collections.abc import Mapping
from typing import Any

from providers.pages.figures import opening
from providers.pages.reading import cleaned
from providers.pages.series import days
from providers.pages.spreadsheet import spreadsheet
from providers.pages.tables import table_of
from services.ports.pages import Email


class DrawnReportPages:
    """matplotlib is loaded by what draws with it, at its first use: most instances never show a report."""

    def html(self, report: Mapping[str, Any]) -> str:
        from providers.pages.page import page  # noqa: PLC0415 - draws

        return page(cleaned(report))

    def email(self, report: Mapping[str, Any], unsubscribe_url: str, *, page_url: str = "") -> Email:
        from providers.pages.letter import letter  # noqa: PLC0415 - draws

        return letter(cleaned(report), unsubscribe_url, page_url)

    def png(self, report: Mapping[str, Any]) -> bytes:
        from providers.pages.picture import picture  # noqa: PLC0415 - draws

        tidy = cleaned(report)
        return picture(opening(tidy), days(tidy, "requests"))

    def csv(self, report: Mapping[str, Any], table: str) -> str:
        return spreadsheet(table_of(cleaned(report), table))
