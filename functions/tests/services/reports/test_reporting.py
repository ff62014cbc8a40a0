import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from firebase_functions.https_fn import HttpsError

from controllers.http.boundary import RetryTask
from core.calendar import Week
from core.errors import Unavailable
from domain.credits.ledger import EntryType
from domain.generations.errors import AlreadyFinal
from histories import Loops, Metered, history, write
from repositories.store.documents import Ambiguous, Create, Document, Query, Totals, Write
from repositories.store.memory import MemoryDocuments
from services.generations.model_ports import ModelRejected, ModelUnavailable
from world import World

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
# This is the last full week before NOW.
WEEK = Week(2026, 9)
SIZES = ("512x512", "1024x1024", "1024x1792")


def lives(world: World, seed: int) -> None:
    """Play a week of random acts: orders, deliveries, failures, cancels, top-ups, sweeps."""
    chance = random.Random(seed)
    for _ in range(120):
        world.later(minutes=chance.randint(0, 80))
        world.model.script = chance.choice([[], [], [ModelRejected("x", "y")], [ModelUnavailable("x", "y")]])
        with suppress(HttpsError, AlreadyFinal, AssertionError):  # refusals may happen here
            match chance.randrange(5):
                case 0 | 1:
                    world.create(chance.choice(("alice", "bob", "mallory")), size=chance.choice(SIZES))
                case 2:
                    world.deliver_all()
                case 3:
                    if world.queue.waiting:
                        one = world.generation(chance.choice(world.queue.waiting).generation_id)
                        world.app.cancelling.cancel(one.user_id, one.id)
                case 4:
                    world.app.sweeper.sweep()
                    world.app.ledger.add(
                        "bob", EntryType.TOP_UP, 3, source="shop", external_id=str(chance.random()), description="x"
                    )


def report(world: World, **options: Any) -> dict[str, Any]:
    made: dict[str, Any] = world.app.reporting.run(**options)["report_data"]
    return made


def a_past(weeks: list[Week], *, seed: int = 1, requests: int = 60, zone: tzinfo = UTC) -> World:
    """Return a world at NOW, in which others were active in these weeks."""
    world = World(NOW, REPORT_TIME_ZONE=str(zone))
    windows = [week.window(zone) for week in weeks]
    write(world.documents, history(Random(seed), windows, zone, users=9, requests=requests).writes())
    return world


def saved(world: World) -> list[str]:
    return sorted(path for path in world.records() if path.startswith("reports/"))


class TestNumbers:
    @pytest.mark.parametrize("seed", range(4))
    def test_i8_the_totals_of_a_report_are_the_totals_of_the_ledger(self, seed: int) -> None:
        world = World(WEEK.window(UTC).start)
        lives(world, seed)
        loops = Loops(world.records(), WEEK, UTC)
        world.now = NOW
        found = report(world)
        entries, stats = loops.ledger(), found["credit_stats"]
        assert stats["transactions_by_type"] == {kind: rows for kind, (rows, _) in entries.items()}
        assert stats["credits_by_type"] == {kind: credits_ for kind, (_, credits_) in entries.items()}
        assert stats["total_credits_deducted"] == entries["deduction"][1] > 0
        assert stats["total_credits_refunded"] == entries["refund"][1] > 0
        assert stats["held_credits"] == sum(user["held_credits"] for user in loops.users)
        total, completed, failed, cancelled, _ = loops.tallies()[""]
        generations = found["generation_stats"]
        assert (generations["total_requests"], generations["completed_requests"]) == (total, completed)
        assert (generations["failed_requests"], generations["cancelled_requests"]) == (failed, cancelled)
        assert generations["pending_requests"] == total - completed - failed - cancelled
        assert found["user_stats"]["user_request_breakdown"] == loops.requests_by_user()
        assert found["reconciliation"]["is_exact"]
        world.assert_books_balance()

    @pytest.mark.parametrize("week", [Week(2025, 43), Week(2026, 13)], ids=lambda week: week.key)
    def test_a_week_in_which_the_clocks_change(self, week: Week) -> None:
        zone = ZoneInfo("Europe/Berlin")
        world = a_past([week], zone=zone)
        world.now = week.window(zone).end
        found = report(world)
        assert (found["week"], found["time_zone"]) == (week.key, "Europe/Berlin")
        loops = Loops(world.records(), week, zone)
        assert [day["total_requests"] for day in found["daily"]] == [
            loops.tallies("day")[week.monday + timedelta(days=day)][0] for day in range(7)
        ]
        assert found["reconciliation"]["is_exact"]

    def test_one_user(self, world: World) -> None:
        world.create("alice")
        world.later(days=7)
        stats = report(world)["user_stats"]
        assert stats["active_users"] == ["alice"]
        assert (stats["newly_active_users"], stats["returning_users"]) == (1, 0)
        assert stats["new_users"] == 3

    def test_an_empty_week(self, world: World) -> None:
        found = report(world)
        assert found["generation_stats"]["total_requests"] == 0
        assert (found["headline"], len(found["daily"])) == ("Nobody asked for anything in week 9 of 2026.", 7)
        assert found["reconciliation"]["is_exact"]

    def test_money_where_prices_are_set(self) -> None:
        world = World(WEEK.window(UTC).start, PROVIDER_COSTS="Model A=1000", CREDIT_VALUE_MICROS="5000")
        world.create("alice", size="1024x1024")
        world.deliver_all()
        world.now = NOW
        economics = report(world)["economics"]
        assert (economics["provider_cost_micros"], economics["revenue_micros"]) == (1000, 15000)
        assert economics["margin_micros"] == 14000

    def test_the_verdict_of_the_last_audit(self, world: World) -> None:
        assert report(world)["reconciliation"]["audit"] is None
        world.app.schedules.audit()
        assert report(world)["reconciliation"]["audit"] == {
            "at": "2026-03-04T12:00:00+00:00",
            "is_exact": True,
            "users_checked": 3,
            "different": 0,
            "is_complete": True,
            "unreadable": 0,
        }


