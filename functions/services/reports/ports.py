"""The reports room needs these from outside: counts, the store of reports, and their presentation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from core.calendar import Week
from core.records import Cursor
from domain.catalog.models import Model
from domain.reports import dimensions
from domain.reports.answers import MadeReport
from domain.reports.week_stats import WeekStats


class ReportArchive(Protocol):
    """The archive has the reports as they were saved, and feraset-imagen's among them."""

    def page(self, *, after: Cursor | None, limit: int) -> list[Mapping[str, Any]]:
        """Return the newest reports first, by `generated_at`, with only what a list shows."""
        ...

    def get(self, report_id: str) -> Mapping[str, Any] | None: ...


class ReportRuns(Protocol):
    """This makes the report of the last full week before `as_of`, or before now."""

    def run(self, as_of: datetime | None, dry_run: bool) -> MadeReport:
        """Return the answer in the shape of `scheduleWeeklyReport`. With `dry_run`, nothing is saved."""
        ...


class Table(StrEnum):
    """A report can be downloaded as these tables, besides one table for each dimension. Each is one CSV file."""

    SUMMARY = "summary"
    DAILY = "daily"
    LATENCY = "latency"
    FAILURES = "failures"
    HOURS = "hours"
    FUNNEL = "funnel"
    TOP_USERS = "top_users"
    LEDGER = "ledger"
    FINDINGS = "findings"
    RECONCILIATION = "reconciliation"


def table_names() -> tuple[str, ...]:
    """Return the names of all tables, in the order in which they are offered."""
    first, *others = (dimension.table for dimension in dimensions.with_table())
    overview, of_models = (Table.SUMMARY, Table.DAILY), (Table.LATENCY, Table.FAILURES)
    rest = [table for table in Table if table not in (*overview, *of_models)]
    return tuple(map(str, (*overview, first, *of_models, *others, *rest)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """`images` are PNG files, each with the content id by which the HTML part names it."""

    subject: str
    html: str
    text: str
    images: tuple[tuple[str, bytes], ...] = ()


class ReportPages(Protocol):
    """Each method takes the document as it is stored, also an old one that lacks some of today's keys."""

    def html(self, report: Mapping[str, Any]) -> str:
        """Return a page that needs no other files."""
        ...

    def email(self, report: Mapping[str, Any], unsubscribe_url: str, *, page_url: str = "") -> Email:
        """Return the mail. Raise ValueError for an address that is not http(s)."""
        ...

    def png(self, report: Mapping[str, Any]) -> bytes:
        """Return one picture of the week, 1200 x 628 pixels."""
        ...

    def csv(self, report: Mapping[str, Any], table: str) -> str:
        """Return a table in the format of RFC 4180, with a heading line.

        Raise ValueError if it is not one of `table_names()`.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Requests are counted by these models, and by the values of each dimension that has a field, by its name."""

    models: Mapping[str, Model]
    values: Mapping[str, Sequence[str]]


class WeekCounts(Protocol):
    """The database makes these sums, so their cost does not depend on how the data is stored.

    Raise Unavailable: a count that failed is never a zero.
    """

    def week(self, week: Week, groups: Groups) -> WeekStats: ...

    def outline(self, week: Week, groups: Groups) -> WeekStats | None:
        """Return the numbers that the next week is compared with: requests by model, the ledger, active users.

        Return None if nothing was asked for in this week or before it, so that there is nothing to compare with.
        """
        ...


class Reports(Protocol):
    def add(self, report_id: str, document: Mapping[str, Any]) -> bool:
        """Store the report. Return False if there is one with this id, which stays as it is. Raise Unavailable."""
        ...

    def versions(self, week: Week) -> int:
        """Return how many reports of the week there are."""
        ...

    def before(self, week: Week, weeks: int) -> Sequence[Mapping[str, Any]]:
        """Return the last version of the report of each of this many weeks before, the nearest week first.

        A week without a report is left out. Only the parts that a later report is compared with are read.
        """
        ...
