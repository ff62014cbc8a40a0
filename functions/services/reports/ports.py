"""The reports room needs these from outside: counts, where reports are kept, and how they are drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from core.calendar import Week
from core.records import Cursor
from domain.reports.week_stats import WeekStats


class ReportArchive(Protocol):
    """Reports as they were saved, feraset-imagen's among them."""

    def page(self, *, after: Cursor | None, limit: int) -> list[Mapping[str, Any]]:
        """Newest first, by `generated_at`; only what a list shows."""
        ...

    def get(self, report_id: str) -> Mapping[str, Any] | None: ...


class ReportRuns(Protocol):
    """Makes the report of the last full week before `as_of`, or before now."""

    def run(self, as_of: datetime | None, dry_run: bool) -> dict[str, Any]:
        """In the shape of `scheduleWeeklyReport`. `dry_run`: nothing is saved."""
        ...


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The names that requests are counted by; each model with the kind of thing that it makes."""

    models: Mapping[str, str]
    styles: Sequence[str]
    colors: Sequence[str]
    sizes: Sequence[str]


class WeekCounts(Protocol):
    """Counts, by sums that the database makes: what they cost does not depend on how it is kept.

    Raises Unavailable: a count that failed is never a zero.
    """

    def week(self, week: Week, groups: Groups) -> WeekStats: ...

    def outline(self, week: Week, groups: Groups) -> WeekStats | None:
        """What the week after it is compared with: requests by model, the ledger, active users.

        None where nothing was asked for in this week or before it, so that there is nothing to compare with.
        """
        ...


class Reports(Protocol):
    def add(self, report_id: str, document: Mapping[str, Any]) -> bool:
        """False: there is one of this id, and it stays as it is. Raises Unavailable."""
        ...

    def versions(self, week: Week) -> int:
        """How many reports of the week there are."""
        ...

    def before(self, week: Week, weeks: int) -> Sequence[Mapping[str, Any]]:
        """The last version of each of so many weeks before that has one, the nearest week first.

        Only what a later report compares itself with.
        """
        ...
