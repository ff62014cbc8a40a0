"""A new dimension takes only one value in the table of dimensions: the report counts it, stores it and shows it."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from core.calendar import Week
from domain.reports import dimensions
from domain.reports.anomalies.days import option_facts
from domain.reports.dimensions import Dimension
from domain.reports.past_reports import stats_from, week_named
from domain.reports.week_stats import Tally, WeekStats
from presentation.report_pages import DrawnReportPages
from repositories.reports.reports import ReportRepository
from world import World

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
WEEK = Week(2026, 10)
QUALITY = Dimension(
    name="quality",
    heading="Quality",
    title="Qualities",
    table="qualities",
    field="quality",
    values=("draft", "final"),
)
MAKER = Dimension(
    name="maker",
    heading="Maker",
    title="Makers",
    table="makers",
    of_model=lambda model: model.id.rpartition(" ")[2],
)


def add(monkeypatch: pytest.MonkeyPatch, dimension: Dimension) -> None:
    monkeypatch.setattr(dimensions, "DIMENSIONS", (*dimensions.DIMENSIONS, dimension))


def a_week_of_drafts() -> World:
    """Return a world in which three drafts and two finals were asked for, and one final failed."""
    world = World(NOW)
    for place, quality in enumerate(("draft", "draft", "draft", "final", "final")):
        id_ = world.create("alice", model="Model A" if quality == "draft" else "Model B")
        world.overwrite(f"generation_requests/{id_}", quality=quality)
        if place == 4:
            world.overwrite(f"generation_requests/{id_}", status="failed", failed_count=1)
    world.later(days=7)
    return world


def report_of(world: World) -> dict[str, Any]:
    return dict(world.app.reporting.run()["report_data"])


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_dimension_of_a_field_is_counted_stored_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, QUALITY)
    world = a_week_of_drafts()
    made = report_of(world)

    assert made["generation_stats"]["quality_breakdown"] == {"draft": 3, "final": 2}
    stored = world.records()[f"reports/{made['id']}"].fields
    assert {name: row["failed"] for name, row in stored["quality_performance"].items()} == {"draft": 0, "final": 1}
    assert stored["omitted"]["qualities"] == 0
    check = next(each for each in stored["reconciliation"]["checks"] if each["name"].endswith("by quality"))
    assert check["expected"] == check["actual"]

    page = DrawnReportPages().html(stored)
    assert "Qualities" in page
    assert "<bdi>draft</bdi>" in page

    file = world.api("GET", "/v1/reports/latest", "boss", query_string={"format": "csv", "table": "qualities"})
    heading, *found = rows(file.body.decode())
    assert heading[:4] == ["Quality", "Requests", "Completed", "Failed"]
    assert [row[:4] for row in found] == [["draft", "3", "0", "0"], ["final", "2", "0", "1"]]


def test_a_report_that_is_older_than_the_dimension_is_still_compared_with(monkeypatch: pytest.MonkeyPatch) -> None:
    world = a_week_of_drafts()
    old = report_of(world)
    add(monkeypatch, QUALITY)
    assert stats_from(old, UTC).groups["quality"] == {}
    world.create("alice")
    world.later(days=7)
    assert report_of(world)["baseline"] == {"weeks": 1, "has_previous": True}


def test_the_next_report_reads_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, QUALITY)
    world = a_week_of_drafts()
    week = week_named(report_of(world)["week"])
    (earlier,) = ReportRepository(world.documents).before(week.shifted(1), 1)
    assert stats_from(earlier, UTC).groups["quality"]["draft"].total == 3


def test_it_explains_growth_where_the_value_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, replace(QUALITY, explains_growth=True))
    before, now, unknown = (
        WeekStats(week=WEEK, window=WEEK.window(UTC), groups=groups)
        for groups in ({"quality": {"draft": Tally(total=2)}}, {"quality": {"draft": Tally(total=9)}}, {})
    )
    (fact,) = option_facts(now, before)
    assert (fact.kind, fact.name, fact.requests, fact.requests_before) == ("quality", "draft", 9, 2)
    assert option_facts(now, unknown) == []


def test_a_dimension_that_follows_from_the_model_takes_no_query(monkeypatch: pytest.MonkeyPatch) -> None:
    world = a_week_of_drafts()
    asked: list[Any] = []
    totals = world.documents.totals

    def counted(*given: Any, **named: Any) -> Any:
        asked.append(given)
        return totals(*given, **named)

    monkeypatch.setattr(world.documents, "totals", counted)
    world.app.reporting.run(dry_run=True)
    before = len(asked)
    add(monkeypatch, MAKER)
    made = world.app.reporting.run(dry_run=True)["report_data"]
    assert made["generation_stats"]["maker_breakdown"] == {"A": 3, "B": 2}
    assert made["maker_performance"]["B"]["failed"] == 1
    assert len(asked) == 2 * before
