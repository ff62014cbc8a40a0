"""A weekly report as it is kept, and stand-ins for the classes that count it and show it."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from domain.reports.answers import MadeReport
from domain.reports.report import anomaly_summary, summary
from repositories.store.documents import Create
from services.reports.ports import Email

REPORT_ID = "weekly_report_2026_03_02"
GENERATED_AT = datetime(2026, 3, 2, 20, 25, tzinfo=UTC)

_REPORT: dict[str, Any] = {
    "id": REPORT_ID,
    "report_type": "weekly",
    "schema": 2,
    "week": "2026-W09",
    "version": 1,
    "time_zone": "UTC",
    "generated_at": GENERATED_AT,
    "report_period": {"start_date": "2026-02-23T00:00:00+00:00", "end_date": "2026-03-02T00:00:00+00:00"},
    "headline": "40 requests, 12 more than the week before.",
    "generation_stats": {
        "total_requests": 40,
        "completed_requests": 36,
        "failed_requests": 4,
        "pending_requests": 0,
        "success_rate": 90.0,
        "failure_rate": 10.0,
        "style_breakdown": {"anime": 30, "sketch": 10},
        "size_breakdown": {"512x512": 40},
    },
    "credit_stats": {"net_credits_consumed": 36},
    "user_stats": {"active_users_count": 5},
    "model_performance": {},
    "anomaly_analysis": {
        "detected_anomalies": [],
        "anomaly_score": 0.0,
        "severity_level": "normal",
        "total_anomalies": 0,
        "analysis_timestamp": "2026-03-02T20:25:00+00:00",
    },
}


def a_report(*, level: str = "normal", findings: tuple[Mapping[str, Any], ...] = (), **changes: Any) -> dict[str, Any]:
    report = {**deepcopy(_REPORT), **changes}
    analysis = {"severity_level": level, "detected_anomalies": [*findings], "total_anomalies": len(findings)}
    report["anomaly_analysis"] |= analysis
    return report


def a_finding(severity: str = "high", description: str = "Failures of Model A rose to 40 %.") -> dict[str, Any]:
    return {"type": "high_failure_rate", "severity": severity, "description": description}


def keep(documents: Any, report: Mapping[str, Any] | None = None) -> None:
    report = report or a_report()
    documents.commit([Create(f"reports/{report['id']}", report)])


class Runs:
    """Returns the report that it holds, and remembers what it was asked for."""

    def __init__(self, report: Mapping[str, Any] | None = None) -> None:
        self.report = dict(report or a_report())
        self.asked: list[tuple[datetime | None, bool]] = []

    def run(self, as_of: datetime | None, dry_run: bool) -> MadeReport:
        self.asked.append((as_of, dry_run))
        return {
            "reportStatus": "success",
            "report_data": self.report,
            "summary": summary(self.report),
            "anomaly_summary": anomaly_summary(self.report),
        }


class Pages:
    """Records which form of which report was asked for."""

    def __init__(self) -> None:
        self.emails = 0

    def html(self, report: Mapping[str, Any]) -> str:
        return f"<!doctype html><title>{report['id']}</title>"

    def email(self, report: Mapping[str, Any], unsubscribe_url: str, *, page_url: str = "") -> Email:
        self.emails += 1
        return Email(
            subject=f"Week {report['week']}",
            html=f'<a href="{page_url}">report</a><a href="{unsubscribe_url}">stop</a><img src="cid:week">',
            text=f"{report['headline']} {unsubscribe_url}",
            images=(("week", b"\x89PNG picture"),),
        )

    def png(self, report: Mapping[str, Any]) -> bytes:
        return b"\x89PNG " + str(report["id"]).encode()

    def csv(self, report: Mapping[str, Any], table: str) -> str:
        return f"table,report\r\n{table},{report['id']}\r\n"
