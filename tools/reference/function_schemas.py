"""These JSON Schemas describe bodies of the function URLs' answers for which `schemas` has no class."""

from tools.reference.report_schemas import WEEKLY_REPORT
from tools.reference.shapes import BOOLEAN, INTEGER, TEXT, TEXT_OR_NULL, record, text

REFUSAL = record(
    "What a function URL answers when it refuses, as the clients of feraset-imagen know it.",
    {
        "error": {"type": ["string", "null"]},
        "error_type": text("For programs."),
        "errors": {"type": "array", "items": TEXT, "description": "Every fault, with what is allowed."},
        "detail": text("Where the JSON cannot be read."),
        "exists": {"type": "boolean", "const": False},
        "refunded": BOOLEAN,
        "generation_request_id": TEXT_OR_NULL,
    },
    success={"type": "boolean", "const": False},
    message=text("For people."),
)

REPORT_REFUSAL = record(
    "What scheduleWeeklyReport answers when it refuses.",
    reportStatus={"type": "string", "const": "failed"},
    error=TEXT,
    error_type=TEXT,
)

SEEDED = record(
    "What the demo data consists of; the same every time.",
    success={"type": "boolean", "const": True},
    message=TEXT,
    counts=record(
        "How many there are.",
        **dict.fromkeys(("styles", "colors", "sizes", "users", "generation_requests", "transactions"), INTEGER),
    ),
)

SCHEMAS = {
    "FunctionRefusal": REFUSAL,
    "ReportRefusal": REPORT_REFUSAL,
    "Seeded": SEEDED,
    "WeeklyReport": WEEKLY_REPORT,
}
