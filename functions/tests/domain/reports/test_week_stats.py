from datetime import UTC, date
from fractions import Fraction

import pytest

from core.calendar import Week
from domain.reports.week_stats import LedgerSums, Tally, UserList, WeekStats, by_name, reconciled, total_tally

WEEK = Week(2026, 10)
TALLY = Tally(total=10, completed=6, failed=2, cancelled=1, credits=30)
SAME = LedgerSums(rows={"deduction": 10}, credits={"deduction": 30})


def stats(**numbers: object) -> WeekStats:
    return WeekStats(week=WEEK, window=WEEK.window(UTC), **numbers)  # type: ignore[arg-type]


def agreeing() -> dict[str, object]:
    """Return a week in which every count agrees."""
    return {
        "requests": TALLY,
        "models": {"Model A": TALLY},
        "groups": {"style": {"anime": TALLY}, "color": {"neon": TALLY}, "size": {"512x512": TALLY}},
        "hours": {3: TALLY},
        "ledger": SAME,
    }


def with_group(group: str, tally: Tally) -> dict[str, object]:
    """Return the same week, in which one group has another sum."""
    if group == "hours":
        return agreeing() | {"hours": {"x": tally}}
    groups = {name: {"x": tally if name == group else TALLY} for name in ("style", "color", "size")}
    return agreeing() | {"groups": groups}


class TestTally:
    def test_states_add_up(self) -> None:
        assert TALLY.pending == 1
        assert TALLY.finished == 8

    def test_the_failure_share_is_of_what_finished(self) -> None:
        assert TALLY.failure_share == Fraction(1, 4)
        assert Tally(total=3).failure_share == 0

    def test_sums(self) -> None:
        assert total_tally([TALLY, TALLY]) == Tally(total=20, completed=12, failed=4, cancelled=2, credits=60)
        assert total_tally([]) == Tally()

    def test_groups_are_summed_by_name_without_empty_ones(self) -> None:
        pairs = [("b", TALLY), ("a", TALLY), ("b", TALLY), ("c", Tally())]
        assert list(by_name(pairs).items()) == [("a", TALLY), ("b", TALLY + TALLY)]


class TestLedger:
    ledger = LedgerSums(
        credits={
            "deduction": 100,
            "refund": 30,
            "top_up": 50,
            "grant": 10,
            "adjustment": -5,
            "opening": 7,
            "clawback": 4,
            "expiry": 2,
        }
    )

    def test_net_is_what_was_deducted_and_not_given_back(self) -> None:
        assert self.ledger.net == 70
        assert self.ledger.refund_share == Fraction(3, 10)
        assert LedgerSums(credits={"refund": 3}).refund_share == 0

    def test_what_came_in_and_went_out_is_how_balances_moved(self) -> None:
        assert self.ledger.came_in == 50 + 10 - 5 + 7
        assert self.ledger.went_out == 100 - 30 + 4 + 2


def test_a_list_says_how_many_it_leaves_out() -> None:
    assert UserList(count=3).omitted == 3


def test_the_models_of_a_day() -> None:
    monday, tuesday = date(2026, 3, 2), date(2026, 3, 3)
    week = stats(model_days={("A", monday): TALLY, ("B", monday): Tally(total=1), ("A", tuesday): Tally(total=2)})
    assert week.of_day(monday) == {"A": TALLY, "B": Tally(total=1)}


class TestReconciliation:
    def test_what_agrees_is_exact(self) -> None:
        assert all(check.is_exact for check in reconciled(stats(**agreeing())))
        assert all(check.is_exact for check in reconciled(stats()))

    @pytest.mark.parametrize("group", ["style", "color", "size", "hours"])
    @pytest.mark.parametrize("state", ["total", "completed", "failed", "cancelled", "credits"])
    def test_a_group_that_comes_to_something_else_is_named(self, group: str, state: str) -> None:
        off = Tally(
            **{
                name: getattr(TALLY, name) + (name == state)
                for name in ("total", "completed", "failed", "cancelled", "credits")
            }
        )
        wrong = [check for check in reconciled(stats(**with_group(group, off))) if not check.is_exact]
        assert (wrong[0].actual, wrong[0].expected) == (getattr(off, state), getattr(TALLY, state))
        assert state.replace("total", "requests") in wrong[0].name

    def test_the_ledger_is_compared_in_rows_and_in_credits(self) -> None:
        ledger = LedgerSums(rows={"deduction": 9}, credits={"deduction": 31})
        wrong = [check for check in reconciled(stats(**agreeing() | {"ledger": ledger})) if not check.is_exact]
        assert [(check.expected, check.actual) for check in wrong] == [(10, 9), (30, 31)]

    def test_more_ended_than_asked_for_is_wrong(self) -> None:
        over = Tally(total=10, completed=11, credits=30)
        groups = {name: {"x": over} for name in ("style", "color", "size")}
        numbers = agreeing() | {"models": {"x": over}, "hours": {"x": over}, "groups": groups}
        wrong = [check.name for check in reconciled(stats(**numbers | {"requests": over})) if not check.is_exact]
        assert wrong == ["no group has more ended requests than requests"]
