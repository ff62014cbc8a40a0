import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.calendar import Week
from domain.credits.audit_verdict import AuditVerdict
from domain.reports.anomalies.analysis import Analysis
from domain.reports.anomalies.findings import Band, Driver, Finding, Severity
from domain.reports.answers import AnomalySummary
from domain.reports.economics import Prices
from domain.reports.parts import Document
from domain.reports.past_reports import stats_from
from domain.reports.report import (
    BYTES_MAX,
    Background,
    Making,
    anomaly_summary,
    report_document,
    report_id,
    summary,
)
from domain.reports.week_stats import BusyUser, LedgerSums, Tally, UserList, UserStats, WeekStats, total_tally

WEEK = Week(2025, 31)
MONDAY = date(2025, 7, 28)
DAYS = tuple(MONDAY + timedelta(days=day) for day in range(7))
GENERATED_AT = datetime(2025, 8, 4, 20, 25, tzinfo=UTC)
MAKING = Making(at=GENERATED_AT, zone=UTC)

MODEL_A = Tally(total=5, completed=3, failed=1, cancelled=1, credits=9)
MODEL_B = Tally(total=2, completed=0, failed=1, credits=4)

SEED_SHAPE: Mapping[str, type] = {
    "id": str,
    "report_type": str,
    "generated_at": datetime,
    "report_period.start_date": str,
    "report_period.end_date": str,
    "generation_stats.total_requests": int,
    "generation_stats.completed_requests": int,
    "generation_stats.failed_requests": int,
    "generation_stats.pending_requests": int,
    "generation_stats.success_rate": float,
    "generation_stats.failure_rate": float,
    "generation_stats.style_breakdown": dict,
    "generation_stats.size_breakdown": dict,
    "credit_stats.total_credits_deducted": int,
    "credit_stats.total_credits_refunded": int,
    "credit_stats.net_credits_consumed": int,
    "credit_stats.total_transactions": int,
    "credit_stats.deduction_transactions": int,
    "credit_stats.refund_transactions": int,
    "credit_stats.average_credits_per_request": float,
    "user_stats.active_users_count": int,
    "user_stats.active_users": list,
    "user_stats.user_request_breakdown": dict,
    "user_stats.average_requests_per_user": float,
    "model_performance": dict,
    "anomaly_analysis.detected_anomalies": list,
    "anomaly_analysis.anomaly_score": float,
    "anomaly_analysis.severity_level": str,
    "anomaly_analysis.total_anomalies": int,
    "anomaly_analysis.analysis_timestamp": str,
    "anomaly_analysis.comparison_period.current_week.start_date": str,
    "anomaly_analysis.comparison_period.current_week.end_date": str,
    "anomaly_analysis.comparison_period.previous_week.start_date": str,
    "anomaly_analysis.comparison_period.previous_week.end_date": str,
}
SEED_SUMMARY: Mapping[str, type] = {
    "total_requests": int,
    "success_rate": float,
    "active_users": int,
    "credits_consumed": int,
    "most_popular_style": str,
    "most_popular_size": str,
    "report_period": dict,
}
SEED_ANOMALY_SUMMARY: Mapping[str, type] = {
    "total_anomalies": int,
    "severity_level": str,
    "anomaly_score": float,
    "severity_breakdown": dict,
    "type_breakdown": dict,
    "critical_anomalies_count": int,
    "requires_attention": bool,
    "analysis_timestamp": str,
}


def stats(**numbers: Any) -> WeekStats:
    return WeekStats(week=WEEK, window=WEEK.window(UTC), **{"days": DAYS, **numbers})


