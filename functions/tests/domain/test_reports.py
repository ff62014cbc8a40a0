import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from domain.anomalies.analysis import Analysis, analyse
from domain.reports import Document, anomaly_summary, report_document, report_id, summary
from domain.week_stats import EntryFact, GenerationFact, WeekStats, Window, collect

MONDAY = datetime(2025, 8, 4, tzinfo=UTC)
WEEK = Window(start=MONDAY - timedelta(days=7), end=MONDAY)
GENERATED_AT = MONDAY + timedelta(hours=20, minutes=25)

SEED_KEYS = {
    "": "id report_type generated_at report_period generation_stats credit_stats user_stats "
    "model_performance anomaly_analysis",
    "report_period": "start_date end_date",
    "generation_stats": "total_requests completed_requests failed_requests pending_requests success_rate "
    "failure_rate style_breakdown size_breakdown",
    "credit_stats": "total_credits_deducted total_credits_refunded net_credits_consumed total_transactions "
    "deduction_transactions refund_transactions average_credits_per_request",
    "user_stats": "active_users_count active_users user_request_breakdown average_requests_per_user",
    "anomaly_analysis": "detected_anomalies anomaly_score severity_level total_anomalies analysis_timestamp "
    "comparison_period",
}


def a_generation(user_id: str = "arda", status: str = "completed", **options: str) -> GenerationFact:
    asked = {"model": "Model A", "style": "anime", "color": "neon", "size": "512x512"} | options
    return GenerationFact(user_id=user_id, status=status, credits=1, created_at=WEEK.start, **asked)


def an_entry(kind: str = "deduction", amount: int = 1, user_id: str = "arda") -> EntryFact:
    return EntryFact(type=kind, credits=amount, user_id=user_id, timestamp=WEEK.start)


def a_report(
    generations: Iterable[GenerationFact] = (),
    entries: Iterable[EntryFact] = (),
    previous: WeekStats | None = None,
) -> Document:
    stats = collect(WEEK, generations, entries)
    return report_document(stats, analyse(stats, previous), generated_at=GENERATED_AT)


def as_json(report: Document) -> Document:
    return json.loads(json.dumps(report, default=datetime.isoformat, allow_nan=False))


@pytest.fixture
def report() -> Document:
    return a_report(
        generations=[
            a_generation("arda"),
            a_generation("arda", "failed", style="sketch", size="1024x1024", model="Model B"),
            a_generation("arda", "queued", style="sketch"),
            a_generation("emma", "pending"),
            a_generation("emma", "processing"),
            a_generation("emma", "cancelled", color="pastel", style="sketch"),
            a_generation("emma"),
        ],
        entries=[
            an_entry(amount=1),
            an_entry(amount=3),
            an_entry(amount=4, user_id="emma"),
            an_entry("refund", 3),
            an_entry("top_up", 50),
        ],
    )


class TestDocument:
    def test_has_every_key_of_feraset_imagen(self, report: Document) -> None:
        for part, keys in SEED_KEYS.items():
            assert set(keys.split()) <= set(report[part] if part else report)

    def test_generation_stats(self, report: Document) -> None:
        assert report["generation_stats"] == {
            "total_requests": 7,
            "completed_requests": 2,
            "failed_requests": 1,
            "cancelled_requests": 1,
            "pending_requests": 3,
            "success_rate": 28.57,
            "failure_rate": 14.29,
            "failure_rate_of_finished": 33.33,
            "style_breakdown": {"anime": 4, "sketch": 3},
            "color_breakdown": {"neon": 6, "pastel": 1},
            "size_breakdown": {"1024x1024": 1, "512x512": 6},
        }

    def test_credit_stats(self, report: Document) -> None:
        assert report["credit_stats"] == {
            "total_credits_deducted": 8,
            "total_credits_refunded": 3,
            "net_credits_consumed": 5,
            "total_transactions": 5,
            "deduction_transactions": 3,
            "refund_transactions": 1,
            "average_credits_per_request": 2.67,
            "transactions_by_type": {"deduction": 3, "refund": 1, "top_up": 1},
            "credits_by_type": {"deduction": 8, "refund": 3, "top_up": 50},
        }

    def test_user_stats(self, report: Document) -> None:
        assert report["user_stats"] == {
            "active_users_count": 2,
            "active_users": ["emma", "arda"],
            "user_request_breakdown": {"emma": 4, "arda": 3},
            "average_requests_per_user": 3.5,
        }

    def test_performance_by_model_and_by_option(self, report: Document) -> None:
        failing = {
            "total_requests": 1,
            "completed": 0,
            "failed": 1,
            "success_rate": 0.0,
            "failure_rate": 100.0,
            "failure_rate_of_finished": 100.0,
        }
        assert report["model_performance"]["Model B"] == failing
        assert report["size_performance"]["1024x1024"] == failing
        assert report["style_performance"]["sketch"]["failure_rate"] == 33.33
        assert report["color_performance"]["pastel"]["failure_rate"] == 0.0

    def test_anomaly_analysis_names_its_windows(self, report: Document) -> None:
        analysis = report["anomaly_analysis"]
        assert analysis["comparison_period"] == {
            "current_week": {
                "start_date": "2025-07-28T00:00:00+00:00",
                "end_date": "2025-08-04T00:00:00+00:00",
            },
            "previous_week": {
                "start_date": "2025-07-21T00:00:00+00:00",
                "end_date": "2025-07-28T00:00:00+00:00",
            },
        }
        assert analysis["has_baseline"] is False
        assert analysis["analysis_timestamp"] == "2025-08-04T20:25:00+00:00"

    def test_is_json_but_for_the_datetime_that_firestore_sorts_by(self, report: Document) -> None:
        assert report["generated_at"] is GENERATED_AT
        assert as_json(report)["generated_at"] == "2025-08-04T20:25:00+00:00"

    def test_an_empty_week(self) -> None:
        report = a_report()
        assert report["generation_stats"]["success_rate"] == 0.0
        assert report["user_stats"]["average_requests_per_user"] == 0.0
        assert report["credit_stats"]["average_credits_per_request"] == 0.0
        assert report["model_performance"] == {}
        assert report["anomaly_analysis"]["detected_anomalies"] == []
        assert isinstance(report["anomaly_analysis"]["anomaly_score"], float)
        as_json(report)

    def test_stays_small_with_20_000_users_who_all_stand_out(self) -> None:
        users = [f"user-{number:05d}" for number in range(20_000)]
        generations = (a_generation(user) for user in users for _ in range(11))
        entries = (an_entry(amount=60, user_id=user) for user in users)
        busiest = [a_generation("zoe")] * 12
        silence = WeekStats(window=WEEK.previous())
        report = a_report([*generations, *busiest], entries, silence)

        assert report["user_stats"]["active_users_count"] == 20_001
        assert report["user_stats"]["active_users"] == ["zoe", *users[:99]]
        assert len(report["user_stats"]["user_request_breakdown"]) == 100
        assert report["user_stats"]["average_requests_per_user"] == 11.0
        assert report["anomaly_analysis"]["omitted_anomalies"] == (20_001 - 50) + (20_000 - 50)
        assert len(json.dumps(as_json(report))) < 100_000


