from collections import Counter
from dataclasses import replace
from datetime import UTC, date, timedelta, tzinfo
from random import Random
from zoneinfo import ZoneInfo

import pytest

from core.calendar import Week
from core.errors import Unavailable
from domain.reports.week_stats import FAILURE_CLASSES, Tally, WeekStats, reconciled, total_tally
from histories import GROUPS, Loops, history, write
from repositories.reports import week_counts
from repositories.reports.week_counts import WeekCountRepository
from repositories.store.documents import Create, Query, Totals
from repositories.store.memory import MemoryDocuments
from services.reports.ports import Groups

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = Week(2026, 10)
# On its Sunday, clocks in Berlin leap from 2 to 3.
SHORT_WEEK = Week(2026, 13)
LONG_WEEK = Week(2026, 43)


def counted(documents: MemoryDocuments, week: Week = WEEK, zone: tzinfo = UTC, groups: Groups = GROUPS) -> WeekStats:
    return WeekCountRepository(documents, zone).week(week, groups)


def filled(seed: int, week: Week = WEEK, zone: tzinfo = UTC, *, requests: int = 120) -> MemoryDocuments:
    """Return documents of the week, of the one before and of the one after."""
    documents = MemoryDocuments()
    windows = [week.shifted(weeks).window(zone) for weeks in (-1, 0, 1)]
    write(documents, history(Random(seed), windows, zone, users=9, requests=requests).writes())
    return documents


def plain(tally: Tally) -> tuple[int, ...]:
    return tally.total, tally.completed, tally.failed, tally.cancelled, tally.credits


WAYS: dict[str, dict[str, int]] = {
    "each group by itself": {},
    "cell by cell": {"_VALUES_MAX": 0},
    "day by day": {"_ENTRIES_AT_ONCE": 119},
}
PLACES = [
    (WEEK, UTC),
    (WEEK, BERLIN),
    (SHORT_WEEK, BERLIN),
    (LONG_WEEK, BERLIN),
    (Week(2026, 53), ZoneInfo("Asia/Kolkata")),
]


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, limit in WAYS[request.param].items():
        monkeypatch.setattr(week_counts, name, limit)


@pytest.fixture(
    scope="module",
    params=[(way, *place, seed) for way in WAYS for place in PLACES for seed in range(2)],
    ids=lambda param: f"{param[0]}-{param[1].key}-{param[2]}-{param[3]}",
)
def numbers(request: pytest.FixtureRequest) -> tuple[WeekStats, Loops]:
    """Return the numbers as they are counted, and as plain loops find them."""
    way, week, zone, seed = request.param
    documents = filled(seed, week, zone)
    with pytest.MonkeyPatch.context() as patch:
        for name, limit in WAYS[way].items():
            patch.setattr(week_counts, name, limit)
        return counted(documents, week, zone), Loops(documents._documents, week, zone)


