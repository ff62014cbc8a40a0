"""JSON Schemas of the bodies that the function URLs answer with and that no class in `schemas` describes."""

from typing import Any

Schema = dict[str, Any]


def text(description: str = "") -> Schema:
    return {"type": "string"} | ({"description": description} if description else {})


def record(description: str, optional: dict[str, Schema] | None = None, /, **fields: Schema) -> Schema:
    """`fields` are always there."""
    return {
        "type": "object",
        "description": description,
        "properties": fields | (optional or {}),
        "required": sorted(fields),
    }


def counts(description: str = "") -> Schema:
    return {"type": "object", "additionalProperties": {"type": "number"}} | (
        {"description": description} if description else {}
    )


_INTEGER: Schema = {"type": "integer"}
_NUMBER: Schema = {"type": "number"}
_BOOLEAN: Schema = {"type": "boolean"}
_TEXT = text()
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_PERIOD = record("From and to, to the moment.", start_date=_TEXT, end_date=_TEXT)
_PERFORMANCE: Schema = {
    "type": "object",
    "additionalProperties": record(
        "Rates are percentages.",
        total_requests=_INTEGER,
        completed=_INTEGER,
        failed=_INTEGER,
        success_rate=_NUMBER,
        failure_rate=_NUMBER,
        failure_rate_of_finished=_NUMBER,
    ),
}

REFUSAL = record(
    "What a function URL answers when it refuses, as the clients of feraset-imagen know it.",
    {
        "error": {"type": ["string", "null"]},
        "error_type": text("For programs."),
        "errors": {"type": "array", "items": _TEXT, "description": "Every fault, with what is allowed."},
        "detail": text("Where the JSON cannot be read."),
        "exists": {"type": "boolean", "const": False},
        "refunded": _BOOLEAN,
        "generation_request_id": _TEXT_OR_NULL,
    },
    success={"type": "boolean", "const": False},
    message=text("For people."),
)

REPORT_REFUSAL = record(
    "What scheduleWeeklyReport answers when it refuses.",
    reportStatus={"type": "string", "const": "failed"},
    error=_TEXT,
    error_type=_TEXT,
)

SEEDED = record(
    "What the demo data consists of; the same every time.",
    success={"type": "boolean", "const": True},
    message=_TEXT,
    counts=record(
        "How many there are.",
        **dict.fromkeys(("styles", "colors", "sizes", "users", "generation_requests", "transactions"), _INTEGER),
    ),
)

_GENERATION_STATS = record(
    "Requests. Rates are percentages, rounded to 2 digits.",
    total_requests=_INTEGER,
    completed_requests=_INTEGER,
    failed_requests=_INTEGER,
    cancelled_requests=_INTEGER,
    pending_requests=_INTEGER,
    success_rate=_NUMBER,
    failure_rate=_NUMBER,
    failure_rate_of_finished=_NUMBER,
    style_breakdown=counts(),
    color_breakdown=counts(),
    size_breakdown=counts(),
)

_CREDIT_STATS = record(
    "The ledger of the week.",
    total_credits_deducted=_INTEGER,
    total_credits_refunded=_INTEGER,
    net_credits_consumed=_INTEGER,
    total_transactions=_INTEGER,
    deduction_transactions=_INTEGER,
    refund_transactions=_INTEGER,
    average_credits_per_request=_NUMBER,
    transactions_by_type=counts(),
    credits_by_type=counts(),
)

_USER_STATS = record(
    "The 100 users with the most requests are listed; the count is of all.",
    active_users_count=_INTEGER,
    active_users={"type": "array", "items": _TEXT},
    user_request_breakdown=counts(),
    average_requests_per_user=_NUMBER,
)

_ANOMALY_ANALYSIS = record(
    "What is unusual, against the week before.",
    detected_anomalies={
        "type": "array",
        "items": record("What it is about depends on the type.", type=_TEXT, severity=_TEXT, description=_TEXT),
    },
    anomaly_score=_NUMBER,
    severity_level={"type": "string", "enum": ["normal", "low", "medium", "high", "critical"]},
    total_anomalies=_INTEGER,
    omitted_anomalies=_INTEGER,
    has_baseline=_BOOLEAN,
    analysis_timestamp=_TEXT,
    comparison_period=record("The two weeks.", current_week=_PERIOD, previous_week=_PERIOD),
)

WEEKLY_REPORT = record(
    "The report, which is also saved, and what to say of it in a few lines.",
    reportStatus={"type": "string", "const": "success"},
    report_data=record(
        "As it is saved in `reports`.",
        id=_TEXT,
        report_type={"type": "string", "const": "weekly"},
        schema=_INTEGER,
        week=text("The ISO week, such as 2026-W46."),
        version=text("1, and one more for each time that the week was reported again.") | _INTEGER,
        time_zone=_TEXT,
        headline=text("The week in a sentence."),
        generated_at=_TEXT,
        report_period=_PERIOD,
        generation_stats=_GENERATION_STATS,
        credit_stats=_CREDIT_STATS,
        user_stats=_USER_STATS,
        model_performance=_PERFORMANCE,
        style_performance=_PERFORMANCE,
        color_performance=_PERFORMANCE,
        size_performance=_PERFORMANCE,
        anomaly_analysis=_ANOMALY_ANALYSIS,
    ),
    summary=record(
        "The week in seven figures.",
        total_requests=_INTEGER,
        success_rate=_NUMBER,
        active_users=_INTEGER,
        credits_consumed=_INTEGER,
        most_popular_style=_TEXT,
        most_popular_size=_TEXT,
        report_period=_PERIOD,
    ),
    anomaly_summary=record(
        "Whether somebody should look.",
        total_anomalies=_INTEGER,
        severity_level=_TEXT,
        anomaly_score=_NUMBER,
        severity_breakdown=counts(),
        type_breakdown=counts(),
        critical_anomalies_count=_INTEGER,
        requires_attention=_BOOLEAN,
        analysis_timestamp=_TEXT,
    ),
)

SCHEMAS = {
    "FunctionRefusal": REFUSAL,
    "ReportRefusal": REPORT_REFUSAL,
    "Seeded": SEEDED,
    "WeeklyReport": WEEKLY_REPORT,
}
