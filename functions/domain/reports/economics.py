"""A week has costs at the providers, and revenue. Money is in micro-dollars: integers, never floats."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.reports.week_stats import WeekStats


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """These are the prices that we pay for a completed generation, by model, and the price of a credit, or None if
    unknown.
    """

    providers: Mapping[str, int] = field(default_factory=dict)
    credit: int | None = None


NO_PRICES = Prices()


def economics(stats: WeekStats, prices: Prices) -> dict[str, Any] | None:
    """Return the economics, or None if no price is known.

    A margin needs the prices of all delivered models, and of a credit.
    """
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
