"""These rules are about how much was asked for, spent and refunded, and by whom."""

from collections.abc import Iterator
from fractions import Fraction

from domain.reports.anomalies.findings import Comparison, Finding, Severity, ratio, rounded
from domain.reports.anomalies.rule import DEMAND_ROSE, FAILURES_ROSE, Limits, Rule, absolute, multiple


def _requests_grew(rule: Rule, week: Comparison) -> Iterator[Finding]:
    yield from _grew(rule, week.current.requests.total, week.previous.requests.total)


def _credits_grew(rule: Rule, week: Comparison) -> Iterator[Finding]:
    # If more was refunded than deducted, the net is below zero. That counts as a baseline of zero.
    yield from _grew(rule, week.current.ledger.net, max(0, week.previous.ledger.net))


def _grew(rule: Rule, current: int, previous: int) -> Iterator[Finding]:
    """Growth from zero has no ratio (`spike_ratio` is null), and its severity is medium."""
    if current > rule.limits.multiple(previous):
        growth = ratio(current, previous)
        yield rule.finding(
            {"current_value": current, "previous_value": previous, "spike_ratio": rounded(growth, 2)},
            severity=Severity.HIGH if growth and growth > rule.limits.severe_ratio else None,
            current=current,
            previous=previous,
            size=f"{float(growth):.1f} times as many" if growth else "after a week with none",
        )


def _users_asked_more(rule: Rule, week: Comparison) -> Iterator[Finding]:
    for user in week.current.users.spiking.named:
        current, previous = user.requests, user.requests_before
        if current > rule.limits.above and current > rule.limits.ratio * previous:
            details = {
                "user_id": user.user_id,
                "current_value": current,
                "previous_value": previous,
                "threshold": int(rule.limits.above),
            }
            yield rule.finding(details, excess=current, user=user.user_id, current=current, previous=previous)


def _users_spent_much(rule: Rule, week: Comparison) -> Iterator[Finding]:
    """There is one finding for each user, for the day with the most credits."""
    for user in week.current.users.spenders.named:
        spent, day = user.best_day_credits, user.best_day
        if spent > rule.limits.above and day is not None:
            details = {
                "user_id": user.user_id,
                "day": day.isoformat(),
                "credits": spent,
                "threshold": int(rule.limits.above),
            }
            yield rule.finding(details, excess=spent, user=user.user_id, spent=spent, day=day)


def _much_was_refunded(rule: Rule, week: Comparison) -> Iterator[Finding]:
    ledger = week.current.ledger
    current, previous = ledger.refund_share, week.previous.ledger.refund_share
    if current > rule.limits.above or (previous > 0 and current > rule.limits.ratio * previous):
        details = {
            "current_refund_rate": rounded(current),
            "previous_refund_rate": rounded(previous),
            "current_refunded": ledger.refunded,
            "current_deducted": ledger.deducted,
        }
        yield rule.finding(details, current=float(current), previous=float(previous))


def _more_were_active(rule: Rule, week: Comparison) -> Iterator[Finding]:
    current, previous = week.current.active_users, week.previous.active_users
    increase = current - previous
    if increase > rule.limits.above:
        details = {"current_value": current, "previous_value": previous, "increase": increase}
        yield rule.finding(details, current=current, increase=increase)


def _newcomers_were_many(rule: Rule, week: Comparison) -> Iterator[Finding]:
    """A new user is one who was not active in the week before. Users who registered have a rule of their own."""
    users = week.current.users
    if users.newcomers > rule.limits.above:
        details = {
            "new_users_count": users.newcomers,
            "threshold": int(rule.limits.above),
            "new_users": list(users.newcomers_named),
        }
        yield rule.finding(details, newcomers=users.newcomers)


def _many_registered(rule: Rule, week: Comparison) -> Iterator[Finding]:
    for day, registered in sorted(week.registrations.items()):
        if registered > rule.limits.above:
            threshold = int(rule.limits.above)
            details = {"day": day.isoformat(), "registrations": registered, "threshold": threshold}
            yield rule.finding(details, excess=registered, registered=registered, day=day)


def _user_limit(rule: Rule, usual: float) -> float:
    return max(absolute(rule, usual), float(rule.limits.ratio) * usual)


