"""These reports are to look at and to test with: a rich week, an empty one, the first one, and one of
feraset-imagen's.
"""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

Report = dict[str, Any]

MONDAY = date(2026, 11, 9)
MODELS = {"Model A": 0.55, "Model B": 0.3, "Model R": 0.15}
STYLES = ("realistic", "anime", "oil_painting", "sketch", "cyberpunk", "watercolor")
COLORS = ("vibrant", "monochrome", "pastel", "neon", "vintage")
SIZES = ("512x512", "1024x1024", "1024x1792")
REQUESTS = (162, 171, 158, 420, 166, 96, 81)
FAILED = (8, 9, 7, 71, 9, 5, 4)


def rich() -> Report:
    """Return a week with a burst on its Thursday that one user and one model cause."""
    total, failed = sum(REQUESTS), sum(FAILED)
    return {
        **_frame("2026-W46"),
        "headline": "1,254 requests, 38% more than the week before: one user drove a burst on Thursday.",
        "generation_stats": {
            **_generation_stats(total, failed),
            "style_breakdown": _split(total, STYLES),
            "color_breakdown": _split(total, COLORS),
            "size_breakdown": _split(total, SIZES),
            "kind_breakdown": {"image": total},
            "hour_breakdown": {str(hour): 12 + 8 * min(hour, 23 - hour) - (hour % 3) for hour in range(24)},
        },
        "model_performance": {
            name: _model(round(total * share), slow) for slow, (name, share) in enumerate(MODELS.items(), start=1)
        },
        "style_performance": {name: _tally(count) for name, count in _split(total, STYLES).items()},
        "color_performance": {name: _tally(count) for name, count in _split(total, COLORS).items()},
        "size_performance": {name: _tally(count) for name, count in _split(total, SIZES).items()},
        "daily": [_day(place) for place in range(7)],
        **_funnel(total, failed),
        "user_stats": _user_stats(12),
        "credit_stats": _credit_stats(total, failed),
        "economics": {
            "currency": "USD",
            "provider_cost_micros": 21_430_000,
            "revenue_micros": 58_900_000,
            "margin_micros": 37_470_000,
            "models_without_price": ["Model R"],
        },
        "reconciliation": {
            "is_exact": True,
            "checks": [
                {"name": "deductions = prices of the week's generations", "expected": 3120, "actual": 3120},
                {"name": "days add up to the week", "expected": total, "actual": total},
                {"name": "styles add up to the week", "expected": total, "actual": total - 1},
            ],
            "audit": {"at": "2026-11-16T03:00:00+00:00", "is_exact": True, "users_checked": 812, "different": 0},
        },
        "baseline": {"weeks": 8, "has_previous": True},
        "previous": {
            "total_requests": 909,
            "net_credits_consumed": 2210,
            "active_users_count": 127,
            "failure_rate_of_finished": 4.98,
            "success_rate": 93.1,
        },
        "anomaly_analysis": _analysis(_findings(), level="critical", score=13.5),
    }


def empty_week() -> Report:
    """Return a week in which nobody asked for anything, though some requests were expected."""
    report = {
        **_frame("2026-W46"),
        "headline": "Nobody asked for anything this week, where 909 requests came the week before.",
        "generation_stats": _generation_stats(0, 0),
        "model_performance": {},
        "daily": [{**_day(place), **_zero_day()} for place in range(7)],
        **_funnel(0, 0),
        "user_stats": _user_stats(0),
        "credit_stats": _credit_stats(0, 0),
        "economics": None,
        "reconciliation": {"is_exact": True, "checks": [], "audit": None},
        "baseline": {"weeks": 5, "has_previous": True},
        "previous": rich()["previous"],
        "anomaly_analysis": _analysis([], level="normal", score=0.0),
    }
    report["generation_stats"]["hour_breakdown"] = {str(hour): 0 for hour in range(24)}
    return report


