from core.calendar import Month
from domain.generations.usage import MonthUsage, Usage, total_usage

USED = Usage(requests=9, completed=5, failed=2, cancelled=1, images=6, charged=11, refunded=5, held=3)


def test_what_was_deducted_is_charged_or_given_back_or_held() -> None:
    assert USED.deducted == 19


def test_it_is_settled_when_all_have_ended_and_nothing_is_held() -> None:
    assert not USED.is_settled
    assert Usage(requests=3, completed=1, failed=1, cancelled=1).is_settled
    assert not Usage(requests=3, completed=1, failed=1, cancelled=1, held=1).is_settled
    assert Usage().is_settled


def test_a_month_adds_up_its_models() -> None:
    month = MonthUsage(month=Month(2026, 3), models={"Model A": USED, "Model B": Usage(requests=1, held=4)})
    assert month.total == Usage(
        requests=10, completed=5, failed=2, cancelled=1, images=6, charged=11, refunded=5, held=7
    )
    assert total_usage([]) == MonthUsage(month=Month(2026, 3)).total == Usage()


def test_what_is_left_is_never_below_zero() -> None:
    assert USED.without(Usage(requests=4, completed=6, charged=1)) == Usage(
        requests=5, completed=0, failed=2, cancelled=1, images=6, charged=10, refunded=5, held=3
    )
