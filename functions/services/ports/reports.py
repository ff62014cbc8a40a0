"""What the weekly report is made from, and where it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from domain.audit_verdict import AuditProgress, AuditVerdict
from domain.calendar import Week
from domain.week_stats import WeekStats


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


class AuditVerdicts(Protocol):
    def last(self) -> AuditVerdict | None: ...

    def progress(self) -> AuditProgress | None:
        """How far the nightly audits have come; None before the first one."""
        ...

    def put(self, verdict: AuditVerdict, progress: AuditProgress) -> None:
        """Raises Unavailable."""
        ...
