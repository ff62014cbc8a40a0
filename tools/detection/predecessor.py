"""
Compares a week with the week before by the 14 rules of feraset-imagen, with all their defects.

The defects are kept so that the comparison is fair. A baseline of nothing silences a rule on growth, or makes every
busy user a spike. A user who was away for a week counts as new. One of the rules on a model can never fire. There is
no rule for figures that fell, and none for registrations or for the credits of one user.
"""

from collections.abc import Iterator

from tools.detection.products import Week

_FAILURE_RATE = 0.15
_REFUND_RATE = 0.30
_BUSY_USER = 10
_MORE_USERS = 5
_COMPARABLE = 5
_PERFECT = 20


def found(current: Week, previous: Week) -> list[str]:
    """Return the types of the findings in the current week."""
    return [
        *_growth(current, previous),
        *_users(current, previous),
        *_failures(current, previous),
        *_models(current, previous),
        *_comparison(current),
    ]


def _growth(current: Week, previous: Week) -> Iterator[str]:
    if previous.requests > 0 and current.requests > 2.5 * previous.requests:
        yield "request_spike"
    net, net_before = (week.credits - week.refunded for week in (current, previous))
    if net_before > 0 and net > 3.0 * net_before:
        yield "credit_consumption_spike"
    if current.credits > 0:
        rate = current.refunded / current.credits
        before = previous.refunded / previous.credits if previous.credits else 0.0
        if rate > _REFUND_RATE or (before > 0 and rate > 2 * before):
            yield "high_refund_rate"


def _users(current: Week, previous: Week) -> Iterator[str]:
    for user, count in current.users.items():
        before = previous.users[user]
        if count > _BUSY_USER and (before == 0 or count > 2 * before):
            yield "user_request_spike"
    if previous.users and len(current.users) > len(previous.users) + _MORE_USERS:
        yield "user_activity_spike"
    if len(current.users.keys() - previous.users.keys()) > _MORE_USERS:
        yield "new_user_spike"


def _failures(current: Week, previous: Week) -> Iterator[str]:
    rate, before = _rate(current.requests, current.failed), _rate(previous.requests, previous.failed)
    if rate > _FAILURE_RATE:
        yield "high_failure_rate"
    elif before > 0 and rate > 2 * before:
        yield "failure_rate_spike"


def _models(current: Week, previous: Week) -> Iterator[str]:
    earlier = previous.models()
    for name, counts in current.models().items():
        rate, before = _rate(*counts), _rate(*earlier.get(name, (0, 0)))
        if rate > _FAILURE_RATE:
            yield "critical_model_failure_rate"
        elif before > 0 and rate > 2.0 * before:
            yield "model_failure_rate_spike"
        elif rate > _FAILURE_RATE * 1.5:
            yield "model_performance_degradation"


def _comparison(current: Week) -> Iterator[str]:
    models = {name: counts for name, counts in current.models().items() if counts[0] >= _COMPARABLE}
    if len(models) <= 1:
        return
    rates = {name: _rate(*counts) for name, counts in models.items()}
    best, worst, mean = min(rates.values()), max(rates.values()), sum(rates.values()) / len(rates)
    if best > 0 and worst > 5.0 * best:
        yield "model_performance_disparity"
    for name, rate in rates.items():
        if rate > 3.0 * mean:
            yield "model_underperforming"
        if rate == 0 and models[name][0] > _PERFECT:
            yield "suspicious_perfect_performance"


def _rate(requests: int, failed: int) -> float:
    return failed / requests if requests else 0.0
