"""A report is told in these shapes at the edge: in a few figures, and by what is unusual about it."""

from collections.abc import Mapping
from typing import Any, Literal, TypedDict


class Period(TypedDict):
    start_date: str
    end_date: str


class Summary(TypedDict):
    total_requests: int
    success_rate: float
    active_users: int
    credits_consumed: int
    most_popular_style: str
    most_popular_size: str
    report_period: Period


class AnomalySummary(TypedDict):
    """Severities and types that did not occur have no key."""

    total_anomalies: int
    severity_level: str
    anomaly_score: float
    severity_breakdown: Mapping[str, int]
    type_breakdown: Mapping[str, int]
    critical_anomalies_count: int
    requires_attention: bool
    analysis_timestamp: str


class MadeReport(TypedDict):
    """This is the shape of `scheduleWeeklyReport`. `report_data` is the document as it is stored."""

    reportStatus: Literal["success"]
    report_data: dict[str, Any]
    summary: Summary
    anomaly_summary: AnomalySummary
