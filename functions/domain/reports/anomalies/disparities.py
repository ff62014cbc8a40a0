"""These rules compare one model's failures with those of the others."""

from collections.abc import Iterator
from fractions import Fraction

from domain.reports.anomalies.failures import SHARE_AFTER_NONE, percent
from domain.reports.anomalies.findings import Comparison, Finding, Severity, ratio, rounded
from domain.reports.anomalies.rule import FAILURES_ROSE, Limits, Rule, multiple
from domain.reports.week_stats import Tally

_FINISHED_MIN = 5


def _models_differ(rule: Rule, week: Comparison) -> Iterator[Finding]:
    models = _comparable_models(rule, week)
    if len(models) < 2:  # noqa: PLR2004 - it takes two to differ
        return
    best, worst = (pick(models, key=lambda name: models[name].failure_share) for pick in (min, max))
    best_share, worst_share = models[best].failure_share, models[worst].failure_share
    if worst_share > rule.limits.multiple(best_share):
        details = {
            "best_model": _model_summary(best, models[best]),
            "worst_model": _model_summary(worst, models[worst]),
            "performance_ratio": rounded(ratio(worst_share, best_share), 2),
        }
        of_worst, of_best = percent(models[worst]), percent(models[best])
        yield rule.finding(details, worst=worst, worst_share=of_worst, best=best, best_share=of_best)


def _models_fall_behind(rule: Rule, week: Comparison) -> Iterator[Finding]:
    """A model fails far more than the mean of the other models.

    The mean does not include the model itself: of two models, none can fail 3 times the mean of both.
    """
    models = _comparable_models(rule, week)
    for model, tally in models.items():
        others = [other.failure_share for name, other in models.items() if name != model]
        if not others:
            return
        average = sum(others, Fraction(0)) / len(others)
        if tally.failure_share > rule.limits.multiple(average):
            details = {
                "model": model,
                "model_failure_rate": rounded(tally.failure_share),
                "average_failure_rate": rounded(average),
                "performance_ratio": rounded(ratio(tally.failure_share, average), 2),
                "total_requests": tally.total,
            }
            yield rule.finding(details, model=model, share=percent(tally), average=float(average))


def _comparable_models(rule: Rule, week: Comparison) -> dict[str, Tally]:
    return {name: tally for name, tally in week.current.models.items() if tally.finished >= rule.limits.least}


def _model_summary(name: str, tally: Tally) -> dict[str, object]:
    return {"name": name, "failure_rate": rounded(tally.failure_share), "total_requests": tally.total}


MODEL_PERFORMANCE_DISPARITY = Rule(
    type="model_performance_disparity",
    severity=Severity.HIGH,
    limits=Limits(ratio=Fraction(5), after_none=SHARE_AFTER_NONE, least=_FINISHED_MIN),
    words="{worst} failed {worst_share}, {best} only {best_share}.",
    next_step="Compare the errors of both models, and offer the better one first.",
    find=_models_differ,
    unit="percent",
    observed="worst_model.failure_rate",
    usual="best_model.failure_rate",
    limit=multiple,
    family=FAILURES_ROSE,
)
MODEL_UNDERPERFORMING = Rule(
    type="model_underperforming",
    severity=Severity.MEDIUM,
    limits=Limits(ratio=Fraction(3), after_none=SHARE_AFTER_NONE, least=_FINISHED_MIN),
    words="{model} failed {share}, the others {average:.1%} on average.",
    next_step="Compare its errors with those of the other models, and offer those first.",
    find=_models_fall_behind,
    unit="percent",
    observed="model_failure_rate",
    usual="average_failure_rate",
    limit=multiple,
    family=FAILURES_ROSE,
)
