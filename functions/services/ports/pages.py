"""Reports for the eye. The words of a report's document are `domain.reports`'s."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class Table(StrEnum):
    """What a report can be had of as rows, one CSV file each."""

    SUMMARY = "summary"
    DAILY = "daily"
    MODELS = "models"
    LATENCY = "latency"
    FAILURES = "failures"
    STYLES = "styles"
    COLORS = "colors"
    SIZES = "sizes"
    HOURS = "hours"
    FUNNEL = "funnel"
    TOP_USERS = "top_users"
    LEDGER = "ledger"
    FINDINGS = "findings"
    RECONCILIATION = "reconciliation"


TABLES: tuple[str, ...] = tuple(table.value for table in Table)


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """`images` are PNG files, each with the content id by which the HTML part names it."""

    subject: str
    html: str
    text: str
    images: tuple[tuple[str, bytes], ...] = ()


class ReportPages(Protocol):
    """Each takes the document as it is kept, also one that is older than some of today's keys."""

    def html(self, report: Mapping[str, Any]) -> str:
        """A page that needs nothing beside itself."""
        ...

    def email(self, report: Mapping[str, Any], unsubscribe_url: str, *, page_url: str = "") -> Email:
        """Raises ValueError for an address that is not http(s)."""
        ...

    def png(self, report: Mapping[str, Any]) -> bytes:
        """One picture of the week, 1200 x 628."""
        ...

    def csv(self, report: Mapping[str, Any], table: str) -> str:
        """RFC 4180, with a heading line. Raises ValueError for a table that is not one of TABLES."""
        ...
