from collections.abc import Mapping
from typing import Any

from core.records import Cursor
from repositories.store.documents import Document, Documents, Query
from repositories.store.paths import REPORTS, report_path

_LISTED = (
    *("week", "version", "headline", "generated_at", "report_period"),
    *("generation_stats", "credit_stats", "user_stats", "anomaly_analysis"),
)


class ReportArchiveRepository:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def page(self, *, after: Cursor | None, limit: int) -> list[Mapping[str, Any]]:
        query = Query(
            collection=REPORTS,
            order_by=("-generated_at",),
            after=(after.at, after.id) if after else None,
            limit=limit,
            fields=_LISTED,
        )
        return [_report(document) for document in self._documents.query(query)]

    def get(self, report_id: str) -> Mapping[str, Any] | None:
        found = self._documents.get(report_path(report_id))
        return None if found is None else _report(found)


def _report(document: Document) -> Mapping[str, Any]:
    return {**document.fields, "id": document.id}