def first_week() -> Report:
    """Return a week with few requests and one user, and with nothing to compare it with."""
    report = rich()
    report["headline"] = "The first week: 7 requests from one user."
    report["generation_stats"] |= _generation_stats(7, 1) | {
        "hour_breakdown": {str(hour): hour // 20 for hour in range(24)}
    }
    report["model_performance"] = {"Model A": _model(7, 1)}
    for name, options in (("style", STYLES), ("color", COLORS), ("size", SIZES)):
        report[f"{name}_performance"] = {options[0]: _tally(7)}
    for day in report["daily"]:
        day.update(_zero_day() | {"expected": {"requests": None, "credits": None, "failure_rate": None}})
    report["daily"][4] |= {
        "total_requests": 7,
        "completed": 6,
        "failed": 1,
        "credits": 9,
        "failure_rate_of_finished": 14.29,
    }
    report |= _funnel(7, 1)
    report["user_stats"] = _user_stats(1)
    report["credit_stats"] = _credit_stats(7, 1)
    report["economics"] = report["previous"] = report["reconciliation"]["audit"] = None
    report["baseline"] = {"weeks": 0, "has_previous": False}
    report["anomaly_analysis"] = _analysis([], level="normal", score=0.0) | {"has_baseline": False}
    return report


def old() -> Report:
    """Return a report as feraset-imagen wrote it, with the keys that it had and no others."""
    return {
        "id": "weekly_report_2025_08_05",
        "report_type": "weekly",
        "generated_at": datetime(2025, 8, 5, 20, 25, tzinfo=UTC),
        "report_period": {"start_date": "2025-07-29T20:25:00", "end_date": "2025-08-05T20:25:00"},
        "generation_stats": {
            "total_requests": 40,
            "completed_requests": 30,
            "failed_requests": 8,
            "pending_requests": 2,
            "success_rate": 75.0,
            "failure_rate": 20.0,
            "style_breakdown": {"realistic": 40},
            "size_breakdown": {"512x512": 40},
        },
        "credit_stats": {
            "total_credits_deducted": 80,
            "total_credits_refunded": 16,
            "net_credits_consumed": 64,
            "total_transactions": 48,
            "deduction_transactions": 40,
            "refund_transactions": 8,
            "average_credits_per_request": 2.0,
        },
        "user_stats": {
            "active_users_count": 2,
            "active_users": ["arda", "bora"],
            "user_request_breakdown": {"arda": 30, "bora": 10},
            "average_requests_per_user": 20.0,
        },
        "model_performance": {
            "Model A": {"total_requests": 40, "completed": 30, "failed": 8, "success_rate": 75.0, "failure_rate": 20.0}
        },
        "anomaly_analysis": {
            "detected_anomalies": [
                {
                    "type": "high_failure_rate",
                    "severity": "high",
                    "description": "High failure rate: 20.0%",
                    "current_failure_rate": 0.2,
                    "previous_failure_rate": None,
                    "threshold": 0.15,
                    "best_model": {"name": "Model A", "failure_rate": 0.2, "total_requests": 40},
                    "new_users": ["arda", "bora"],
                }
            ],
            "anomaly_score": 5.0,
            "severity_level": "high",
            "total_anomalies": 1,
            "analysis_timestamp": "2025-08-05T20:25:00",
        },
    }


def changed(value: Any, change: Callable[[str], str]) -> Any:
    """Return the report with each of its texts changed, and with each name changed that comes from data. The keys of
    its shape stay.
    """
    return _changed(value, change, _fixed_keys(rich()) | _fixed_keys(old()))


def texts_of(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts_of(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts_of(item)]
    return [value] if isinstance(value, str) else []


def _changed(value: Any, change: Callable[[str], str], fixed: set[str]) -> Any:
    if isinstance(value, dict):
        return {key if key in fixed else change(key): _changed(item, change, fixed) for key, item in value.items()}
    if isinstance(value, list):
        return [_changed(item, change, fixed) for item in value]
    return change(value) if isinstance(value, str) else deepcopy(value)


_NAMED_BY_DATA = {
    *("style_breakdown", "color_breakdown", "size_breakdown", "kind_breakdown", "user_request_breakdown", "models"),
    *("model_performance", "style_performance", "color_performance", "size_performance"),
    *("transactions_by_type", "credits_by_type"),
}


def _fixed_keys(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_fixed_keys, value))
    if not isinstance(value, dict):
        return set()
    keys = set(value)
    for key, item in value.items():
        inner = list(item.values()) if key in _NAMED_BY_DATA and isinstance(item, dict) else item
        keys |= _fixed_keys(inner)
    return keys


def _frame(week: str) -> Report:
    end = datetime.combine(MONDAY + timedelta(days=7), datetime.min.time(), tzinfo=UTC)
    return {
        "id": "weekly_report_2026_11_16",
        "report_type": "weekly",
        "schema": 2,
        "week": week,
        "version": 1,
        "time_zone": "UTC",
        "generated_at": datetime(2026, 11, 16, 20, 25, tzinfo=UTC),
        "report_period": {"start_date": (end - timedelta(days=7)).isoformat(), "end_date": end.isoformat()},
    }


def _generation_stats(total: int, failed: int) -> Report:
    cancelled, pending = min(total, 9), 3 if total > 100 else 0
    cancelled = cancelled if total > 100 else 0
    completed = total - failed - cancelled - pending
    return {
        "total_requests": total,
        "completed_requests": completed,
        "failed_requests": failed,
        "cancelled_requests": cancelled,
        "pending_requests": pending,
        "success_rate": _rate(completed, total),
        "failure_rate": _rate(failed, total),
        "failure_rate_of_finished": _rate(failed, completed + failed),
    }


def _tally(total: int) -> Report:
    failed = total // 12
    return {
        "total_requests": total,
        "completed": total - failed,
        "failed": failed,
        "cancelled": 0,
        "pending": 0,
        "credits": total * 3,
        "success_rate": _rate(total - failed, total),
        "failure_rate": _rate(failed, total),
        "failure_rate_of_finished": _rate(failed, total),
    }


def _model(total: int, slow: int) -> Report:
    return {
        **_tally(total),
        "failed": total // (12 // slow),
        "failure_rate_of_finished": round(4.2 * slow * slow, 2),
        "latency": {"count": total, "p50": 4.1 * slow, "p90": 9.5 * slow, "p95": 14.2 * slow, "p99": 31.0 * slow},
        "failure_classes": {"rejected": 3, "timeout": 4 * slow, "gave_up": 2, "other": 1},
    }


def _day(place: int) -> Report:
    total, failed = REQUESTS[place], FAILED[place]
    usual = 165 if place < 5 else 90
    return {
        "date": (MONDAY + timedelta(days=place)).isoformat(),
        "total_requests": total,
        "completed": total - failed,
        "failed": failed,
        "cancelled": 0,
        "pending": 0,
        "credits": total * 5 // 2,
        "failure_rate_of_finished": _rate(failed, total),
        "registrations": 3 + place % 3,
        "models": {"Model A": {"total_requests": total, "failed": failed, "completed": total - failed}},
        "expected": {
            "requests": {"low": usual - 40, "mid": usual, "high": usual + 45},
            "credits": {"low": usual * 2 - 90, "mid": usual * 5 / 2, "high": usual * 3 + 60},
            "failure_rate": {"low": 2.0, "mid": 5.1, "high": 9.4},
        },
    }


def _zero_day() -> Report:
    counts = ("total_requests", "completed", "failed", "cancelled", "pending", "credits", "registrations")
    return dict.fromkeys(counts, 0) | {"failure_rate_of_finished": 0.0, "models": {}}


def _funnel(total: int, failed: int) -> Report:
    stats = _generation_stats(total, failed)
    completed, finished = stats["completed_requests"], stats["completed_requests"] + failed
    return {
        "funnel": [
            {"stage": "requested", "count": total},
            {"stage": "finished", "count": finished},
            {"stage": "completed", "count": completed},
        ],
        "funnel_losses": [
            {"loss": name, "count": stats[f"{name}_requests"]} for name in ("cancelled", "failed", "pending")
        ],
    }


def _user_stats(active: int) -> Report:
    names = [f"user-{place:02d}" for place in range(min(active, 10))]
    requests = [310, *range(60, 60 - 5 * 9, -5)]
    return {
        "active_users_count": active * 12,
        "active_users": names,
        "user_request_breakdown": dict(zip(names, requests, strict=False)),
        "average_requests_per_user": 8.71,
        "new_users": active * 2,
        "newly_active_users": active * 3,
        "returning_users": active * 9,
        "top_users": [
            {"user_id": name, "requests": asked, "credits": asked * 3, "requests_before": asked // 2}
            for name, asked in zip(names, requests, strict=False)
        ],
    }


def _credit_stats(total: int, failed: int) -> Report:
    deducted, refunded = total * 5 // 2, failed * 2
    return {
        "total_credits_deducted": deducted,
        "total_credits_refunded": refunded,
        "net_credits_consumed": deducted - refunded,
        "total_transactions": total + failed + 40,
        "deduction_transactions": total,
        "refund_transactions": failed,
        "average_credits_per_request": 2.5 if total else 0.0,
        "credits_in": 4200,
        "credits_out": deducted - refunded,
        "held_credits": 14,
        "transactions_by_type": {"deduction": total, "refund": failed, "top_up": 30, "grant": 10},
        "credits_by_type": {"deduction": deducted, "refund": refunded, "top_up": 4000, "grant": 200},
    }


def _analysis(findings: list[Report], *, level: str, score: float) -> Report:
    return {
        "detected_anomalies": findings,
        "anomaly_score": score,
        "severity_level": level,
        "total_anomalies": len(findings),
        "omitted_anomalies": 0,
        "has_baseline": True,
        "analysis_timestamp": "2026-11-16T20:25:00+00:00",
        "comparison_period": {
            "current_week": {"start_date": "2026-11-09T00:00:00+00:00", "end_date": "2026-11-16T00:00:00+00:00"},
            "previous_week": {"start_date": "2026-11-02T00:00:00+00:00", "end_date": "2026-11-09T00:00:00+00:00"},
        },
    }


def _findings() -> list[Report]:
    return [
        {
            "type": "unusual_day",
            "severity": "medium",
            "description": "Thursday had 420 requests, 2.5 times its usual 165.",
            "expected": {"low": 125, "mid": 165, "high": 210},
            "observed": 420,
            "unit": "requests",
            "days": ["2026-11-12"],
            "drivers": [
                {"kind": "user", "name": "user-00", "value": 254, "usual": 12, "share": 94.9},
                {"kind": "style", "name": "anime", "value": 190, "usual": None, "share": 62},
            ],
            "next_step": "Look at the requests of user-00 on 12 November, and set a limit if they were not meant.",
            "also": ["user_request_spike", "credit_consumption_spike"],
        },
        {
            "type": "critical_model_failure_rate",
            "severity": "high",
            "description": "Model R failed 37.8% of its finished requests.",
            "model": "Model R",
            "current_failure_rate": 0.378,
            "previous_failure_rate": 0.05,
            "threshold": 0.15,
            "failed_requests": 71,
            "total_requests": 188,
            "expected": {"low": 2.0, "mid": 5.1, "high": 15.0},
            "observed": 37.8,
            "unit": "percent",
            "days": ["2026-11-12"],
            "drivers": [{"kind": "model", "name": "Model R", "value": 37.8, "usual": 5.1, "share": 100}],
            "next_step": "Look at the failure classes of Model R: most of them are timeouts.",
            "also": [],
        },
        {
            "type": "new_user_registrations",
            "severity": "low",
            "description": "9 users registered on 2026-11-11.",
            "day": "2026-11-11",
            "registrations": 9,
            "threshold": 5,
            "expected": None,
            "observed": None,
            "unit": None,
            "days": ["2026-11-11"],
            "drivers": [],
            "next_step": "",
            "also": [],
        },
    ]


def _split(total: int, names: tuple[str, ...]) -> dict[str, int]:
    """Give half to the first, half of the rest to the next, and what is left to the last."""
    counts = {}
    for name in names[:-1]:
        counts[name] = (total + 1) // 2
        total -= counts[name]
    return {**counts, names[-1]: total}


def _rate(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0