class TestEveryNumber:
    def test_of_the_requests(self, numbers: tuple[WeekStats, Loops]) -> None:
        stats, loops = numbers
        assert stats.requests.total == 120
        assert plain(stats.requests) == loops.tallies()[""]
        assert {key: plain(tally) for key, tally in stats.model_days.items()} == loops.tallies("model", "day")
        for name, tallies in (
            ("model", stats.models),
            *((each, stats.groups[each]) for each in ("style", "color", "size")),
        ):
            assert {key: plain(tally) for key, tally in tallies.items()} == loops.tallies(name)
        assert {hour: plain(tally) for hour, tally in stats.hours.items() if tally.total} == loops.tallies("hour")
        assert stats.groups["kind"] == {"text_to_image": stats.requests}
        assert all(check.is_exact for check in reconciled(stats))

    def test_of_latencies(self, numbers: tuple[WeekStats, Loops]) -> None:
        stats, loops = numbers
        bounds = [0, 1, 2, 5, 10, 20, 40, 80, 160, 10**9]
        for model in stats.models:
            took = loops.latencies(model)
            histogram = {
                bucket: sum(bounds[bucket] <= seconds < bounds[bucket + 1] for seconds in took) for bucket in range(9)
            }
            assert stats.latencies[model] == {bucket: count for bucket, count in histogram.items() if count}

    def test_of_failures(self, numbers: tuple[WeekStats, Loops]) -> None:
        stats, loops = numbers
        for model in stats.models:
            codes = loops.failures(model)
            classes = {name: sum(codes[code] for code in listed) for name, listed in FAILURE_CLASSES.items()}
            other = codes.total() - sum(classes.values())
            assert stats.failure_classes[model] == classes | {"other": other}

    def test_of_the_ledger(self, numbers: tuple[WeekStats, Loops]) -> None:
        stats, loops = numbers
        sums = {kind: (rows, stats.ledger.credits[kind]) for kind, rows in stats.ledger.rows.items()}
        assert sums == loops.ledger()

    def test_of_the_users(self, numbers: tuple[WeekStats, Loops]) -> None:
        stats, loops = numbers
        now, before = loops.requests_by_user(), loops.requests_before()
        users = stats.users
        assert users.active == len(now)
        assert users.newcomers == len([user for user in now if not before[user]])
        assert {user.user_id: (user.requests, user.requests_before) for user in users.top} == {
            user: (count, before[user]) for user, count in now.items()
        }
        assert [user.requests for user in users.top] == sorted(now.values(), reverse=True)
        assert {user.user_id: user.best_day_credits for user in users.top} == loops.spent_on_a_day()
        spikes = {user for user, count in now.items() if count > 10 and count > 2 * before[user]}
        assert {user.user_id for user in users.spiking.named} == spikes
        registered = Counter(moment.astimezone(loops.zone).date() for moment in loops.registered)
        assert {day: count for day, count in stats.registrations.items() if count} == registered
        assert stats.held_credits == sum(user["held_credits"] for user in loops.users)


@pytest.mark.parametrize(("week", "hours"), [(WEEK, 168), (SHORT_WEEK, 167), (LONG_WEEK, 169)])
def test_a_week_with_a_clock_change_has_seven_days_and_all_its_hours(week: Week, hours: int) -> None:
    stats = counted(filled(1, week, BERLIN), week, BERLIN)
    assert (stats.window.end - stats.window.start) == timedelta(hours=hours)
    assert len(stats.days) == 7
    assert total_tally(stats.model_days.values()) == stats.requests


@pytest.mark.usefixtures("way")
def test_no_query_passes_more_than_firestore_gets_through_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = filled(1)
    spans: list[timedelta] = []
    totals = documents.totals

    def seen(query: Query, sums: tuple[str, ...] = ()) -> Totals:
        moments = [value for name, _, value in query.where if name == "timestamp"]
        if moments:
            spans.append(moments[1] - moments[0])
        return totals(query, sums)

    monkeypatch.setattr(documents, "totals", seen)
    counted(documents)
    assert set(spans) == {timedelta(days=1 if week_counts._ENTRIES_AT_ONCE < 120 else 7)}


class TestUsersWhoStandOut:
    def documents(self, *, users: int, requests: int, credits_: int, before: int = 0) -> MemoryDocuments:
        documents = MemoryDocuments()
        for number in range(users):
            week = {
                "requests": requests + number,
                "before": before,
                "credits": credits_,
                "best_day": "2026-03-03",
                "best_day_credits": credits_ + number,
                "spike": requests + number,
                "newcomer": int(before == 0),
                "days": [0, credits_ + number, 0, 0, 0, 0, 0],
            }
            documents.commit([Create(f"users/u{number:02d}", {"weeks": {WEEK.field: week}})])
        return documents

    def test_lists_name_the_greatest_ten_and_count_all(self) -> None:
        users = counted(self.documents(users=14, requests=30, credits_=60)).users
        assert [user.user_id for user in users.spiking.named] == [f"u{number:02d}" for number in range(13, 3, -1)]
        assert (users.spiking.count, users.spiking.omitted) == (14, 4)
        assert (users.spenders.count, users.spenders.named[0].best_day_credits) == (14, 73)
        assert users.spenders.named[0].best_day == date(2026, 3, 3)
        assert len(users.top) == 10

    def test_fifty_credits_a_day_are_not_much_yet(self) -> None:
        users = counted(self.documents(users=2, requests=1, credits_=50)).users
        assert [user.user_id for user in users.spenders.named] == ["u01"]

    def test_newcomers_are_the_busiest_of_them(self) -> None:
        users = counted(self.documents(users=14, requests=30, credits_=1)).users
        assert users.newcomers == 14
        assert users.newcomers_named[:2] == ("u13", "u12")

    def test_newcomers_are_named_where_all_who_are_busy_were_there_before(self) -> None:
        documents = self.documents(users=12, requests=30, credits_=1, before=5)
        quiet = {"requests": 1, "before": 0, "credits": 1, "best_day": "2026-03-03", "best_day_credits": 1, "spike": 0}
        documents.commit([Create("users/quiet", {"weeks": {WEEK.field: {**quiet, "newcomer": 1}}})])
        assert counted(documents).users.newcomers_named == ("quiet",)


