"""The weekly report as a document: feraset-imagen's shape, to the key, and what Darkroom adds to it.

Added: cancelled requests, a breakdown by colour, rates for each style, colour and size, the ledger by entry
type, and failure rates over finished requests beside feraset-imagen's, which are over all. Rates are percentages,
rounded to 2 digits.

A document in Firestore ends at 1 MiB and 40,000 index entries, so nothing here grows with the number of
users: a list keeps the 100 with the most requests, and the count beside it counts all.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from heapq import nsmallest
from typing import Any

from domain.anomalies.analysis import Analysis
from domain.week_stats import LedgerSums, Tally, WeekStats, Window

Document = dict[str, Any]

USERS_LISTED_MAX = 100


def report_id(generated_at: datetime, run: int = 1) -> str:
    """feraset-imagen's id for the first run of a UTC day; a later one has its own, and overwrites nothing."""
    day = generated_at.astimezone(UTC).strftime("weekly_report_%Y_%m_%d")
    return day if run == 1 else f"{day}_run_{run}"


def report_document(stats: WeekStats, analysis: Analysis, *, generated_at: datetime, run: int = 1) -> Document:
    """JSON but for `generated_at`, which stays a datetime: Firestore sorts reports by it."""
    return {
        "id": report_id(generated_at, run),
        "report_type": "weekly",
        "generated_at": generated_at,
        "report_period": _period(stats.window),
        "generation_stats": _generation_stats(stats),
        "credit_stats": _credit_stats(stats.ledger),
        "user_stats": _user_stats(stats),
        "model_performance": _performance(stats.models),
        "style_performance": _performance(stats.styles),
        "color_performance": _performance(stats.colors),
        "size_performance": _performance(stats.sizes),
        "anomaly_analysis": _anomaly_analysis(stats.window, analysis, generated_at),
    }


def summary(report: Mapping[str, Any]) -> Document:
    """Of a report's document, fresh or read back."""
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


def anomaly_summary(report: Mapping[str, Any]) -> Document:
    """Of a report's document, fresh or read back. Severities and types that did not occur have no key."""
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


def _period(window: Window) -> dict[str, str]:
    return {"start_date": window.start.isoformat(), "end_date": window.end.isoformat()}


def _generation_stats(stats: WeekStats) -> Document:
    tally = stats.requests
    return {
        "total_requests": tally.total,
        "completed_requests": tally.completed,
        "failed_requests": tally.failed,
        "cancelled_requests": tally.cancelled,
        "pending_requests": tally.pending,
        **_rates(tally),
        "style_breakdown": _totals(stats.styles),
        "color_breakdown": _totals(stats.colors),
        "size_breakdown": _totals(stats.sizes),
    }


def _credit_stats(ledger: LedgerSums) -> Document:
    deductions = ledger.rows.get("deduction", 0)
    return {
        "total_credits_deducted": ledger.deducted,
        "total_credits_refunded": ledger.refunded,
        "net_credits_consumed": ledger.net,
        "total_transactions": sum(ledger.rows.values()),
        "deduction_transactions": deductions,
        "refund_transactions": ledger.rows.get("refund", 0),
        "average_credits_per_request": _average(ledger.deducted, deductions),
        "transactions_by_type": dict(sorted(ledger.rows.items())),
        "credits_by_type": dict(sorted(ledger.credits.items())),
    }


def _user_stats(stats: WeekStats) -> Document:
    busiest = nsmallest(USERS_LISTED_MAX, stats.requests_by_user.items(), key=lambda item: (-item[1], item[0]))
    return {
        "active_users_count": stats.active_users,
        "active_users": [user_id for user_id, _ in busiest],
        "user_request_breakdown": dict(busiest),
        "average_requests_per_user": _average(stats.requests.total, stats.active_users),
    }


def _performance(tallies: Mapping[str, Tally]) -> Document:
    return {
        name: {
            "total_requests": tally.total,
            "completed": tally.completed,
            "failed": tally.failed,
            **_rates(tally),
        }
        for name, tally in tallies.items()
    }


def _anomaly_analysis(window: Window, analysis: Analysis, analysed_at: datetime) -> Document:
    return {
        "detected_anomalies": [finding.document() for finding in analysis.findings],
        "anomaly_score": analysis.score,
        "severity_level": analysis.level,
        "total_anomalies": len(analysis.findings),
        "omitted_anomalies": analysis.omitted,
        "has_baseline": analysis.has_baseline,
        "analysis_timestamp": analysed_at.isoformat(),
        "comparison_period": {
            "current_week": _period(window),
            "previous_week": _period(window.previous()),
        },
    }


def _rates(tally: Tally) -> dict[str, float]:
    return {
        "success_rate": _percentage(tally.completed, tally.total),
        "failure_rate": _percentage(tally.failed, tally.total),
        "failure_rate_of_finished": _percentage(tally.failed, tally.finished),
    }


def _totals(tallies: Mapping[str, Tally]) -> dict[str, int]:
    return {name: tally.total for name, tally in tallies.items()}


def _most_popular(breakdown: Mapping[str, int]) -> str:
    return max(sorted(breakdown), key=lambda name: breakdown[name], default="none")


def _percentage(part: int, whole: int) -> float:
    return _average(100 * part, whole)


def _average(amount: int, count: int) -> float:
    return round(float(Fraction(amount, count)), 2) if count else 0.0
