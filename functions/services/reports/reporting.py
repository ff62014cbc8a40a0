"""The weekly report is counted, compared with the weeks before, and saved. Any error on the way is raised."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from core.calendar import Week, last_full_week
from core.clock import Clock
from domain.catalog.models import Kind, Model
from domain.catalog.options import OptionKind
from domain.reports import dimensions
from domain.reports.anomalies.days import day_facts, p95s
from domain.reports.anomalies.review import Past, review
from domain.reports.answers import MadeReport
from domain.reports.dimensions import MODEL, Values
from domain.reports.economics import NO_PRICES, Prices
from domain.reports.past_reports import stats_from
from domain.reports.report import Background, Making, anomaly_summary, report_document, report_id, summary
from domain.reports.week_stats import WeekStats
from services.catalog.editing import OptionRecords
from services.credits.ports import AuditVerdicts
from services.reports.ports import Groups, Reports, WeekCounts

log = logging.getLogger(__name__)

WEEKS_COMPARED = 8

Report = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """A report is made from these sources.

    `models` returns all models that are known. The names of others are known from the last reports.
    """

    counts: WeekCounts
    options: OptionRecords
    models: Callable[[], Mapping[str, Model]]
    verdicts: AuditVerdicts
    prices: Prices = NO_PRICES


class ReportService:
    def __init__(self, sources: Sources, reports: Reports, *, zone: tzinfo, clock: Clock) -> None:
        self._sources = sources
        self._reports = reports
        self._zone = zone
        self._clock = clock

    def run(self, as_of: datetime | None = None, dry_run: bool = False) -> MadeReport:
        """Make the report of the last full week before `as_of`, or before now.

        Answer in the shape of `scheduleWeeklyReport`. A second report of the same week is another version, and leaves
        the first as it is. `dry_run` saves nothing.
        """
        report = self._made(last_full_week(as_of or self._clock(), self._zone))
        if not dry_run:
            report = self._saved(report)
        return {
            "reportStatus": "success",
            "report_data": report,
            "summary": summary(report),
            "anomaly_summary": anomaly_summary(report),
        }

    def _made(self, week: Week) -> dict[str, Any]:
        sources = self._sources
        earlier = self._reports.before(week, WEEKS_COMPARED)
        groups = self._groups(earlier)
        stats = sources.counts.week(week, groups)
        previous = self._previous(week.shifted(-1), earlier, groups)
        past = Past(
            previous=previous,
            weeks=[[day_facts(day) for day in report["daily"]] for report in earlier],
            p95s=[p95s(report[MODEL.performance]) for report in earlier],
        )
        analysis, expected = review(stats, past)
        background = Background(
            previous=previous,
            weeks=len(earlier),
            expected=expected,
            prices=sources.prices,
            audit=sources.verdicts.last(),
        )
        making = Making(at=self._clock(), zone=self._zone, version=self._reports.versions(week) + 1)
        return report_document(stats, analysis, background, making)

    def _previous(self, week: Week, earlier: Sequence[Report], groups: Groups) -> WeekStats | None:
        """Return the week before, from its report, or counted now if there is none."""
        report = next((report for report in earlier if report["week"] == week.key), None)
        return self._sources.counts.outline(week, groups) if report is None else stats_from(report, self._zone)

    def _groups(self, earlier: Iterable[Report]) -> Groups:
        """Return the names to count by.

        A model that is no longer known has its name in the reports of its time. Options are never deleted.
        """
        models = {name: _forgotten(name) for report in earlier for name in report[MODEL.performance]}
        values = {each.name: self._values(each.values) for each in dimensions.with_field()}
        return Groups(models=models | {**self._sources.models()}, values=values)

    def _values(self, values: Values) -> Sequence[str]:
        if isinstance(values, OptionKind):
            return [option.id for option in self._sources.options.options(values)]
        return values

    def _saved(self, report: dict[str, Any]) -> dict[str, Any]:
        """Save the report under the first id of its day that is not taken."""
        run = 1
        while not self._reports.add(report["id"], report):
            run += 1
            report = report | {"id": report_id(report["generated_at"], run)}
        extra = {"report_id": report["id"], "week": report["week"], "version": report["version"]}
        log.info("report_saved", extra=extra | {"level": report["anomaly_analysis"]["severity_level"]})
        return report


def _forgotten(name: str) -> Model:
    """Return a model of which only the name is known. Before models had documents, all of them made pictures."""
    return Model(id=name, kind=Kind.TEXT_TO_IMAGE, provider="unknown", provider_model="", description="", parameters={})
