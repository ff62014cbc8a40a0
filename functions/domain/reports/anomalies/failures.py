"""These rules are about failures, in all and by model.

Of the three rules on a model's own rate, at most one fires, the most severe. The same holds for the two rules on the
week's rate. `disparities.py` has the rules on one model beside another.
"""

from collections.abc import Iterator
from fractions import Fraction

from domain.reports.anomalies.findings import Comparison, Finding, Severity, ratio, rounded
from domain.reports.anomalies.rule import FAILURES_ROSE, Limits, Rule, absolute, multiple
from domain.reports.week_stats import Tally

CRITICAL_SHARE = Fraction(15, 100)
# This number is ours. It is twice the 5 % that the simulated models fail by design.
SHARE_AFTER_NONE = Fraction(10, 100)

_SPIKE = Limits(ratio=Fraction(2), after_none=SHARE_AFTER_NONE, at_most=CRITICAL_SHARE)
_READ_THE_ERRORS = (
    "See whether the model, its provider or its prompts changed, and read the errors of its failed generations."
)


def _week_is_critical(rule: Rule, week: Comparison) -> Iterator[Finding]:
    current, previous = week.current.requests, week.previous.requests
    if current.failure_share > rule.limits.above:
        details = {**_rates(current, previous), "threshold": rounded(rule.limits.above), **_counts(current)}
        yield rule.finding(details, share=percent(current))


def _week_got_worse(rule: Rule, week: Comparison) -> Iterator[Finding]:
    current, previous = week.current.requests, week.previous.requests
    if _is_spike(current, previous, rule.limits):
        details = {**_rates(current, previous), "spike_ratio": _spike_ratio(current, previous)}
        yield rule.finding(details, share=percent(current), before=percent(previous))


def _models_are_critical(rule: Rule, week: Comparison) -> Iterator[Finding]:
    for model, current, previous in _models(week):
        if current.failure_share > rule.limits.above:
            rates, threshold = _rates(current, previous), rounded(rule.limits.above)
            details = {"model": model, **rates, "threshold": threshold, **_counts(current)}
            yield rule.finding(details, model=model, share=percent(current))


def _models_got_worse(rule: Rule, week: Comparison) -> Iterator[Finding]:
    for model, current, previous in _models(week):
        if _is_spike(current, previous, rule.limits):
            ratio_ = _spike_ratio(current, previous)
            details = {"model": model, **_rates(current, previous), "spike_ratio": ratio_}
            yield rule.finding(details, model=model, share=percent(current), before=percent(previous))


def _models_degrade(rule: Rule, week: Comparison) -> Iterator[Finding]:
    """A failure rate that is 1.5 times the last one, and not yet twice, warns early of a spike.

    feraset-imagen's rule asked for 1.5 times the critical rate. It never fired, because its rule on the critical rate
    had taken those models.
    """
    for model, current, previous in _models(week):
        if _is_degraded(current, previous, rule.limits):
            details = {"model": model, **_rates(current, previous), **_counts(current)}
            yield rule.finding(details, model=model, share=percent(current), before=percent(previous))


def _models_never_fail(rule: Rule, week: Comparison) -> Iterator[Finding]:
    for model, current, _ in _models(week):
        if current.failed == 0 and current.finished > rule.limits.above:
            details = {"model": model, "total_requests": current.total, "failure_rate": 0.0}
            yield rule.finding(details, model=model, finished=current.finished)


def percent(tally: Tally) -> str:
    return f"{float(tally.failure_share):.1%}"


def _models(week: Comparison) -> Iterator[tuple[str, Tally, Tally]]:
    for model, current in week.current.models.items():
        yield model, current, week.previous.models.get(model, Tally())


def _is_spike(current: Tally, previous: Tally, limits: Limits) -> bool:
    # Without a finished request in the week before there is no rate to compare with, and not even one of zero.
    if not previous.finished or current.failure_share > limits.at_most:
        return False
    return current.failure_share > limits.multiple(previous.failure_share)


def _is_degraded(current: Tally, previous: Tally, limits: Limits) -> bool:
    if not previous.failed:
        return False
    worse = current.failure_share > limits.ratio * previous.failure_share
    graver = current.failure_share > limits.at_most or _is_spike(current, previous, _SPIKE)
    return worse and not graver


def _spike_ratio(current: Tally, previous: Tally) -> float | None:
    return rounded(ratio(current.failure_share, previous.failure_share), 2)


def _rates(current: Tally, previous: Tally) -> dict[str, object]:
    return {
        "current_failure_rate": rounded(current.failure_share),
        "previous_failure_rate": rounded(previous.failure_share),
    }


def _counts(tally: Tally) -> dict[str, object]:
    return {"failed_requests": tally.failed, "total_requests": tally.total}


HIGH_FAILURE_RATE = Rule(
    type="high_failure_rate",
    severity=Severity.HIGH,
    limits=Limits(above=CRITICAL_SHARE),
    words="{share} of the finished requests failed.",
    next_step="Find the model that fails, and read the errors of its failed generations.",
    find=_week_is_critical,
    unit="percent",
    observed="current_failure_rate",
    usual="previous_failure_rate",
    limit=absolute,
    family=FAILURES_ROSE,
    driven_by="failures",
)
FAILURE_RATE_SPIKE = Rule(
    type="failure_rate_spike",
    severity=Severity.MEDIUM,
    limits=_SPIKE,
    words="{share} of the finished requests failed, after {before}.",
    next_step="Find the model that fails more, and read the errors of its failed generations.",
    find=_week_got_worse,
    unit="percent",
    observed="current_failure_rate",
    usual="previous_failure_rate",
    limit=multiple,
    family=FAILURES_ROSE,
    driven_by="failures",
)
CRITICAL_MODEL_FAILURE_RATE = Rule(
    type="critical_model_failure_rate",
    severity=Severity.HIGH,
    limits=Limits(above=CRITICAL_SHARE),
    words="{model} failed {share} of its finished requests.",
    next_step=_READ_THE_ERRORS,
    find=_models_are_critical,
    unit="percent",
    observed="current_failure_rate",
    usual="previous_failure_rate",
    limit=absolute,
    family=FAILURES_ROSE,
)
MODEL_FAILURE_RATE_SPIKE = Rule(
    type="model_failure_rate_spike",
    severity=Severity.MEDIUM,
    limits=_SPIKE,
    words="{model} failed {share} of its work, after {before}.",
    next_step=_READ_THE_ERRORS,
    find=_models_got_worse,
    unit="percent",
    observed="current_failure_rate",
    usual="previous_failure_rate",
    limit=multiple,
    family=FAILURES_ROSE,
)
MODEL_PERFORMANCE_DEGRADATION = Rule(
    type="model_performance_degradation",
    severity=Severity.MEDIUM,
    limits=Limits(ratio=Fraction(3, 2), at_most=CRITICAL_SHARE),
    words="{model} gets worse: {share} failed, after {before}.",
    next_step="Watch this model: it is on its way to a failure rate of note.",
    find=_models_degrade,
    unit="percent",
    observed="current_failure_rate",
    usual="previous_failure_rate",
    limit=multiple,
    family=FAILURES_ROSE,
)
SUSPICIOUS_PERFECT_PERFORMANCE = Rule(
    type="suspicious_perfect_performance",
    severity=Severity.LOW,
    limits=Limits(above=Fraction(20)),
    words="{model} finished {finished} requests without one failure.",
    next_step="Check on a few generations that the model's failures are still noticed.",
    find=_models_never_fail,
    unit="percent",
    observed="failure_rate",
)
