"""These are the parts of a report's document.

Rates are percentages, rounded to 2 digits. Counts and credits are integers.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from heapq import nsmallest
from typing import Any

from domain.credits.audit_verdict import AuditVerdict
from domain.generations.latency import percentile
from domain.reports import dimensions
from domain.reports.anomalies.findings import Band
from domain.reports.dimensions import MODEL, Dimension
from domain.reports.week_stats import LedgerSums, Tallies, Tally, WeekStats, reconciled, total_tally

Document = dict[str, Any]
# The keys are the day, and then `requests`, `credits` or `failure_rate` (in percent).
Expected = Mapping[date, Mapping[str, Band | None]]

_METRICS = ("requests", "credits", "failure_rate")
_PERCENTILES = (50, 90, 95, 99)
# feraset-imagen has these breakdowns too, so they come first.
_SEED_BREAKDOWNS = ("style_breakdown", "size_breakdown")


def generation_stats(stats: WeekStats, most: int) -> Document:
    tally = stats.requests
    return {
        "total_requests": tally.total,
        "completed_requests": tally.completed,
        "failed_requests": tally.failed,
        "cancelled_requests": tally.cancelled,
        "pending_requests": tally.pending,
        **rates(tally),
        **_breakdowns(stats, most),
        "hour_breakdown": {str(hour): stats.hours.get(hour, Tally()).total for hour in range(24)},
    }


def credit_stats(ledger: LedgerSums, held: int) -> Document:
    deductions = ledger.rows.get("deduction", 0)
    return {
        "total_credits_deducted": ledger.deducted,
        "total_credits_refunded": ledger.refunded,
        "net_credits_consumed": ledger.net,
        "total_transactions": sum(ledger.rows.values()),
        "deduction_transactions": deductions,
        "refund_transactions": ledger.rows.get("refund", 0),
        "average_credits_per_request": _average(ledger.deducted, deductions),
        "credits_in": ledger.came_in,
        "credits_out": ledger.went_out,
        "held_credits": held,
        "transactions_by_type": dict(sorted(ledger.rows.items())),
        "credits_by_type": dict(sorted(ledger.credits.items())),
    }


def user_stats(stats: WeekStats) -> Document:
    users = stats.users
    return {
        "active_users_count": users.active,
        "active_users": [user.user_id for user in users.top],
        "user_request_breakdown": {user.user_id: user.requests for user in users.top},
        "average_requests_per_user": _average(stats.requests.total, users.active),
        "new_users": sum(stats.registrations.values()),
        "newly_active_users": users.newcomers,
        "returning_users": users.active - users.newcomers,
        "top_users": [
            {
                "user_id": user.user_id,
                "requests": user.requests,
                "credits": user.credits,
                "requests_before": user.requests_before,
            }
            for user in users.top
        ],
    }


def model_performance(stats: WeekStats, most: int) -> Document:
    return {
        name: {
            **_performance(tally),
            "latency": _latency(stats.latencies.get(name, {})),
            "failure_classes": dict(stats.failure_classes.get(name, {})),
        }
        for name, tally in busiest(stats.models, most).items()
    }


def performances(stats: WeekStats, most: int) -> Document:
    """Return the tables of all dimensions. That of the models has more than the others."""
    return {
        each.performance: model_performance(stats, most) if each == MODEL else _performances(stats.by(each), most)
        for each in dimensions.with_table()
    }


def daily(stats: WeekStats, expected: Expected, most: int) -> list[Document]:
    listed = busiest(stats.models, most)
    return [_day(stats, day, expected.get(day, {}), listed) for day in stats.days]


def funnel(tally: Tally) -> Document:
    return {
        "funnel": [
            {"stage": "requested", "count": tally.total},
            {"stage": "finished", "count": tally.finished},
            {"stage": "completed", "count": tally.completed},
        ],
        "funnel_losses": [{"loss": loss, "count": getattr(tally, loss)} for loss in ("cancelled", "failed", "pending")],
    }


def reconciliation(stats: WeekStats, audit: AuditVerdict | None) -> Document:
    checks = reconciled(stats)
    return {
        "is_exact": all(check.is_exact for check in checks) and (audit is None or audit.is_exact),
        "checks": [{"name": check.name, "expected": check.expected, "actual": check.actual} for check in checks],
        "audit": None if audit is None else _verdict(audit),
    }


def previous(stats: WeekStats | None) -> Document | None:
    if stats is None:
        return None
    return {
        "total_requests": stats.requests.total,
        "net_credits_consumed": stats.ledger.net,
        "active_users_count": stats.active_users,
        "failure_rate_of_finished": _percentage(stats.requests.failed, stats.requests.finished),
        "success_rate": _percentage(stats.requests.completed, stats.requests.total),
    }


def omitted(stats: WeekStats, most: int) -> dict[str, int]:
    """Return how many names the tables and breakdowns leave out. The totals include them all the same."""
    return {each.table: max(0, len(stats.by(each)) - most) for each in dimensions.with_table()}


def rates(tally: Tally) -> dict[str, float]:
    return {
        "success_rate": _percentage(tally.completed, tally.total),
        "failure_rate": _percentage(tally.failed, tally.total),
        "failure_rate_of_finished": _percentage(tally.failed, tally.finished),
    }


def busiest(tallies: Tallies, most: int) -> dict[str, Tally]:
    """Return the names with the most requests, sorted by name."""
    kept = nsmallest(most, tallies.items(), key=lambda item: (-item[1].total, item[0]))
    return dict(sorted(kept))


def _breakdowns(stats: WeekStats, most: int) -> Document:
    """Return the requests by value of each dimension. One without a table is not cut, because nothing would say so."""
    listed = [each for each in dimensions.DIMENSIONS if each.has_breakdown]
    ordered = sorted(listed, key=lambda each: each.breakdown not in _SEED_BREAKDOWNS)
    return {each.breakdown: _totals(stats, each, most) for each in ordered}


def _totals(stats: WeekStats, dimension: Dimension, most: int) -> dict[str, int]:
    tallies = stats.by(dimension)
    listed = busiest(tallies, most if dimension.has_table else len(tallies))
    return {name: tally.total for name, tally in listed.items()}


def _performances(tallies: Tallies, most: int) -> Document:
    return {name: _performance(tally) for name, tally in busiest(tallies, most).items()}


def _performance(tally: Tally) -> Document:
    return {
        "total_requests": tally.total,
        "completed": tally.completed,
        "failed": tally.failed,
        "cancelled": tally.cancelled,
        "pending": tally.pending,
        "credits": tally.credits,
        **rates(tally),
    }


def _latency(histogram: Mapping[int, int]) -> Document:
    return {
        "count": sum(histogram.values()),
        **{f"p{percent}": percentile(histogram, percent) for percent in _PERCENTILES},
    }


def _day(stats: WeekStats, day: date, expected: Mapping[str, Band | None], listed: Tallies) -> Document:
    models = stats.of_day(day)
    tally = total_tally(models.values())
    bands = {metric: expected.get(metric) for metric in _METRICS}
    return {
        "date": day.isoformat(),
        "total_requests": tally.total,
        "completed": tally.completed,
        "failed": tally.failed,
        "cancelled": tally.cancelled,
        "pending": tally.pending,
        "credits": tally.credits,
        "failure_rate_of_finished": _percentage(tally.failed, tally.finished),
        "registrations": stats.registrations.get(day, 0),
        "models": {
            name: {"total_requests": of_model.total, "failed": of_model.failed, "completed": of_model.completed}
            for name, of_model in sorted(models.items())
            if name in listed
        },
        "expected": {metric: band.document() if band else None for metric, band in bands.items()},
    }


def _verdict(audit: AuditVerdict) -> Document:
    return {
        "at": audit.at.isoformat(),
        "is_exact": audit.is_exact,
        "users_checked": audit.users_checked,
        "different": audit.different,
        "is_complete": audit.is_complete,
        "unreadable": audit.unreadable,
    }


def _percentage(part: int, whole: int) -> float:
    return _average(100 * part, whole)


def _average(amount: int, count: int) -> float:
    return round(float(Fraction(amount, count)), 2) if count else 0.0
