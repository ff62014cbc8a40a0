"""Makes one row of several runs: the whole run in the middle, and never a mean of several."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = dict[str, Any]


def middle(rows: Sequence[Row]) -> Row:
    """Return the run with the median throughput, and beside it the median of each floor from the same runs."""
    served = _median([row["served"] for row in rows])
    first = rows[0]
    floors = {name: _median([row["floors"][name] for row in rows]) for name in first.get("floors", {})}
    return {
        **{name: first[name] for name in ("operation", "title", "clients", "rate")},
        "served": served,
        "floors": floors,
        "ratios": {name: _ratio(served, floor) for name, floor in floors.items()},
        "errors": sum(errors(row["served"]) for row in rows),
        "books_are_exact": all(row["books_are_exact"] for row in rows),
    }


def errors(served: Mapping[str, Any]) -> int:
    """Return the number of requests that were not answered with 2xx."""
    statuses: Mapping[str, int] = served["statuses"]
    return sum(count for status, count in statuses.items() if not status.startswith("2"))


def _ratio(served: Row, floor: Row) -> float | None:
    """Return the throughput as a share of the floor's, or None if the floor got nothing done in a short window."""
    return round(served["per_second"] / floor["per_second"], 2) if floor["per_second"] else None


def _median(found: list[Row]) -> Row:
    return sorted(found, key=lambda each: float(each["per_second"]))[len(found) // 2]