def _refund_limit(rule: Rule, usual: float) -> float:
    return min(absolute(rule, usual), float(rule.limits.ratio) * usual or 100.0)


def _increase_limit(rule: Rule, usual: float) -> float:
    return usual + absolute(rule, usual)


REQUEST_SPIKE = Rule(
    type="request_spike",
    severity=Severity.MEDIUM,
    # The numbers after a week with none are ours: feraset-imagen's rules have no multiple of zero.
    limits=Limits(ratio=Fraction(5, 2), after_none=Fraction(20), severe_ratio=Fraction(5)),
    words="Requests went from {previous} to {current}: {size}.",
    next_step="See who asks for more, and whether limits and the queue bear with it.",
    find=_requests_grew,
    unit="requests",
    observed="current_value",
    usual="previous_value",
    limit=multiple,
    family=DEMAND_ROSE,
    driven_by="requests",
    is_growth=True,
)
CREDIT_CONSUMPTION_SPIKE = Rule(
    type="credit_consumption_spike",
    severity=Severity.MEDIUM,
    limits=Limits(ratio=Fraction(3), after_none=Fraction(50), severe_ratio=Fraction(5)),
    words="Net credits went from {previous} to {current}: {size}.",
    next_step="See whether there are more requests or dearer ones, by size and by model.",
    find=_credits_grew,
    unit="credits",
    observed="current_value",
    usual="previous_value",
    limit=multiple,
    family=DEMAND_ROSE,
    driven_by="credits",
    is_growth=True,
)
USER_ACTIVITY_SPIKE = Rule(
    type="user_activity_spike",
    severity=Severity.LOW,
    limits=Limits(above=Fraction(5)),
    words="{current} users were active, {increase} more than in the week before.",
    next_step="See where the users come from, and whether they stay next week.",
    find=_more_were_active,
    unit="users",
    observed="current_value",
    usual="previous_value",
    limit=_increase_limit,
    family=DEMAND_ROSE,
    is_growth=True,
)
NEW_USER_SPIKE = Rule(
    type="new_user_spike",
    severity=Severity.LOW,
    limits=Limits(above=Fraction(5)),
    words="{newcomers} users were active who were not in the week before.",
    next_step="See where the new users come from, and what they ask for first.",
    find=_newcomers_were_many,
    unit="users",
    observed="new_users_count",
    limit=absolute,
    family=DEMAND_ROSE,
    is_growth=True,
)
USER_REQUEST_SPIKE = Rule(
    type="user_request_spike",
    severity=Severity.MEDIUM,
    limits=Limits(above=Fraction(10), ratio=Fraction(2)),
    words="{user} made {current} requests, after {previous} in the week before.",
    next_step="Look at this user's generations: a campaign, a script, or a stolen key?",
    find=_users_asked_more,
    unit="requests",
    observed="current_value",
    usual="previous_value",
    limit=_user_limit,
    family=DEMAND_ROSE,
)
SINGLE_USER_CREDITS = Rule(
    type="single_user_credits",
    severity=Severity.MEDIUM,
    limits=Limits(above=Fraction(50)),
    words="{user} spent {spent} credits on {day}.",
    next_step="Look at this user's ledger of that day, and at how the credits were paid for.",
    find=_users_spent_much,
    unit="credits",
    observed="credits",
    limit=absolute,
    family=DEMAND_ROSE,
)
HIGH_REFUND_RATE = Rule(
    type="high_refund_rate",
    severity=Severity.MEDIUM,
    limits=Limits(above=Fraction(30, 100), ratio=Fraction(2)),
    words="{current:.1%} of the credits were refunded, after {previous:.1%}.",
    next_step="Look at what was refunded: failures of a model, or many cancels?",
    find=_much_was_refunded,
    unit="percent",
    observed="current_refund_rate",
    usual="previous_refund_rate",
    limit=_refund_limit,
    family=FAILURES_ROSE,
    driven_by="failures",
)
NEW_USER_REGISTRATIONS = Rule(
    type="new_user_registrations",
    severity=Severity.LOW,
    limits=Limits(above=Fraction(5)),
    words="{registered} users registered on {day}.",
    next_step="Compare with campaigns of that day, and look for accounts made by a script.",
    find=_many_registered,
    unit="users",
    observed="registrations",
    limit=absolute,
    family=DEMAND_ROSE,
)