class TestId:
    def test_the_first_run_of_a_day_has_feraset_imagens(self) -> None:
        assert report_id(GENERATED_AT) == "weekly_report_2025_08_04"

    def test_a_later_run_overwrites_nothing(self) -> None:
        assert report_id(GENERATED_AT, run=2) == "weekly_report_2025_08_04_run_2"

    def test_the_day_is_that_of_utc(self) -> None:
        tehran = timezone(timedelta(hours=3, minutes=30))
        assert report_id(datetime(2025, 8, 5, 1, tzinfo=tehran)) == "weekly_report_2025_08_04"


class TestSummaries:
    def test_summary(self, report: Document) -> None:
        assert summary(report) == {
            "total_requests": 7,
            "success_rate": 28.57,
            "active_users": 2,
            "credits_consumed": 5,
            "most_popular_style": "anime",
            "most_popular_size": "512x512",
            "report_period": {
                "start_date": "2025-07-28T00:00:00+00:00",
                "end_date": "2025-08-04T00:00:00+00:00",
            },
        }

    def test_a_tie_in_popularity_goes_by_name(self) -> None:
        report = a_report([a_generation(style="watercolor"), a_generation(style="anime")])
        assert summary(report)["most_popular_style"] == "anime"

    def test_of_an_empty_week(self) -> None:
        assert summary(a_report())["most_popular_style"] == "none"
        assert summary(a_report())["most_popular_size"] == "none"
        assert anomaly_summary(a_report()) == {
            "total_anomalies": 0,
            "severity_level": "normal",
            "anomaly_score": 0.0,
            "severity_breakdown": {},
            "type_breakdown": {},
            "critical_anomalies_count": 0,
            "requires_attention": False,
            "analysis_timestamp": "2025-08-04T20:25:00+00:00",
        }

    def test_anomalies_by_severity_and_type(self) -> None:
        report = a_report([a_generation(user, "failed") for user in ("arda", "emma") for _ in range(11)])
        assert anomaly_summary(as_json(report)) == {
            "total_anomalies": 4,
            "severity_level": "critical",
            "anomaly_score": 15.0,
            "severity_breakdown": {"medium": 2, "high": 2},
            "type_breakdown": {
                "user_request_spike": 2,
                "high_failure_rate": 1,
                "critical_model_failure_rate": 1,
            },
            "critical_anomalies_count": 2,
            "requires_attention": True,
            "analysis_timestamp": "2025-08-04T20:25:00+00:00",
        }

    def test_many_small_ones_require_attention_too(self) -> None:
        report = a_report([a_generation(user) for user in ("arda", "emma") for _ in range(11)])
        assert anomaly_summary(report)["critical_anomalies_count"] == 0
        assert anomaly_summary(report)["severity_level"] == "high"
        assert anomaly_summary(report)["requires_attention"] is True


def test_an_analysis_without_findings_is_normal() -> None:
    assert Analysis().level == "normal"
