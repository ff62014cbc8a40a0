"""A finding of the rules says that something rose.

This module adds the expected range, the observed value, and the drivers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from domain.reports.anomalies import drivers
from domain.reports.anomalies.days import OptionFact
from domain.reports.anomalies.findings import Band, Driver, Finding, Thresholds
from domain.reports.anomalies.next_steps import NEXT_STEPS
from domain.reports.week_stats import BusyUser

Details = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """This says how to read the details of one type of finding.

    `limit` gives the value where the rule begins to fire, from the usual value.
    """

    unit: str
    observed: str
    usual: str | None = None
    limit: Callable[[float, Thresholds], float]

    @property
    def factor(self) -> int:
        """Return 100 for a percentage, because the details have it as a share of 1."""
        return 100 if self.unit == "percent" else 1


def _failure_limit(usual: float, limits: Thresholds, multiple: float) -> float:
    return multiple * usual if usual else 100 * float(limits.failure_share_after_none)


def _critical(_: float, limits: Thresholds) -> float:
    return 100 * float(limits.failure_share)


def _doubled(usual: float, limits: Thresholds) -> float:
    return _failure_limit(usual, limits, float(limits.failure_ratio))


_RATE = {"unit": "percent", "observed": "current_failure_rate", "usual": "previous_failure_rate"}
_VALUE = {"observed": "current_value", "usual": "previous_value"}

_READINGS = {
    "request_spike": _Reading(
        unit="requests",
        **_VALUE,
        limit=lambda usual, limits: float(limits.request_ratio) * usual or limits.requests_after_silence,
    ),
    "credit_consumption_spike": _Reading(
        unit="credits",
        **_VALUE,
        limit=lambda usual, limits: float(limits.credit_ratio) * max(0, usual) or limits.credits_after_silence,
    ),
    "user_request_spike": _Reading(
        unit="requests",
        **_VALUE,
        limit=lambda usual, limits: max(limits.user_requests, float(limits.user_request_ratio) * usual),
    ),
    "user_activity_spike": _Reading(
        unit="users", **_VALUE, limit=lambda usual, limits: usual + limits.active_user_increase
    ),
    "single_user_credits": _Reading(
        unit="credits", observed="credits", limit=lambda _, limits: limits.user_credits_per_day
    ),
    "new_user_spike": _Reading(unit="users", observed="new_users_count", limit=lambda _, limits: limits.new_users),
    "new_user_registrations": _Reading(
        unit="users", observed="registrations", limit=lambda _, limits: limits.registrations_per_day
    ),
    "high_refund_rate": _Reading(
        unit="percent",
        observed="current_refund_rate",
        usual="previous_refund_rate",
        limit=lambda usual, limits: min(100 * float(limits.refund_share), float(limits.refund_ratio) * usual or 100.0),
    ),
    "high_failure_rate": _Reading(**_RATE, limit=_critical),
    "critical_model_failure_rate": _Reading(**_RATE, limit=_critical),
    "failure_rate_spike": _Reading(**_RATE, limit=_doubled),
    "model_failure_rate_spike": _Reading(**_RATE, limit=_doubled),
    "model_performance_degradation": _Reading(
        **_RATE, limit=lambda usual, limits: float(limits.degradation_ratio) * usual
    ),
    "model_underperforming": _Reading(
        unit="percent",
        observed="model_failure_rate",
        usual="average_failure_rate",
        limit=lambda usual, limits: _failure_limit(usual, limits, float(limits.underperforming_ratio)),
    ),
}


def explained(
    finding: Finding,
    *,
    users: Sequence[BusyUser] = (),
    options: Sequence[OptionFact] = (),
    limits: Thresholds | None = None,
) -> Finding:
    """Return the finding with its range, days, drivers and next step.

    One that has a next step already is returned as it is.
    """
    if finding.next_step:
        return finding
    observed, expected = _range(finding, limits or Thresholds())
    return replace(
        finding,
        observed=observed,
        expected=expected,
        unit=_unit(finding),
        days=_days(finding.details),
        drivers=drivers.strongest(_drivers(finding, observed, expected, users, options)),
        next_step=NEXT_STEPS.get(finding.type, ""),
    )


def _unit(finding: Finding) -> str | None:
    if finding.type in ("model_performance_disparity", "suspicious_perfect_performance"):
        return "percent"
    reading = _READINGS.get(finding.type)
    return reading.unit if reading else None


def _range(finding: Finding, limits: Thresholds) -> tuple[float | None, Band | None]:
    details = finding.details
    if finding.type == "model_performance_disparity":
        return _disparity_range(details, limits)
    if finding.type == "suspicious_perfect_performance":
        return 0.0, None
    reading = _READINGS.get(finding.type)
    if reading is None:
        return None, None
    observed = _number(details[reading.observed]) * reading.factor
    usual = _number(details[reading.usual]) * reading.factor if reading.usual else None
    return observed, _band(usual, reading.limit(usual or 0.0, limits))


def _disparity_range(details: Details, limits: Thresholds) -> tuple[float, Band]:
    worst, best = (100 * _number(details[name]["failure_rate"]) for name in ("worst_model", "best_model"))
    return worst, _band(best, _failure_limit(best, limits, float(limits.disparity_ratio)))


def _band(usual: float | None, limit: float) -> Band:
    """Return the expected range. For a rule without a usual value, it lies somewhere below the rule's limit."""
    return Band(low=0.0, mid=limit / 2 if usual is None else min(max(usual, 0.0), limit), high=limit)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _days(details: Details) -> tuple[date, ...]:
    return (date.fromisoformat(details["day"]),) if "day" in details else ()


def _drivers(
    finding: Finding,
    observed: float | None,
    expected: Band | None,
    users: Sequence[BusyUser],
    options: Sequence[OptionFact],
) -> Iterator[Driver]:
    own = _own_driver(finding, observed or 0.0, expected)
    if own:
        yield own
        return
    difference = (observed or 0.0) - (expected.mid if expected else 0.0)
    match finding.type:
        case "request_spike":
            yield from drivers.users_by_requests(users, difference)
            yield from drivers.options_by_requests(options, difference)
        case "credit_consumption_spike":
            yield from drivers.users_by_credits(users, difference)
            yield from drivers.options_by_credits(options, difference)
        case "high_failure_rate" | "failure_rate_spike" | "high_refund_rate":
            models = [option for option in options if option.kind == "model"]
            yield from drivers.options_by_failures(models, sum(model.failed for model in models))


def _own_driver(finding: Finding, observed: float, expected: Band | None) -> Driver | None:
    """Return the driver of a finding that is about one user or one model, and None for any other finding."""
    details: Details = finding.details
    reading = _READINGS.get(finding.type)
    usual = expected.mid if expected and (reading is None or reading.usual) else None
    if "user_id" in details:
        return Driver(kind="user", name=details["user_id"], value=observed, usual=usual)
    model = details["worst_model"]["name"] if "worst_model" in details else details.get("model")
    return Driver(kind="model", name=model, value=observed, usual=usual) if model else None
