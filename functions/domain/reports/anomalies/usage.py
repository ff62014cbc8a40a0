"""These rules are about how much was asked for, spent and refunded, and by whom."""

from fractions import Fraction

from domain.reports.anomalies.findings import Comparison, Finding, Findings, Severity, ratio, rounded


def request_spike(week: Comparison) -> Findings:
    current, previous = week.current.requests.total, week.previous.requests.total
    limit = week.limits.request_ratio * previous or week.limits.requests_after_silence
    if current > limit:
        yield _spike("request_spike", "Requests", current, previous, week.limits.severe_ratio)


def credit_consumption_spike(week: Comparison) -> Findings:
    # If more was refunded than deducted, the net is below zero. That counts as a baseline of zero.
    current, previous = week.current.ledger.net, max(0, week.previous.ledger.net)
    limit = week.limits.credit_ratio * previous or week.limits.credits_after_silence
    if current > limit:
        yield _spike("credit_consumption_spike", "Net credits", current, previous, week.limits.severe_ratio)


def _spike(kind: str, what: str, current: int, previous: int, severe_ratio: Fraction) -> Finding:
    """Growth from zero has no ratio (`spike_ratio` is null), and its severity is medium."""
    growth = ratio(current, previous)
    size = f"{float(growth):.1f} times as many" if growth else "after a week with none"
    return Finding(
        type=kind,
        severity=Severity.HIGH if growth and growth > severe_ratio else Severity.MEDIUM,
        description=f"{what} went from {previous} to {current}: {size}.",
        details={
            "current_value": current,
            "previous_value": previous,
            "spike_ratio": rounded(growth, 2),
        },
    )


def user_request_spike(week: Comparison) -> Findings:
    for user in week.current.users.spiking.named:
        current, previous = user.requests, user.requests_before
        if current > week.limits.user_requests and current > week.limits.user_request_ratio * previous:
            yield Finding(
                type="user_request_spike",
                severity=Severity.MEDIUM,
                description=f"{user.user_id} made {current} requests, after {previous} in the week before.",
                details={
                    "user_id": user.user_id,
                    "current_value": current,
                    "previous_value": previous,
                    "threshold": week.limits.user_requests,
                },
                excess=current,
            )


def single_user_credits(week: Comparison) -> Findings:
    """There is one finding for each user, for the day with the most credits."""
    for user in week.current.users.spenders.named:
        if user.best_day_credits > week.limits.user_credits_per_day and user.best_day is not None:
            yield Finding(
                type="single_user_credits",
                severity=Severity.MEDIUM,
                description=f"{user.user_id} spent {user.best_day_credits} credits on {user.best_day}.",
                details={
                    "user_id": user.user_id,
                    "day": user.best_day.isoformat(),
                    "credits": user.best_day_credits,
                    "threshold": week.limits.user_credits_per_day,
                },
                excess=user.best_day_credits,
            )


def high_refund_rate(week: Comparison) -> Findings:
    current, previous = week.current.ledger.refund_share, week.previous.ledger.refund_share
    doubled = previous > 0 and current > week.limits.refund_ratio * previous
    if current > week.limits.refund_share or doubled:
        yield Finding(
            type="high_refund_rate",
            severity=Severity.MEDIUM,
            description=f"{float(current):.1%} of the credits were refunded, after {float(previous):.1%}.",
            details={
                "current_refund_rate": rounded(current),
                "previous_refund_rate": rounded(previous),
                "current_refunded": week.current.ledger.refunded,
                "current_deducted": week.current.ledger.deducted,
            },
        )


def user_activity_spike(week: Comparison) -> Findings:
    current, previous = week.current.active_users, week.previous.active_users
    increase = current - previous
    if increase > week.limits.active_user_increase:
        yield Finding(
            type="user_activity_spike",
            severity=Severity.LOW,
            description=f"{current} users were active, {increase} more than in the week before.",
            details={"current_value": current, "previous_value": previous, "increase": increase},
        )


def new_user_spike(week: Comparison) -> Findings:
    """A new user is one who was not active in the week before. Users who registered have a rule of their own."""
    users = week.current.users
    if users.newcomers > week.limits.new_users:
        yield Finding(
            type="new_user_spike",
            severity=Severity.LOW,
            description=f"{users.newcomers} users were active who were not in the week before.",
            details={
                "new_users_count": users.newcomers,
                "threshold": week.limits.new_users,
                "new_users": list(users.newcomers_named),
            },
        )


def new_user_registrations(week: Comparison) -> Findings:
    for day, registered in sorted(week.registrations.items()):
        if registered > week.limits.registrations_per_day:
            yield Finding(
                type="new_user_registrations",
                severity=Severity.LOW,
                description=f"{registered} users registered on {day}.",
                details={
                    "day": day.isoformat(),
                    "registrations": registered,
                    "threshold": week.limits.registrations_per_day,
                },
                excess=registered,
            )