def busy() -> WeekStats:
    top = (
        BusyUser(user_id="emma", requests=4, requests_before=1, credits=8),
        BusyUser(user_id="arda", requests=3, credits=5),
    )
    return stats(
        requests=MODEL_A + MODEL_B,
        models={"Model A": MODEL_A, "Model B": MODEL_B},
        model_days={
            ("Model A", DAYS[0]): MODEL_A,
            ("Model B", DAYS[0]): Tally(total=1),
            ("Model B", DAYS[2]): Tally(total=1, failed=1, credits=4),
        },
        groups={
            "style": {"anime": MODEL_A, "sketch": MODEL_B},
            "color": {"neon": MODEL_A + MODEL_B},
            "size": {"512x512": MODEL_A, "1024x1024": MODEL_B},
            "kind": {"text_to_image": MODEL_A + MODEL_B},
            "provider": {"simulated": MODEL_A + MODEL_B},
        },
        hours={9: MODEL_A, 23: MODEL_B},
        latencies={"Model A": {5: 3}},
        failure_classes={"Model A": {"rejected": 1, "timeout": 0, "gave_up": 0, "other": 0}},
        ledger=LedgerSums(
            rows={"deduction": 7, "refund": 2, "top_up": 1, "expiry": 1},
            credits={"deduction": 13, "refund": 3, "top_up": 50, "expiry": 4},
        ),
        users=UserStats(active=5, newcomers=2, top=top),
        registrations={DAYS[0]: 2, DAYS[6]: 1},
        held_credits=6,
    )


def a_report(week: WeekStats | None = None, analysis: Analysis | None = None, **background: Any) -> Document:
    return report_document(week or busy(), analysis or Analysis(), Background(**background), MAKING)


def finding(severity: Severity, kind: str = "request_spike") -> Finding:
    return Finding(type=kind, severity=severity, description="Something.", details={})


def at(document: Mapping[str, Any], path: str) -> Any:
    found: Any = document
    for name in path.split("."):
        found = found[name]
    return found


def as_json(report: Document) -> str:
    return json.dumps(report, default=datetime.isoformat, allow_nan=False, ensure_ascii=False)


class TestSeedShape:
    @pytest.mark.parametrize("week", [busy(), stats()], ids=["busy", "empty"])
    def test_every_key_of_feraset_imagen_has_its_type(self, week: WeekStats) -> None:
        report = a_report(week)
        for path, kind in SEED_SHAPE.items():
            assert type(at(report, path)) is kind, path
        for told, shape in ((summary(report), SEED_SUMMARY), (anomaly_summary(report), SEED_ANOMALY_SUMMARY)):
            assert {name: type(value) for name, value in told.items()} == shape

    def test_a_models_performance_too(self) -> None:
        shape = {"total_requests": int, "completed": int, "failed": int, "success_rate": float, "failure_rate": float}
        model = a_report()["model_performance"]["Model A"]
        assert shape.items() <= {name: type(value) for name, value in model.items()}.items()


