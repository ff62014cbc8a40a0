"""The weekly report is a document. It has every key of feraset-imagen's report, and Darkroom's additions.

A document in Firestore ends at 1 MiB and a mail is cut off at 102 KB, so nothing here grows with the number of users or
of options: lists are cut, and `omitted` says by how much.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from core.calendar import Window
from domain.credits.audit_verdict import AuditVerdict
from domain.reports import parts
from domain.reports.anomalies.analysis import Analysis
from domain.reports.answers import AnomalySummary, Period, Summary
from domain.reports.economics import NO_PRICES, Prices, economics
from domain.reports.headline import headline
from domain.reports.parts import Document, Expected
from domain.reports.week_stats import WeekStats

SCHEMA = 2
BYTES_MAX = 100_000
# A report names so many values of each dimension. It names fewer where their names are so long that they would not fit.
_NAMES_LISTED = (30, 20, 10, 5, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """These facts are about the making of a report. `version` counts the reports of a week, from 1."""

    at: datetime
    zone: tzinfo
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """A week is compared with this background.

    `previous` is None for the very first week. `weeks` counts the reports before.
    """

    previous: WeekStats | None = None
    weeks: int = 0
    expected: Expected = field(default_factory=dict)
    prices: Prices = NO_PRICES
    audit: AuditVerdict | None = None


def report_id(generated_at: datetime, run: int = 1) -> str:
    """Return the report's id.

    The first run of a UTC day has feraset-imagen's id. A later run has an id of its own, and overwrites nothing.
    """
    day = generated_at.astimezone(UTC).strftime("weekly_report_%Y_%m_%d")
    return day if run == 1 else f"{day}_run_{run}"


def report_document(stats: WeekStats, analysis: Analysis, background: Background, making: Making) -> Document:
    """Return the report as a document of at most BYTES_MAX.

    It is JSON except for `generated_at`, which stays a datetime because Firestore sorts reports by it.
    """
    for most in _NAMES_LISTED:
        document = _document(stats, analysis, background, making, most)
        if len(json.dumps(document, default=datetime.isoformat, ensure_ascii=False).encode()) <= BYTES_MAX:
            break
    return document


def summary(report: Mapping[str, Any]) -> Summary:
    """Return the summary of a report's document, fresh or read back."""
    generations = report["generation_stats"]
    return {
        "total_requests": generations["total_requests"],
        "success_rate": generations["success_rate"],
        "active_users": report["user_stats"]["active_users_count"],
        "credits_consumed": report["credit_stats"]["net_credits_consumed"],
        "most_popular_style": _most_popular(generations["style_breakdown"]),
        "most_popular_size": _most_popular(generations["size_breakdown"]),
        "report_period": report["report_period"],
    }


def anomaly_summary(report: Mapping[str, Any]) -> AnomalySummary:
    """Return the anomalies of a report's document, fresh or read back."""
    analysis = report["anomaly_analysis"]
    found = analysis["detected_anomalies"]
    severities = Counter(anomaly["severity"] for anomaly in found)
    grave = severities["high"]
    return {
        "total_anomalies": len(found),
        "severity_level": analysis["severity_level"],
        "anomaly_score": analysis["anomaly_score"],
        "severity_breakdown": {severity: count for severity, count in severities.items() if count},
        "type_breakdown": dict(Counter(anomaly["type"] for anomaly in found)),
        "critical_anomalies_count": grave,
        "requires_attention": grave > 0 or analysis["severity_level"] in {"high", "critical"},
        "analysis_timestamp": analysis["analysis_timestamp"],
    }


def _document(stats: WeekStats, analysis: Analysis, background: Background, making: Making, most: int) -> Document:
    return {
        "id": report_id(making.at),
        "report_type": "weekly",
        "schema": SCHEMA,
        "week": stats.week.key,
        "version": making.version,
        "time_zone": str(making.zone),
        "generated_at": making.at,
        "report_period": _period(stats.window),
        "headline": headline(stats, background.previous, analysis),
        "generation_stats": parts.generation_stats(stats, most),
        "credit_stats": parts.credit_stats(stats.ledger, stats.held_credits),
        "user_stats": parts.user_stats(stats),
        **parts.performances(stats, most),
        "omitted": parts.omitted(stats, most),
        "daily": parts.daily(stats, background.expected, most),
        **parts.funnel(stats.requests),
        "economics": economics(stats, background.prices),
        "reconciliation": parts.reconciliation(stats, background.audit),
        "baseline": {"weeks": background.weeks, "has_previous": background.previous is not None},
        "previous": parts.previous(background.previous),
        "anomaly_analysis": _anomaly_analysis(stats, analysis, making),
    }


def _anomaly_analysis(stats: WeekStats, analysis: Analysis, making: Making) -> Document:
    return {
        "detected_anomalies": [finding.document() for finding in analysis.findings],
        "anomaly_score": analysis.score,
        "severity_level": analysis.level,
        "total_anomalies": len(analysis.findings),
        "omitted_anomalies": analysis.omitted,
        "has_baseline": analysis.has_baseline,
        "analysis_timestamp": making.at.isoformat(),
        "comparison_period": {
            "current_week": _period(stats.window),
            "previous_week": _period(stats.week.shifted(-1).window(making.zone)),
        },
    }


def _period(window: Window) -> Period:
    return {"start_date": window.start.isoformat(), "end_date": window.end.isoformat()}


def _most_popular(breakdown: Mapping[str, int]) -> str:
    return max(sorted(breakdown), key=lambda name: breakdown[name], default="none")