class TestWhichWeek:
    def test_the_last_full_one(self, world: World) -> None:
        assert report(world)["report_period"] == {
            "start_date": "2026-02-23T00:00:00+00:00",
            "end_date": "2026-03-02T00:00:00+00:00",
        }

    def test_the_last_full_one_before_another_moment(self, world: World) -> None:
        assert report(world, as_of=datetime(2026, 1, 5, tzinfo=UTC))["week"] == "2026-W01"
        assert report(world, as_of=datetime(2026, 1, 4, 23, tzinfo=UTC))["week"] == "2025-W52"

    def test_weeks_are_those_of_the_zone(self) -> None:
        world = World(datetime(2026, 3, 1, 23, 30, tzinfo=UTC), REPORT_TIME_ZONE="Europe/Berlin")
        assert report(world)["week"] == "2026-W09"
        assert report(World(world.now))["week"] == "2026-W08"

    def test_the_edge_of_a_week_belongs_to_one_week_only(self) -> None:
        world = World(datetime(2026, 3, 2, tzinfo=UTC))
        world.create()  # it is Monday, 00:00
        world.later(days=3)
        assert report(world)["generation_stats"]["total_requests"] == 0
        world.later(days=7)
        assert report(world)["generation_stats"]["total_requests"] == 1


class TestComparison:
    def test_the_first_week_of_all_has_nothing_to_be_compared_with(self) -> None:
        found = report(a_past([WEEK]))
        assert found["previous"] is None
        assert found["baseline"] == {"weeks": 0, "has_previous": False}
        assert found["anomaly_analysis"]["has_baseline"] is False
        types = {one["type"] for one in found["anomaly_analysis"]["detected_anomalies"]}
        assert not types & {"request_spike", "credit_consumption_spike", "user_activity_spike", "new_user_spike"}

    def test_a_week_after_silence_is_compared_with_zeros(self) -> None:
        found = report(a_past([WEEK.shifted(-2), WEEK]))
        assert found["previous"]["total_requests"] == 0
        assert found["anomaly_analysis"]["has_baseline"] is True

    def test_the_week_before_is_counted_where_it_has_no_report(self) -> None:
        world = a_past([WEEK.shifted(-1), WEEK])
        loops = Loops(world.records(), WEEK.shifted(-1), UTC)
        found = report(world)
        ledger = loops.ledger()
        assert found["baseline"] == {"weeks": 0, "has_previous": True}
        assert found["previous"]["total_requests"] == loops.tallies()[""][0]
        assert found["previous"]["net_credits_consumed"] == ledger["deduction"][1] - ledger["refund"][1]
        assert found["previous"]["active_users_count"] == len(loops.requests_by_user())

    def test_the_week_before_is_the_same_from_its_report(self) -> None:
        world = a_past([WEEK.shifted(-1), WEEK])
        counted = report(world, dry_run=True)["previous"]
        report(world, as_of=NOW - timedelta(days=7))
        found = report(world)
        assert found["previous"] == counted
        assert found["baseline"] == {"weeks": 1, "has_previous": True}

    def test_the_last_version_of_a_week_counts(self) -> None:
        world = a_past([WEEK.shifted(-1), WEEK])
        for _ in range(3):
            report(world, as_of=NOW - timedelta(days=7))
        last = "reports/weekly_report_2026_03_04_run_3"
        stats = world.records()[last].fields["generation_stats"]
        world.overwrite(last, generation_stats={**stats, "total_requests": 1234})
        assert report(world)["previous"]["total_requests"] == 1234

    def test_the_weeks_before_expect_what_a_day_brings(self) -> None:
        weeks = [WEEK.shifted(-back) for back in range(4, -1, -1)]
        world = a_past(weeks, requests=105)
        for week in weeks[:-1]:
            report(world, as_of=week.window(UTC).end)
        found = report(world)
        assert found["baseline"]["weeks"] == 4
        for day in found["daily"]:
            expected = day["expected"]["requests"]
            assert expected["low"] < expected["mid"] < expected["high"]
            assert 5 < expected["mid"] < 25

    def test_a_report_of_feraset_imagen_is_no_baseline_and_no_obstacle(self) -> None:
        world = a_past([WEEK])
        world.documents.commit([Create("reports/weekly_report_2026_02_25", {"report_type": "weekly"})])
        assert report(world)["baseline"]["weeks"] == 0

    def test_a_model_that_was_withdrawn_is_known_from_the_reports_before(self) -> None:
        before, weeks = WEEK.shifted(-1), [WEEK.shifted(-1), WEEK]
        world = World(NOW)
        windows = [week.window(UTC) for week in weeks]
        write(
            world.documents, history(Random(1), windows, UTC, users=9, requests=60, models=("Model A", "Old")).writes()
        )
        assert not report(world, dry_run=True)["reconciliation"]["is_exact"]
        report(world, as_of=NOW - timedelta(days=7))
        path = saved(world)[-1]
        performance = world.records()[path].fields["model_performance"]
        assert world.records()[path].fields["week"] == before.key
        world.overwrite(path, model_performance={**performance, "Old": performance["Model A"]})
        found = report(world)
        assert found["reconciliation"]["is_exact"]
        assert "Old" in found["model_performance"]