class TestDocument:
    def test_what_it_is(self) -> None:
        report = a_report()
        told = {name: report[name] for name in ("id", "schema", "week", "version", "time_zone")}
        assert told == {
            "id": "weekly_report_2025_08_04",
            "schema": 2,
            "week": "2025-W31",
            "version": 1,
            "time_zone": "UTC",
        }

    def test_generation_stats(self) -> None:
        found = a_report()["generation_stats"]
        hours = {str(hour): 0 for hour in range(24)} | {"9": 5, "23": 2}
        assert found == {
            "total_requests": 7,
            "completed_requests": 3,
            "failed_requests": 2,
            "cancelled_requests": 1,
            "pending_requests": 1,
            "success_rate": 42.86,
            "failure_rate": 28.57,
            "failure_rate_of_finished": 40.0,
            "style_breakdown": {"anime": 5, "sketch": 2},
            "color_breakdown": {"neon": 7},
            "size_breakdown": {"1024x1024": 2, "512x512": 5},
            "kind_breakdown": {"text_to_image": 7},
            "provider_breakdown": {"simulated": 7},
            "hour_breakdown": hours,
        }

    def test_credit_stats(self) -> None:
        assert a_report()["credit_stats"] == {
            "total_credits_deducted": 13,
            "total_credits_refunded": 3,
            "net_credits_consumed": 10,
            "total_transactions": 11,
            "deduction_transactions": 7,
            "refund_transactions": 2,
            "average_credits_per_request": 1.86,
            "credits_in": 50,
            "credits_out": 14,
            "held_credits": 6,
            "transactions_by_type": {"deduction": 7, "expiry": 1, "refund": 2, "top_up": 1},
            "credits_by_type": {"deduction": 13, "expiry": 4, "refund": 3, "top_up": 50},
        }

    def test_user_stats(self) -> None:
        assert a_report()["user_stats"] == {
            "active_users_count": 5,
            "active_users": ["emma", "arda"],
            "user_request_breakdown": {"emma": 4, "arda": 3},
            "average_requests_per_user": 1.4,
            "new_users": 3,
            "newly_active_users": 2,
            "returning_users": 3,
            "top_users": [
                {"user_id": "emma", "requests": 4, "credits": 8, "requests_before": 1},
                {"user_id": "arda", "requests": 3, "credits": 5, "requests_before": 0},
            ],
        }

    def test_performance_by_model_and_by_option(self) -> None:
        report = a_report()
        sketch = {
            "total_requests": 2,
            "completed": 0,
            "failed": 1,
            "cancelled": 0,
            "pending": 1,
            "credits": 4,
            "success_rate": 0.0,
            "failure_rate": 50.0,
            "failure_rate_of_finished": 100.0,
        }
        assert report["style_performance"]["sketch"] == sketch
        assert report["size_performance"]["1024x1024"] == sketch
        assert report["color_performance"]["neon"]["total_requests"] == 7
        assert report["model_performance"]["Model B"] == sketch | {
            "latency": {"count": 0, "p50": None, "p90": None, "p95": None, "p99": None},
            "failure_classes": {},
        }
        assert report["model_performance"]["Model A"]["latency"] == {
            "count": 3,
            "p50": 30.0,
            "p90": 38.0,
            "p95": 39.0,
            "p99": 39.8,
        }
        assert report["model_performance"]["Model A"]["failure_classes"]["rejected"] == 1

    def test_each_day_with_what_was_expected_of_it(self) -> None:
        bands = {DAYS[0]: {"requests": Band(low=1, mid=2.5, high=4), "credits": None}}
        daily = a_report(expected=bands)["daily"]
        assert [day["date"] for day in daily] == [day.isoformat() for day in DAYS]
        assert daily[0] == {
            "date": "2025-07-28",
            "total_requests": 6,
            "completed": 3,
            "failed": 1,
            "cancelled": 1,
            "pending": 1,
            "credits": 9,
            "failure_rate_of_finished": 25.0,
            "registrations": 2,
            "models": {
                "Model A": {"total_requests": 5, "failed": 1, "completed": 3},
                "Model B": {"total_requests": 1, "failed": 0, "completed": 0},
            },
            "expected": {"requests": {"low": 1, "mid": 2.5, "high": 4}, "credits": None, "failure_rate": None},
        }
        assert daily[1]["total_requests"] == 0
        assert daily[1]["models"] == {}
        assert daily[6]["registrations"] == 1

    def test_the_funnel_loses_what_it_says(self) -> None:
        report = a_report()
        assert report["funnel"] == [
            {"stage": "requested", "count": 7},
            {"stage": "finished", "count": 5},
            {"stage": "completed", "count": 3},
        ]
        assert report["funnel_losses"] == [
            {"loss": "cancelled", "count": 1},
            {"loss": "failed", "count": 2},
            {"loss": "pending", "count": 1},
        ]
        assert 7 - sum(loss["count"] for loss in report["funnel_losses"]) == 3

    def test_economics_where_prices_are_known(self) -> None:
        assert a_report()["economics"] is None
        assert a_report(prices=Prices(providers={"Model A": 5}))["economics"]["provider_cost_micros"] == 15

    def test_reconciliation_with_the_audits_verdict(self) -> None:
        verdict = AuditVerdict(at=GENERATED_AT, is_exact=True, users_checked=9, different=0)
        found = a_report(audit=verdict)["reconciliation"]
        assert found["is_exact"] is True
        assert found["audit"] == {
            "at": "2025-08-04T20:25:00+00:00",
            "is_exact": True,
            "users_checked": 9,
            "different": 0,
            "is_complete": True,
            "unreadable": 0,
        }
        assert {"name": "deductions in the ledger = requests", "expected": 7, "actual": 7} in found["checks"]

    def test_books_that_differ_are_not_exact(self) -> None:
        verdict = AuditVerdict(at=GENERATED_AT, is_exact=False, users_checked=9, different=1)
        assert a_report(audit=verdict)["reconciliation"]["is_exact"] is False
        assert a_report(stats(requests=MODEL_A))["reconciliation"]["is_exact"] is False
        assert a_report()["reconciliation"]["audit"] is None

    def test_the_week_before(self) -> None:
        before = stats(requests=MODEL_A, ledger=LedgerSums(credits={"deduction": 9}), users=UserStats(active=2))
        report = a_report(previous=before, weeks=3)
        assert report["previous"] == {
            "total_requests": 5,
            "net_credits_consumed": 9,
            "active_users_count": 2,
            "failure_rate_of_finished": 25.0,
            "success_rate": 60.0,
        }
        assert report["baseline"] == {"weeks": 3, "has_previous": True}
        assert a_report()["previous"] is None
        assert a_report()["baseline"] == {"weeks": 0, "has_previous": False}

    def test_anomaly_analysis_names_its_weeks_in_the_zone(self) -> None:
        zone = ZoneInfo("Europe/Berlin")
        week = Week(2025, 14)  # clocks leapt on the Sunday before it
        report = report_document(
            WeekStats(week=week, window=week.window(zone)),
            Analysis(has_baseline=False, omitted=4),
            Background(),
            Making(at=GENERATED_AT, zone=zone),
        )
        analysis = report["anomaly_analysis"]
        assert analysis["comparison_period"] == {
            "current_week": {"start_date": "2025-03-30T22:00:00+00:00", "end_date": "2025-04-06T22:00:00+00:00"},
            "previous_week": {"start_date": "2025-03-23T23:00:00+00:00", "end_date": "2025-03-30T22:00:00+00:00"},
        }
        assert (analysis["has_baseline"], analysis["omitted_anomalies"]) == (False, 4)
        assert report["time_zone"] == "Europe/Berlin"

    def test_is_json_but_for_the_datetime_that_firestore_sorts_by(self) -> None:
        report = a_report()
        assert report["generated_at"] is GENERATED_AT
        assert json.loads(as_json(report))["generated_at"] == "2025-08-04T20:25:00+00:00"


