import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from firebase_functions.https_fn import HttpsError

from controllers.boundary import RetryTask
from core.errors import Unavailable
from domain.errors import AlreadyFinal
from domain.ledger import EntryType
from repositories.documents import Ambiguous, Document, Query, Write
from repositories.memory import MemoryDocuments
from services.ports import ModelRejected, ModelUnavailable
from world import World

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SIZES = ("512x512", "1024x1024", "1024x1792")


def lives(world: World, seed: int) -> None:
    """A week of whatever: orders, deliveries, failures, cancels, top-ups, sweeps."""
    chance = random.Random(seed)
    for _ in range(120):
        world.later(minutes=chance.randint(0, 80))
        world.model.script = chance.choice([[], [], [ModelRejected("x", "y")], [ModelUnavailable("x", "y")]])
        with suppress(HttpsError, AlreadyFinal, AssertionError):  # refusals are part of a life
            match chance.randrange(5):
                case 0 | 1:
                    world.create(chance.choice(("alice", "bob", "mallory")), size=chance.choice(SIZES))
                case 2:
                    world.deliver_all()
                case 3:
                    if world.queue.waiting:
                        one = world.generation(chance.choice(world.queue.waiting).generation_id)
                        world.app.generation_service.cancel(one.user_id, one.id)
                case 4:
                    world.app.sweeper.sweep()
                    world.app.ledger.add(
                        "bob", EntryType.TOP_UP, 3, source="shop", external_id=str(chance.random()), description="x"
                    )


@pytest.mark.parametrize("seed", range(5))
def test_i8_the_totals_of_a_report_are_the_totals_of_the_ledger(seed: int) -> None:
    world = World(NOW)
    lives(world, seed)
    credits_ = world.app.reporting.run_by_hand()["report_data"]["credit_stats"]
    start = world.now - timedelta(days=7)
    entries = [
        entry
        for user_id in ("alice", "bob", "mallory")
        for entry in world.entries(user_id)
        if start <= entry.timestamp < world.now
    ]
    taken = sum(entry.credits for entry in entries if entry.type is EntryType.DEDUCTION)
    given_back = sum(entry.credits for entry in entries if entry.type is EntryType.REFUND)
    assert taken > 0
    assert given_back > 0
    assert credits_["total_credits_deducted"] == taken
    assert credits_["total_credits_refunded"] == given_back
    assert credits_["net_credits_consumed"] == taken - given_back
    assert credits_["total_transactions"] == len(entries)
    world.assert_books_balance()


def test_every_request_is_in_exactly_one_of_the_counts() -> None:
    world = World(NOW)
    lives(world, 1)
    world.create("alice")
    world.later(seconds=1)
    stats = world.app.reporting.run_by_hand()["report_data"]["generation_stats"]
    assert stats["pending_requests"] > 0
    assert stats["total_requests"] == sum(
        stats[f"{name}_requests"] for name in ("completed", "failed", "cancelled", "pending")
    )


def test_the_answer_has_the_seeds_shape(world: World) -> None:
    answer = world.app.reporting.run_by_hand()
    assert list(answer) == ["reportStatus", "report_data", "summary", "anomaly_summary"]
    assert answer["reportStatus"] == "success"
    assert answer["report_data"]["id"] == "weekly_report_2026_03_04"


def test_a_report_is_saved_as_it_was_answered(world: World) -> None:
    report = world.app.reporting.run_by_hand()["report_data"]
    assert world.records()["reports/weekly_report_2026_03_04"].fields == report


def test_a_second_run_on_a_day_keeps_the_first(world: World) -> None:
    world.app.reporting.run_by_hand()
    first = world.records()["reports/weekly_report_2026_03_04"]
    world.create()
    world.later(hours=1)
    assert world.app.reporting.run_by_hand()["report_data"]["id"] == "weekly_report_2026_03_04_run_2"
    assert world.app.reporting.run_by_hand()["report_data"]["id"] == "weekly_report_2026_03_04_run_3"
    assert world.records()["reports/weekly_report_2026_03_04"] == first


def test_the_scheduled_run_is_of_the_last_full_week(world: World) -> None:
    report = world.app.reporting.run_scheduled()
    assert report["report_period"] == {
        "start_date": "2026-02-23T00:00:00+00:00",
        "end_date": "2026-03-02T00:00:00+00:00",
    }


def test_the_edge_of_a_week_belongs_to_one_week_only() -> None:
    world = World(datetime(2026, 3, 2, tzinfo=UTC))
    world.create()  # Monday, 00:00
    world.later(days=3)
    assert world.app.reporting.run_scheduled()["generation_stats"]["total_requests"] == 0
    world.later(days=7)
    assert world.app.reporting.run_scheduled()["generation_stats"]["total_requests"] == 1


class Silent(MemoryDocuments):
    """A database that answers no query, or takes no report."""

    broken = ""

    def query(self, query: Query) -> list[Document]:
        if self.broken == query.collection:
            raise Unavailable("The database does not answer. Try again.")
        return super().query(query)

    def commit(self, writes: Any) -> Any:
        wanted: list[Write] = list(writes)
        if self.broken == "reports" and wanted[0].path.startswith("reports/"):
            raise Ambiguous("deadline exceeded")
        return super().commit(wanted)


@pytest.mark.parametrize("broken", ["generation_requests", "transactions", "users", "reports"])
def test_what_fails_on_the_way_is_raised_and_never_a_report_of_zeros(broken: str) -> None:
    documents = Silent()
    world = World(NOW, documents=documents)
    documents.broken = broken
    with pytest.raises(Unavailable):
        world.app.reporting.run_by_hand()
    with pytest.raises(RetryTask):
        world.app.schedules.weekly_report()
    documents.broken = ""
    assert not [path for path in world.records() if path.startswith("reports/")]
