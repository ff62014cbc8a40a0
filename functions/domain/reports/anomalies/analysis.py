"""The rules compare a week with the week before it. Their findings make a score, and the score makes a level."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from heapq import nlargest

from domain.reports.anomalies import rules
from domain.reports.anomalies.findings import Comparison, Finding, Severity
from domain.reports.week_stats import WeekStats

WEIGHTS = {Severity.LOW: 1.0, Severity.MEDIUM: 2.5, Severity.HIGH: 5.0}
LEVELS = ((10.0, "critical"), (5.0, "high"), (2.0, "medium"))

# A busy week could flag every user, and a document in Firestore ends at 1 MiB. The worst findings are kept.
FINDINGS_PER_RULE_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """`omitted` counts findings that are neither kept nor scored.

    They were too many, or they are about users whom no list names.
    """

    findings: tuple[Finding, ...] = ()
    omitted: int = 0
    has_baseline: bool = True

    @property
    def score(self) -> float:
        return round(sum((WEIGHTS[finding.severity] for finding in self.findings), start=0.0), 2)

    @property
    def level(self) -> str:
        return severity_level(self.score)


def severity_level(score: float) -> str:
    for least, level in LEVELS:
        if score >= least:
            return level
    return "low" if score > 0 else "normal"


def analyse(
    current: WeekStats,
    previous: WeekStats | None,
    *,
    registrations: Mapping[date, int] | None = None,
) -> Analysis:
    """Apply the rules alone, without the robust detector.

    `previous` is None if `current` is the very first week. A previous week without requests is an empty WeekStats.
    """
    week = Comparison(
        current=current,
        previous=previous or WeekStats(week=current.week, window=current.window),
        registrations=current.registrations if registrations is None else registrations,
    )
    judging = [rule for rule in rules.RULES if previous or not rule.is_growth]
    findings, omitted = _bounded(list(rule.find(rule, week)) for rule in judging)
    unread = current.users.spenders.omitted + current.users.spiking.omitted
    return Analysis(findings=findings, omitted=omitted + unread, has_baseline=previous is not None)


def _bounded(found: Iterable[list[Finding]]) -> tuple[tuple[Finding, ...], int]:
    kept: list[Finding] = []
    omitted = 0
    for of_one_rule in found:
        kept += nlargest(FINDINGS_PER_RULE_MAX, of_one_rule, key=lambda finding: finding.excess)
        omitted += max(0, len(of_one_rule) - FINDINGS_PER_RULE_MAX)
    return tuple(kept), omitted
