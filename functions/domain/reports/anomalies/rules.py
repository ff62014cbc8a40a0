"""These are all rules. Each is one value, and the analysis, the explanations and the merging follow from this table."""

from domain.reports.anomalies import disparities, failures, usage
from domain.reports.anomalies.rule import Rule

RULES: tuple[Rule, ...] = (
    usage.REQUEST_SPIKE,
    usage.CREDIT_CONSUMPTION_SPIKE,
    usage.USER_ACTIVITY_SPIKE,
    usage.NEW_USER_SPIKE,
    usage.USER_REQUEST_SPIKE,
    usage.SINGLE_USER_CREDITS,
    usage.HIGH_REFUND_RATE,
    usage.NEW_USER_REGISTRATIONS,
    failures.HIGH_FAILURE_RATE,
    failures.FAILURE_RATE_SPIKE,
    failures.CRITICAL_MODEL_FAILURE_RATE,
    failures.MODEL_FAILURE_RATE_SPIKE,
    failures.MODEL_PERFORMANCE_DEGRADATION,
    disparities.MODEL_PERFORMANCE_DISPARITY,
    disparities.MODEL_UNDERPERFORMING,
    failures.SUSPICIOUS_PERFECT_PERFORMANCE,
)


def rule_of(type_: str) -> Rule | None:
    """Return the rule that makes findings of this type, or None if the robust detector makes them."""
    return next((rule for rule in RULES if rule.type == type_), None)
