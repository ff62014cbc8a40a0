from core.calendar import Week
from domain.reports.economics import Prices, economics
from domain.reports.week_stats import LedgerSums, Tally, WeekStats
from report_weeks import stats

PRICES = Prices(providers={"Model A": 12_000, "Model B": 20_000}, credit=10_000)


def a_week(**completed: int) -> WeekStats:
    models = {name.replace("_", " "): Tally(total=count + 1, completed=count) for name, count in completed.items()}
    return stats(models=models, ledger=LedgerSums(credits={"deduction": 30, "refund": 4}))


def test_what_is_completed_costs_and_what_is_consumed_pays() -> None:
    assert economics(a_week(Model_A=5, Model_B=1), PRICES) == {
        "currency": "USD",
        "provider_cost_micros": 80_000,
        "revenue_micros": 260_000,
        "margin_micros": 180_000,
        "models_without_price": [],
    }


def test_without_any_price_nothing_is_said() -> None:
    assert economics(a_week(Model_A=5), Prices()) is None


def test_a_model_without_a_price_leaves_no_margin() -> None:
    found = economics(a_week(Model_A=5, Model_R=1, Model_B=0), PRICES)
    assert found is not None
    assert (found["provider_cost_micros"], found["margin_micros"]) == (60_000, None)
    assert found["models_without_price"] == ["Model R"]


def test_a_credit_without_a_value_leaves_no_revenue() -> None:
    found = economics(a_week(Model_A=1), Prices(providers={"Model A": 1}))
    assert found is not None
    assert (found["revenue_micros"], found["margin_micros"]) == (None, None)


def test_an_empty_week_costs_nothing() -> None:
    found = economics(WeekStats(week=Week(2026, 1), window=stats().window), PRICES)
    assert found is not None
    assert found["margin_micros"] == 0