class TestSize:
    @pytest.mark.parametrize(
        "name", ["style{}", "é" * 60 + "{}", "<script>" * 50 + "{}"], ids=["plain", "long", "longer"]
    )
    def test_stays_below_100_kb_however_many_options_and_findings_there_are(self, name: str) -> None:
        many = {name.format(number): Tally(total=number + 1, completed=1) for number in range(300)}
        top = tuple(BusyUser(user_id="u" * 120 + str(number), requests=9) for number in range(10))
        drivers = tuple(Driver(kind="user", name="u" * 120, value=1.0) for _ in range(5))
        findings = tuple(
            Finding(
                type="user_request_spike",
                severity=Severity.LOW,
                description="u" * 120 + " made 99 requests. " * 4,
                details={"user_id": "u" * 120},
                drivers=drivers,
                days=DAYS,
            )
            for _ in range(25)
        )
        week = stats(
            requests=total_tally(many.values()),
            models=many,
            model_days={(model, day): tally for model, tally in many.items() for day in DAYS},
            groups=dict.fromkeys(("style", "color", "size"), many),
            latencies={model: {4: 1} for model in many},
            users=UserStats(active=10**7, top=top, spiking=UserList(count=10**6)),
        )
        report = a_report(week, Analysis(findings=findings, omitted=10**6))
        assert len(as_json(report).encode()) <= BYTES_MAX == 100_000
        assert report["omitted"]["styles"] == 300 - len(report["style_performance"])
        assert len(report["style_performance"]) >= 2
        assert name.format(299) in report["style_performance"]
        assert report["generation_stats"]["total_requests"] == sum(range(1, 301))


class TestId:
    def test_the_first_run_of_a_day_has_feraset_imagens(self) -> None:
        assert report_id(GENERATED_AT) == "weekly_report_2025_08_04"

    def test_a_later_run_overwrites_nothing(self) -> None:
        assert report_id(GENERATED_AT, run=2) == "weekly_report_2025_08_04_run_2"

    def test_the_day_is_that_of_utc(self) -> None:
        tehran = timezone(timedelta(hours=3, minutes=30))
        assert report_id(datetime(2025, 8, 5, 1, tzinfo=tehran)) == "weekly_report_2025_08_04"