class TestOutline:
    def test_of_the_week_before(self) -> None:
        documents = filled(4)
        outline = WeekCountRepository(documents, UTC).outline(WEEK, GROUPS)
        assert outline is not None
        stats, whole = outline, counted(documents)
        assert (stats.requests, stats.models, stats.ledger) == (whole.requests, whole.models, whole.ledger)
        assert stats.active_users == whole.active_users

    def test_before_the_first_request_there_is_nothing_to_compare_with(self) -> None:
        repository = WeekCountRepository(filled(4), UTC)
        assert repository.outline(WEEK.shifted(-2), GROUPS) is None
        assert repository.outline(WEEK.shifted(-1), GROUPS) is not None

    def test_a_silent_week_after_others_is_a_week_of_zeros(self) -> None:
        outline = WeekCountRepository(filled(4), UTC).outline(WEEK.shifted(9), GROUPS)
        assert outline is not None
        assert outline.requests == Tally()


class TestWhatIsNotKnown:
    def test_an_empty_week(self) -> None:
        stats = counted(MemoryDocuments())
        assert (stats.requests, stats.models, stats.groups["style"], stats.latencies) == (Tally(), {}, {}, {})
        assert stats.registrations == dict.fromkeys(stats.days, 0)
        assert all(check.is_exact for check in reconciled(stats))

    @pytest.mark.usefixtures("way")
    def test_a_style_that_is_in_no_list_breaks_the_reconciliation(self) -> None:
        groups = replace(GROUPS, values={**GROUPS.values, "style": GROUPS.values["style"][1:]})
        wrong = [check.name for check in reconciled(counted(filled(1), groups=groups)) if not check.is_exact]
        assert wrong == ["requests by style", "requests by colour"]

    def test_a_model_that_is_in_no_list_is_missed_in_the_ledger(self) -> None:
        groups = replace(GROUPS, models={"Model A": GROUPS.models["Model A"]})
        wrong = [check.name for check in reconciled(counted(filled(1), groups=groups)) if not check.is_exact]
        assert "deductions in the ledger = requests" in wrong

    def test_an_entry_that_is_lost_is_missed(self) -> None:
        documents = filled(1)
        stats = counted(documents)
        path = next(
            path
            for path, document in documents._documents.items()
            if path.endswith("-deduction") and document.fields["timestamp"] in stats.window
        )
        del documents._documents[path]
        wrong = [check.name for check in reconciled(counted(documents)) if not check.is_exact]
        assert wrong == ["deductions in the ledger = requests", "credits deducted in the ledger = prices"]

    def test_more_options_than_a_query_takes_are_counted_cell_by_cell(self) -> None:
        styles = (*GROUPS.values["style"], *(f"style{number}" for number in range(40)))
        groups = replace(GROUPS, values={**GROUPS.values, "style": styles})
        assert counted(filled(1), groups=groups).groups == counted(filled(1)).groups


class TestFailures:
    @pytest.mark.parametrize("broken", ["generation_requests", "transactions", "users"])
    def test_a_count_that_fails_is_never_a_zero(self, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
        documents = filled(1)
        totals = documents.totals

        def silent(query: Query, sums: tuple[str, ...] = ()) -> Totals:
            if query.collection == broken:
                raise Unavailable("The database does not answer. Try again.")
            return totals(query, sums)

        monkeypatch.setattr(documents, "totals", silent)
        with pytest.raises(Unavailable):
            counted(documents)
