"""This is the JSON Schema of the weekly report as scheduleWeeklyReport answers it: all of
`domain/reports/report.py`.
"""

from domain.reports.dimensions import DIMENSIONS, MODEL
from tools.reference.shapes import (
    BOOLEAN,
    INTEGER,
    NUMBER,
    NUMBER_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    by_name,
    counts,
    listed,
    or_null,
    record,
    text,
)

_PERIOD = record("From and to, to the moment.", start_date=TEXT, end_date=TEXT)
_RATES: dict[str, Schema] = dict.fromkeys(("success_rate", "failure_rate", "failure_rate_of_finished"), NUMBER)
_TALLY: dict[str, Schema] = dict.fromkeys(
    ("total_requests", "completed", "failed", "cancelled", "pending", "credits"), INTEGER
)
_PERFORMANCE = by_name(record("Rates are percentages.", **_TALLY, **_RATES))
_MODEL_PERFORMANCE = by_name(
    record(
        "Rates are percentages.",
        **_TALLY,
        **_RATES,
        latency=record(
            "Seconds from the start to the end of the completed ones.",
            count=INTEGER,
            **dict.fromkeys(("p50", "p90", "p95", "p99"), NUMBER_OR_NULL),
        ),
        failure_classes=counts("How many failed, by why they did."),
    )
)
_BAND = or_null(record("What was expected; outside of it is unusual.", low=NUMBER, mid=NUMBER, high=NUMBER))

# Dimensions have a description here if their name alone does not say what they are.
_DESCRIBED = {"kind": "Requests by the kind of generation."}
_BREAKDOWNS = {each.breakdown: counts(_DESCRIBED.get(each.name, "")) for each in DIMENSIONS if each.has_breakdown}
_GENERATION_STATS = record(
    "Requests. Rates are percentages, rounded to 2 digits.",
    total_requests=INTEGER,
    completed_requests=INTEGER,
    failed_requests=INTEGER,
    cancelled_requests=INTEGER,
    pending_requests=INTEGER,
    **_RATES,
    **_BREAKDOWNS,
    hour_breakdown=counts("Requests by the hour of the day, from 0 to 23."),
)

_CREDIT_STATS = record(
    "The ledger of the week.",
    total_credits_deducted=INTEGER,
    total_credits_refunded=INTEGER,
    net_credits_consumed=INTEGER,
    total_transactions=INTEGER,
    deduction_transactions=INTEGER,
    refund_transactions=INTEGER,
    average_credits_per_request=NUMBER,
    credits_in=INTEGER,
    credits_out=INTEGER,
    held_credits=INTEGER,
    transactions_by_type=counts(),
    credits_by_type=counts(),
)

_USER_STATS = record(
    "The 100 users with the most requests are listed; the count is of all.",
    active_users_count=INTEGER,
    active_users=listed(TEXT),
    user_request_breakdown=counts(),
    average_requests_per_user=NUMBER,
    new_users=INTEGER,
    newly_active_users=INTEGER,
    returning_users=INTEGER,
    top_users=listed(
        record("A user with many requests.", user_id=TEXT, requests=INTEGER, credits=INTEGER, requests_before=INTEGER)
    ),
)

_DAY = record(
    "One day of the week.",
    date=text("Such as 2026-11-23."),
    **_TALLY,
    failure_rate_of_finished=NUMBER,
    registrations=INTEGER,
    models=by_name(record("The day of a model.", total_requests=INTEGER, completed=INTEGER, failed=INTEGER)),
    expected=record(
        "null where too little is known to expect anything.",
        **dict.fromkeys(("requests", "credits", "failure_rate"), _BAND),
    ),
)

_ECONOMICS = record(
    "Money in millionths of a dollar.",
    currency=TEXT,
    provider_cost_micros=INTEGER,
    revenue_micros={"type": ["integer", "null"]},
    margin_micros={"type": ["integer", "null"]},
    models_without_price=listed(TEXT),
)

