"""In a small benchmark with seeds of its own, our detector finds more, and is right more often."""

import pytest

from tools.detection import predecessor
from tools.detection.detectors import Said, by_all, stats_of
from tools.detection.products import HISTORY_WEEKS, KINDS, PLANTED_PER_PRODUCT, WEEKS, product
from tools.detection.scoring import Score, table
from tools.report_benchmark import BEGIN, DETECTORS, END, report, rewritten, run

SEEDS = range(1000, 1024)
SPIKE, DROP = (next(kind for kind in KINDS if kind.name == name) for name in ("spike of requests", "drop of requests"))
OURS = ["the robust detector", "rules and detector, merged"]


@pytest.fixture(scope="module")
def scores() -> dict[str, Score]:
    return run(SEEDS)


class TestOursIsBetter:
    @pytest.mark.parametrize("ours", OURS)
    def test_on_both(self, scores: dict[str, Score], ours: str) -> None:
        theirs = scores["feraset-imagen's rules"]
        assert scores[ours].precision > theirs.precision
        assert scores[ours].recall > theirs.recall

    def test_the_detector_by_far(self, scores: dict[str, Score]) -> None:
        assert scores["the robust detector"].precision > 0.6
        assert scores["the robust detector"].recall > 0.9
        assert scores["the robust detector"].findings_in_a_usual_week < 0.25

    def test_nothing_that_rules_find_is_lost_by_merging(self, scores: dict[str, Score]) -> None:
        assert scores["rules and detector, merged"].recall >= scores["the robust detector"].recall

    def test_all_judged_the_same_weeks(self, scores: dict[str, Score]) -> None:
        planted = [score.planted for score in scores.values()]
        assert planted[0] == planted[1] == planted[2]
        assert planted[0].total() == len(SEEDS) * PLANTED_PER_PRODUCT
        assert set(planted[0]) == {kind.name for kind in KINDS}
        usual = len(SEEDS) * (WEEKS - HISTORY_WEEKS - PLANTED_PER_PRODUCT)
        assert {score.usual_weeks for score in scores.values()} == {usual}


class TestProducts:
    def test_are_the_same_for_the_same_seed(self) -> None:
        assert product(3) == product(3)
        assert product(3) != product(4)

    def test_add_up(self) -> None:
        for week in product(5):
            assert sum(week.users.values()) == sum(week.sizes.values()) == week.requests
            assert sum(total for total, _ in week.models().values()) == week.requests
            assert sum(failed for _, failed in week.models().values()) == week.failed

    def test_our_rules_are_given_the_same_numbers(self) -> None:
        weeks = product(6)
        stats = stats_of(weeks[9], weeks[8])
        assert stats.requests.total == weeks[9].requests
        assert stats.requests.failed == weeks[9].failed
        assert stats.ledger.deducted == weeks[9].credits
        assert stats.active_users == len(weeks[9].users)
        assert sum(stats.registrations.values()) == sum(day.registrations for day in weeks[9].days)

    def test_the_report_is_bounded(self) -> None:
        weeks = product(7)
        assert all(len(by_all(weeks, number).findings) <= 25 for number in range(HISTORY_WEEKS, WEEKS))


class TestPredecessor:
    def test_growth_from_nothing_is_none(self) -> None:
        weeks = product(8)
        silent, busy = weeks[9], weeks[8]
        silent.days, silent.refunded = [], 0
        silent.users.clear()
        types = predecessor.found(busy, silent)
        assert "request_spike" not in types
        assert "new_user_spike" in types
        assert types.count("user_request_spike") == sum(count > 10 for count in busy.users.values())

    def test_beside_itself_has_not_grown(self) -> None:
        week = product(9)[10]
        assert not [kind for kind in predecessor.found(week, week) if kind.endswith("_spike")]


class TestScore:
    def test_what_was_planted_counts_once(self) -> None:
        score = Score()
        score.count(Said((frozenset({SPIKE.family}), frozenset({SPIKE.family}), frozenset({"none"}))), SPIKE)
        assert (score.precision, score.recall) == (0.5, 1.0)

    def test_a_consequence_is_neither(self) -> None:
        score = Score()
        score.count(Said((frozenset(SPIKE.consequences),)), SPIKE)
        assert (score.wrong, score.recall) == (0, 0.0)

    def test_findings_in_a_usual_week_are_wrong(self) -> None:
        score = Score()
        score.count(Said((frozenset({SPIKE.family}),)), None)
        score.count(Said(()), DROP)
        assert (score.precision, score.recall, score.findings_in_a_usual_week) == (0.0, 0.0, 1.0)


class TestPage:
    def test_only_what_is_between_the_markers_changes(self) -> None:
        page = rewritten(f"before\n{BEGIN}\nold\n{END}\nafter\n", "new")
        assert page == f"before\n{BEGIN}\n\nnew\n{END}\nafter\n"
        assert rewritten(page, "new") == page

    def test_a_page_without_markers_is_refused(self) -> None:
        with pytest.raises(ValueError, match="no place for the benchmark"):
            rewritten("nothing", "new")

    def test_the_table_has_a_column_for_each(self) -> None:
        scores = {name: Score() for name in DETECTORS}
        assert all(name in table(scores).splitlines()[0] for name in DETECTORS)
        assert report(scores, 10).startswith("10 products, 120 weeks, 40 planted anomalies.")
