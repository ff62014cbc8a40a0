"""A finding of the rules says that something rose.

This module adds the expected range, the observed value, and the drivers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from domain.reports.anomalies import drivers
from domain.reports.anomalies.days import OptionFact
from domain.reports.anomalies.findings import Band, Driver, Finding
from domain.reports.anomalies.rule import Rule
from domain.reports.anomalies.rules import rule_of
from domain.reports.week_stats import BusyUser

Details = Mapping[str, Any]


def explained(
    finding: Finding,
    *,
    users: Sequence[BusyUser] = (),
    options: Sequence[OptionFact] = (),
) -> Finding:
    """Return the finding with its range, days, drivers and next step.

    One that has a next step already is returned as it is.
    """
    if finding.next_step:
        return finding
    rule = rule_of(finding.type)
    observed, expected = _range(finding, rule) if rule else (None, None)
    return replace(
        finding,
        observed=observed,
        expected=expected,
        unit=rule.unit if rule else None,
        days=_days(finding.details),
        drivers=drivers.strongest(_drivers(finding, observed, expected, users, options)),
        next_step=rule.next_step if rule else "",
    )


def _range(finding: Finding, rule: Rule) -> tuple[float, Band | None]:
    observed = _number(finding.details, rule.observed) * rule.factor
    usual = _number(finding.details, rule.usual) * rule.factor if rule.usual else None
    return observed, _band(usual, rule.limit(rule, usual or 0.0)) if rule.limit else None


def _band(usual: float | None, limit: float) -> Band:
    """Return the expected range. For a rule without a usual value, it lies somewhere below the rule's limit."""
    return Band(low=0.0, mid=limit / 2 if usual is None else min(max(usual, 0.0), limit), high=limit)


def _number(details: Details, path: str) -> float:
    """Return the number at a path such as `worst_model.failure_rate`, or 0 if there is none."""
    value: Any = details
    for key in path.split("."):
        value = value[key]
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
    rule = rule_of(finding.type)
    own = _own_driver(finding, rule, observed or 0.0, expected)
    if own:
        yield own
        return
    difference = (observed or 0.0) - (expected.mid if expected else 0.0)
    match rule.driven_by if rule else "":
        case "requests":
            yield from drivers.users_by_requests(users, difference)
            yield from drivers.options_by_requests(options, difference)
        case "credits":
            yield from drivers.users_by_credits(users, difference)
            yield from drivers.options_by_credits(options, difference)
        case "failures":
            models = [option for option in options if option.kind == "model"]
            yield from drivers.options_by_failures(models, sum(model.failed for model in models))


def _own_driver(finding: Finding, rule: Rule | None, observed: float, expected: Band | None) -> Driver | None:
    """Return the driver of a finding that is about one user or one model, and None for any other finding."""
    details: Details = finding.details
    usual = expected.mid if expected and (rule is None or rule.usual) else None
    if "user_id" in details:
        return Driver(kind="user", name=details["user_id"], value=observed, usual=usual)
    model = details["worst_model"]["name"] if "worst_model" in details else details.get("model")
    return Driver(kind="model", name=model, value=observed, usual=usual) if model else None