class TestSummaries:
    def test_summary(self) -> None:
        assert summary(a_report()) == {
            "total_requests": 7,
            "success_rate": 42.86,
            "active_users": 5,
            "credits_consumed": 10,
            "most_popular_style": "anime",
            "most_popular_size": "512x512",
            "report_period": {
                "start_date": "2025-07-28T00:00:00+00:00",
                "end_date": "2025-08-04T00:00:00+00:00",
            },
        }

    def test_a_tie_in_popularity_goes_by_name(self) -> None:
        tied = stats(groups={"style": {"watercolor": MODEL_A, "anime": MODEL_A}})
        assert summary(a_report(tied))["most_popular_style"] == "anime"

    def test_of_an_empty_week(self) -> None:
        report = a_report(stats())
        assert summary(report)["most_popular_style"] == summary(report)["most_popular_size"] == "none"
        assert anomaly_summary(report) == {
            "total_anomalies": 0,
            "severity_level": "normal",
            "anomaly_score": 0.0,
            "severity_breakdown": {},
            "type_breakdown": {},
            "critical_anomalies_count": 0,
            "requires_attention": False,
            "analysis_timestamp": "2025-08-04T20:25:00+00:00",
        }

    def told(self, severities: Iterable[Severity]) -> AnomalySummary:
        analysis = Analysis(findings=tuple(finding(severity, severity.value) for severity in severities))
        return anomaly_summary(json.loads(as_json(a_report(analysis=analysis))))

    def test_anomalies_by_severity_and_type(self) -> None:
        told = self.told([Severity.HIGH, Severity.LOW, Severity.LOW])
        assert (told["total_anomalies"], told["anomaly_score"], told["severity_level"]) == (3, 7.0, "high")
        assert told["severity_breakdown"] == told["type_breakdown"] == {"high": 1, "low": 2}
        assert told["critical_anomalies_count"] == 1
        assert told["requires_attention"] is True

    def test_many_small_ones_require_attention_too(self) -> None:
        told = self.told([Severity.MEDIUM, Severity.MEDIUM])
        assert (told["critical_anomalies_count"], told["requires_attention"]) == (0, True)

    def test_a_small_one_does_not(self) -> None:
        assert self.told([Severity.MEDIUM])["requires_attention"] is False


class TestHeadline:
    def headline(self, week: WeekStats, previous: WeekStats | None = None, analysis: Analysis | None = None) -> str:
        return str(a_report(week, analysis, previous=previous)["headline"])

    def test_a_week_in_one_sentence(self) -> None:
        before = stats(requests=Tally(total=10))
        analysis = Analysis(findings=(finding(Severity.HIGH),))
        assert self.headline(busy(), before, analysis) == (
            "7 requests from 5 users in week 31 of 2025, 30% fewer than in the week before; "
            "40.0% of the finished ones failed; 1 finding, level high."
        )

    @pytest.mark.parametrize(
        ("before", "said"),
        [
            (None, "the first one"),
            (0, "after a week with none"),
            (7, "as many as in the week before"),
            (5, "40% more than in the week before"),
        ],
    )
    def test_says_how_it_changed(self, before: int | None, said: str) -> None:
        previous = None if before is None else stats(requests=Tally(total=before))
        assert f"2025, {said};" in self.headline(busy(), previous)

    def test_of_an_empty_week(self) -> None:
        assert self.headline(stats()) == "Nobody asked for anything in week 31 of 2025."
        before = stats(requests=Tally(total=1))
        assert self.headline(stats(), before).endswith("of 2025, after 1 request in the week before.")

    def test_where_nothing_has_finished_nothing_is_said_of_failures(self) -> None:
        waiting = stats(requests=Tally(total=1), users=UserStats(active=1))
        assert self.headline(waiting) == "1 request from 1 user in week 31 of 2025, the first one; nothing unusual."


def test_a_report_read_back_is_the_week_that_it_was_made_of() -> None:
    week = busy()
    read = stats_from(json.loads(as_json(a_report(week))), UTC)
    for name in ("week", "window", "models", "ledger", "active_users"):
        assert getattr(read, name) == getattr(week, name), name
    for name in ("style", "color", "size"):
        assert read.groups[name] == week.groups[name], name
    assert (read.requests.total, read.requests.failure_share) == (7, week.requests.failure_share)
