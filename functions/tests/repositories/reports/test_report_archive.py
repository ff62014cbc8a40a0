from datetime import timedelta

from core.records import Cursor
from repositories.reports.report_archive import ReportArchiveRepository
from repositories.store.memory import MemoryDocuments
from weekly import GENERATED_AT, a_report, keep


def archive(count: int) -> ReportArchiveRepository:
    documents = MemoryDocuments()
    for number in range(count):
        keep(documents, a_report(id=f"r{number}", generated_at=GENERATED_AT + timedelta(days=7 * number)))
    return ReportArchiveRepository(documents)


def test_the_newest_come_first_page_by_page() -> None:
    reports = archive(5)
    first = reports.page(after=None, limit=2)
    second = reports.page(after=Cursor(first[-1]["generated_at"], first[-1]["id"]), limit=9)
    assert [[each["id"] for each in page] for page in (first, second)] == [["r4", "r3"], ["r2", "r1", "r0"]]


def test_a_list_has_only_what_it_shows() -> None:
    (listed,) = archive(1).page(after=None, limit=9)
    assert "model_performance" not in listed
    assert listed["headline"] == a_report()["headline"]


def test_one_report_is_whole() -> None:
    reports = archive(1)
    assert reports.get("r0") == a_report(id="r0")
    assert reports.get("r1") is None