class TestVersions:
    def test_the_answer_has_the_seeds_shape(self, world: World) -> None:
        answer = world.app.reporting.run()
        assert list(answer) == ["reportStatus", "report_data", "summary", "anomaly_summary"]
        assert answer["reportStatus"] == "success"
        assert answer["report_data"]["id"] == "weekly_report_2026_03_04"

    def test_a_report_is_saved_as_it_was_answered(self, world: World) -> None:
        found = report(world)
        assert world.records()["reports/weekly_report_2026_03_04"].fields == found

    def test_a_second_run_on_a_day_keeps_the_first(self, world: World) -> None:
        report(world)
        first = world.records()["reports/weekly_report_2026_03_04"]
        world.create()
        world.later(hours=1)
        again = [report(world) for _ in range(2)]
        assert [one["id"] for one in again] == [
            "weekly_report_2026_03_04_run_2",
            "weekly_report_2026_03_04_run_3",
        ]
        assert [one["version"] for one in again] == [2, 3]
        assert world.records()["reports/weekly_report_2026_03_04"] == first

    def test_each_week_has_its_own_versions(self, world: World) -> None:
        report(world)
        world.later(days=1)
        assert report(world)["version"] == 2
        assert report(world, as_of=NOW - timedelta(days=7))["version"] == 1

    def test_a_dry_run_saves_nothing(self, world: World) -> None:
        found = report(world, dry_run=True)
        assert found["version"] == 1
        assert saved(world) == []


class Silent(MemoryDocuments):
    """A database that does not answer when it is asked for something, or that accepts no report."""

    broken = ""

    def query(self, query: Query) -> list[Document]:
        self._refuse(query)
        return super().query(query)

    def totals(self, query: Query, sums: Any = (), **options: Any) -> Totals:
        self._refuse(query)
        return super().totals(query, sums, **options)

    def commit(self, writes: Any) -> Any:
        wanted: list[Write] = list(writes)
        if self.broken == "a report" and wanted[0].path.startswith("reports/"):
            raise Ambiguous("deadline exceeded")
        return super().commit(wanted)

    def _refuse(self, query: Query) -> None:
        if self.broken == query.collection:
            raise Unavailable("The database does not answer. Try again.")


@pytest.mark.parametrize("broken", ["generation_requests", "transactions", "users", "reports", "styles", "a report"])
def test_what_fails_on_the_way_is_raised_and_never_a_report_of_zeros(broken: str) -> None:
    documents = Silent()
    world = World(NOW, documents=documents)
    documents.broken = broken
    with pytest.raises(Unavailable):
        world.app.reporting.run()
    with pytest.raises(RetryTask):
        world.app.schedules.weekly_report()
    documents.broken = ""
    assert saved(world) == []


def test_no_query_of_a_report_brings_in_what_it_counts() -> None:
    metered = Metered(MemoryDocuments())
    world = World(NOW, documents=metered)
    write(metered, history(Random(1), [WEEK.window(UTC)], UTC, users=60, requests=300).writes())
    metered.reads, metered.largest = 0, 0
    assert report(world, dry_run=True)["generation_stats"]["total_requests"] == 300
    assert metered.largest <= 10
