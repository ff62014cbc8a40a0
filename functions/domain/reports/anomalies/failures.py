"""These rules are about failures: in all, by model, and of one model beside another.

Of the three rules on a model's own rate, at most one fires, the most severe. The same holds for the two rules on the
week's rate.
"""

from collections.abc import Iterator
from fractions import Fraction

from domain.reports.anomalies.findings import Comparison, Finding, Findings, Severity, Thresholds, ratio, rounded
from domain.reports.week_stats import Tally


def high_failure_rate(week: Comparison) -> Findings:
    current, previous = week.current.requests, week.previous.requests
    if current.failure_share > week.limits.failure_share:
        yield Finding(
            type="high_failure_rate",
            severity=Severity.HIGH,
            description=f"{_percent(current)} of the finished requests failed.",
            details={
                **_rates(current, previous),
                "threshold": rounded(week.limits.failure_share),
                **_counts(current),
            },
        )


def failure_rate_spike(week: Comparison) -> Findings:
    current, previous = week.current.requests, week.previous.requests
    if _is_spike(current, previous, week.limits):
        yield Finding(
            type="failure_rate_spike",
            severity=Severity.MEDIUM,
            description=f"{_percent(current)} of the finished requests failed, after {_percent(previous)}.",
            details={**_rates(current, previous), "spike_ratio": _spike_ratio(current, previous)},
        )


def critical_model_failure_rate(week: Comparison) -> Findings:
    for model, current, previous in _models(week):
        if current.failure_share > week.limits.failure_share:
            yield Finding(
                type="critical_model_failure_rate",
                severity=Severity.HIGH,
                description=f"{model} failed {_percent(current)} of its finished requests.",
                details={
                    "model": model,
                    **_rates(current, previous),
                    "threshold": rounded(week.limits.failure_share),
                    **_counts(current),
                },
            )


def model_failure_rate_spike(week: Comparison) -> Findings:
    for model, current, previous in _models(week):
        if _is_spike(current, previous, week.limits):
            yield Finding(
                type="model_failure_rate_spike",
                severity=Severity.MEDIUM,
                description=f"{model} failed {_percent(current)} of its work, after {_percent(previous)}.",
                details={
                    "model": model,
                    **_rates(current, previous),
                    "spike_ratio": _spike_ratio(current, previous),
                },
            )


def model_performance_degradation(week: Comparison) -> Findings:
    """A failure rate that is 1.5 times the last one, and not yet twice, warns early of a spike.

    feraset-imagen's rule asked for 1.5 times the critical rate. It never fired, because its rule on the critical rate
    had taken those models.
    """
    for model, current, previous in _models(week):
        if _is_degraded(current, previous, week.limits):
            yield Finding(
                type="model_performance_degradation",
                severity=Severity.MEDIUM,
                description=f"{model} gets worse: {_percent(current)} failed, after {_percent(previous)}.",
                details={"model": model, **_rates(current, previous), **_counts(current)},
            )


def model_performance_disparity(week: Comparison) -> Findings:
    models = _comparable_models(week)
    if len(models) < 2:  # noqa: PLR2004 - it takes two to differ
        return
    best, worst = (pick(models, key=lambda name: models[name].failure_share) for pick in (min, max))
    best_share, worst_share = models[best].failure_share, models[worst].failure_share
    if worst_share > _limit(best_share, week.limits.disparity_ratio, week.limits):
        yield Finding(
            type="model_performance_disparity",
            severity=Severity.HIGH,
            description=f"{worst} failed {_percent(models[worst])}, {best} only {_percent(models[best])}.",
            details={
                "best_model": _model_summary(best, models[best]),
                "worst_model": _model_summary(worst, models[worst]),
                "performance_ratio": rounded(ratio(worst_share, best_share), 2),
            },
        )


def model_underperforming(week: Comparison) -> Findings:
    """A model fails far more than the mean of the other models.

    The mean does not include the model itself: of two models, none can fail 3 times the mean of both.
    """
    models = _comparable_models(week)
    for model, tally in models.items():
        others = [other.failure_share for name, other in models.items() if name != model]
        if not others:
            return
        average = sum(others, Fraction(0)) / len(others)
        if tally.failure_share > _limit(average, week.limits.underperforming_ratio, week.limits):
            yield Finding(
                type="model_underperforming",
                severity=Severity.MEDIUM,
                description=f"{model} failed {_percent(tally)}, the others {float(average):.1%} on average.",
                details={
                    "model": model,
                    "model_failure_rate": rounded(tally.failure_share),
                    "average_failure_rate": rounded(average),
                    "performance_ratio": rounded(ratio(tally.failure_share, average), 2),
                    "total_requests": tally.total,
                },
            )


def suspicious_perfect_performance(week: Comparison) -> Findings:
    for model, current, _ in _models(week):
        if current.failed == 0 and current.finished > week.limits.perfect_requests:
            yield Finding(
                type="suspicious_perfect_performance",
                severity=Severity.LOW,
                description=f"{model} finished {current.finished} requests without one failure.",
                details={"model": model, "total_requests": current.total, "failure_rate": 0.0},
            )


def _models(week: Comparison) -> Iterator[tuple[str, Tally, Tally]]:
    for model, current in week.current.models.items():
        yield model, current, week.previous.models.get(model, Tally())


def _comparable_models(week: Comparison) -> dict[str, Tally]:
    least = week.limits.comparable_requests
    return {name: tally for name, tally in week.current.models.items() if tally.finished >= least}


def _is_spike(current: Tally, previous: Tally, limits: Thresholds) -> bool:
    # Without a finished request in the week before there is no rate to compare with, and not even one of zero.
    if not previous.finished or current.failure_share > limits.failure_share:
        return False
    return current.failure_share > _limit(previous.failure_share, limits.failure_ratio, limits)


def _is_degraded(current: Tally, previous: Tally, limits: Thresholds) -> bool:
    if not previous.failed:
        return False
    worse = current.failure_share > limits.degradation_ratio * previous.failure_share
    graver = current.failure_share > limits.failure_share or _is_spike(current, previous, limits)
    return worse and not graver


def _limit(baseline: Fraction, multiple: Fraction, limits: Thresholds) -> Fraction:
    return multiple * baseline if baseline else limits.failure_share_after_none


def _spike_ratio(current: Tally, previous: Tally) -> float | None:
    return rounded(ratio(current.failure_share, previous.failure_share), 2)


def _rates(current: Tally, previous: Tally) -> dict[str, object]:
    return {
        "current_failure_rate": rounded(current.failure_share),
        "previous_failure_rate": rounded(previous.failure_share),
    }


def _counts(tally: Tally) -> dict[str, object]:
    return {"failed_requests": tally.failed, "total_requests": tally.total}


def _model_summary(name: str, tally: Tally) -> dict[str, object]:
    return {"name": name, "failure_rate": rounded(tally.failure_share), "total_requests": tally.total}


def _percent(tally: Tally) -> str:
    return f"{float(tally.failure_share):.1%}"
