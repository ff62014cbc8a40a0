from collections.abc import Mapping
from typing import Any

from core.calendar import Week
from core.errors import Unavailable
from domain.reports import dimensions
from repositories.store.documents import AlreadyExists, Ambiguous, Conflict, Create, Documents, Query
from repositories.store.paths import REPORTS, report_path

_COMPARED = (
    *("week", "version", "daily"),
    *("generation_stats", "credit_stats", "user_stats"),
)

# So many reports are read for each week. If most weeks have more versions than that, the oldest weeks are left out.
_REPORTS_READ = 2


class ReportRepository:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def add(self, report_id: str, document: Mapping[str, Any]) -> bool:
        try:
            self._documents.commit([Create(report_path(report_id), document)])
        except AlreadyExists:
            return False
        except (Ambiguous, Conflict) as error:
            raise Unavailable("The report could not be saved.") from error
        return True

    def versions(self, week: Week) -> int:
        return self._documents.totals(Query(collection=REPORTS, where=(("week", "==", week.key),))).count

    def before(self, week: Week, weeks: int) -> list[Mapping[str, Any]]:
        query = Query(
            collection=REPORTS,
            where=(("week", ">=", week.shifted(-weeks).key), ("week", "<", week.key)),
            order_by=("-week",),
            limit=_REPORTS_READ * weeks,
            fields=(*_COMPARED, *(each.performance for each in dimensions.with_table())),
        )
        last: dict[str, Mapping[str, Any]] = {}
        for document in self._documents.query(query):
            known = last.setdefault(document.fields["week"], document.fields)
            if known["version"] < document.fields["version"]:
                last[document.fields["week"]] = document.fields
        return list(last.values())