_RECONCILIATION = record(
    "Whether the report agrees with the ledger.",
    is_exact=BOOLEAN,
    checks=listed(record("What has to be equal.", name=TEXT, expected=INTEGER, actual=INTEGER)),
    audit=or_null(
        record(
            "The newest verdict of the audit.",
            at=TEXT,
            is_exact=BOOLEAN,
            users_checked=INTEGER,
            different=INTEGER,
            is_complete=BOOLEAN,
            unreadable=INTEGER,
        )
    ),
)

_PREVIOUS = record(
    "The week before.",
    total_requests=INTEGER,
    net_credits_consumed=INTEGER,
    active_users_count=INTEGER,
    failure_rate_of_finished=NUMBER,
    success_rate=NUMBER,
)

_DRIVER = record(
    "Who or what accounts for a finding.",
    kind=text("user, model, style or size."),
    name=TEXT,
    value=NUMBER,
    usual=NUMBER_OR_NULL,
    share=INTEGER | {"description": "The percentage of the difference from what was expected."},
)

_FINDING = record(
    "More fields, such as `model`, `user_id` or `threshold`, say what it is about; they depend on the type.",
    type=TEXT,
    severity=TEXT,
    description=TEXT,
    expected=_BAND,
    observed=NUMBER_OR_NULL,
    unit=text("Of `expected` and `observed`: requests, credits, percent, users or seconds.") | TEXT_OR_NULL,
    days=listed(TEXT),
    drivers=listed(_DRIVER),
    next_step=TEXT,
    also=listed(TEXT, "The types of the findings that were merged into it."),
) | {"additionalProperties": True}

_ANOMALY_ANALYSIS = record(
    "What is unusual, against the week before.",
    detected_anomalies=listed(_FINDING),
    anomaly_score=NUMBER,
    severity_level={"type": "string", "enum": ["normal", "low", "medium", "high", "critical"]},
    total_anomalies=INTEGER,
    omitted_anomalies=INTEGER,
    has_baseline=BOOLEAN,
    analysis_timestamp=TEXT,
    comparison_period=record("The two weeks.", current_week=_PERIOD, previous_week=_PERIOD),
)

WEEKLY_REPORT = record(
    "The report, which is also saved, and what to say of it in a few lines.",
    reportStatus={"type": "string", "const": "success"},
    report_data=record(
        "As it is saved in `reports`.",
        id=TEXT,
        report_type={"type": "string", "const": "weekly"},
        schema=INTEGER,
        week=text("The ISO week, such as 2026-W46."),
        version=text("1, and one more for each time that the week was reported again.") | INTEGER,
        time_zone=TEXT,
        headline=text("The week in a sentence."),
        generated_at=TEXT,
        report_period=_PERIOD,
        generation_stats=_GENERATION_STATS,
        credit_stats=_CREDIT_STATS,
        user_stats=_USER_STATS,
        **{
            each.performance: _MODEL_PERFORMANCE if each == MODEL else _PERFORMANCE
            for each in DIMENSIONS
            if each.has_table
        },
        omitted=counts("How many names the tables leave out; what they stand for is in the totals."),
        daily=listed(_DAY),
        funnel=listed(record("How many got so far.", stage=TEXT, count=INTEGER)),
        funnel_losses=listed(record("How many were lost, and to what.", loss=TEXT, count=INTEGER)),
        economics=or_null(_ECONOMICS),
        reconciliation=_RECONCILIATION,
        baseline=record("How many weeks are known.", weeks=INTEGER, has_previous=BOOLEAN),
        previous=or_null(_PREVIOUS),
        anomaly_analysis=_ANOMALY_ANALYSIS,
    ),
    summary=record(
        "The week in seven figures.",
        total_requests=INTEGER,
        success_rate=NUMBER,
        active_users=INTEGER,
        credits_consumed=INTEGER,
        most_popular_style=TEXT,
        most_popular_size=TEXT,
        report_period=_PERIOD,
    ),
    anomaly_summary=record(
        "Whether somebody should look.",
        total_anomalies=INTEGER,
        severity_level=TEXT,
        anomaly_score=NUMBER,
        severity_breakdown=counts(),
        type_breakdown=counts(),
        critical_anomalies_count=INTEGER,
        requires_attention=BOOLEAN,
        analysis_timestamp=TEXT,
    ),
)
