from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from core.calendar import Week
from emulator import firestore_documents
from repositories.reports.reports import ReportRepository
from repositories.store.documents import Documents
from repositories.store.memory import MemoryDocuments

WEEK = Week(2026, 10)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture(params=["memory", pytest.param("firestore", marks=pytest.mark.emulator)])
def documents(request: pytest.FixtureRequest) -> Iterator[Documents]:
    if request.param == "memory":
        yield MemoryDocuments()
        return
    with firestore_documents() as firestore:
        yield firestore


@pytest.fixture
def reports(documents: Documents) -> ReportRepository:
    return ReportRepository(documents)


def put(reports: ReportRepository, week: Week, *versions: int) -> None:
    for version in versions:
        document = {"week": week.key, "version": version, "daily": [], "headline": "left out"}
        assert reports.add(f"{week.key}-{version}", document)


def told(reports: ReportRepository) -> list[tuple[Any, Any]]:
    return [(report["week"], report["version"]) for report in reports.before(WEEK, 8)]


class TestReports:
    def test_one_that_is_there_stays(self, reports: ReportRepository, documents: Documents) -> None:
        assert reports.add("one", {"week": "2026-W09"})
        assert not reports.add("one", {"week": "2026-W10"})
        found = documents.get("reports/one")
        assert found is not None
        assert found.fields == {"week": "2026-W09"}

    def test_versions_are_counted_by_week(self, reports: ReportRepository) -> None:
        put(reports, WEEK, 1, 2)
        put(reports, WEEK.shifted(-1), 1)
        assert [reports.versions(WEEK.shifted(-back)) for back in range(3)] == [2, 1, 0]

    def test_before_a_week_are_the_last_versions_of_eight_weeks(self, reports: ReportRepository) -> None:
        for back in range(11):
            put(reports, WEEK.shifted(-back), *range(1, 1 + (3 if back == 2 else 1)))
        versions = [3 if back == 2 else 1 for back in range(1, 9)]
        assert told(reports) == [(WEEK.shifted(-back).key, versions[back - 1]) for back in range(1, 9)]

    def test_weeks_without_a_report_are_passed_over_also_at_the_turn_of_a_year(self, documents: Documents) -> None:
        reports = ReportRepository(documents)
        put(reports, Week(2025, 52), 1)
        put(reports, Week(2026, 3), 2, 1)
        found = reports.before(Week(2026, 4), 8)
        assert [report["week"] for report in found] == ["2026-W03", "2025-W52"]
        assert found[0]["version"] == 2

    def test_only_what_is_compared_is_brought(self, reports: ReportRepository) -> None:
        put(reports, WEEK.shifted(-1), 1)
        assert reports.before(WEEK, 8)[0].keys() == {"week", "version", "daily"}

    def test_a_report_of_feraset_imagens_has_no_week(self, reports: ReportRepository) -> None:
        reports.add("weekly_report_2025_08_05", {"report_type": "weekly"})
        assert told(reports) == []

    def test_many_versions_leave_out_the_weeks_that_are_longest_ago(self, reports: ReportRepository) -> None:
        put(reports, WEEK.shifted(-1), *range(1, 16))
        put(reports, WEEK.shifted(-2), 1)
        put(reports, WEEK.shifted(-3), 1)
        assert told(reports) == [("2026-W09", 15), ("2026-W08", 1)]
