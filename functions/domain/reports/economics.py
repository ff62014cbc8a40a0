"""What a week cost at the providers', and what it brought in. Money is in micro-dollars: integers, never floats."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.reports.week_stats import WeekStats


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a completed generation of a model costs us, and what a credit is sold for; None where that is not known."""

    providers: Mapping[str, int] = field(default_factory=dict)
    credit: int | None = None


NO_PRICES = Prices()


def economics(stats: WeekStats, prices: Prices) -> dict[str, Any] | None:
    """None where no price is known. A margin needs the price of all that was delivered, and of a credit."""
    if not prices.providers and prices.credit is None:
        return None
    completed = {model: tally.completed for model, tally in stats.models.items() if tally.completed}
    unknown = sorted(completed.keys() - prices.providers.keys())
    cost = sum(count * prices.providers.get(model, 0) for model, count in completed.items())
    revenue = None if prices.credit is None else stats.ledger.net * prices.credit
    return {
        "currency": "USD",
        "provider_cost_micros": cost,
        "revenue_micros": revenue,
        "margin_micros": None if revenue is None or unknown else revenue - cost,
        "models_without_price": unknown,
    }
