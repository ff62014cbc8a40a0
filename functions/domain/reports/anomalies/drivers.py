"""Drivers explain a difference.

They are the users, models, styles and sizes that grew more than their usual part of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from domain.reports.anomalies.baselines import typical
from domain.reports.anomalies.days import DayFacts, OptionFact
from domain.reports.anomalies.findings import Driver
from domain.reports.anomalies.series import model_failure_rate, model_requests
from domain.reports.week_stats import BusyUser

DRIVERS_MAX = 5
# This is a percentage. A driver with a smaller share is one of many, and explains nothing.
SHARE_MIN = 20
# Where everything grew alike, the biggest has the biggest share and still explains nothing. So a driver needs this many
# times its usual share.
LIFT_MIN = 1.5


def strongest(drivers: Iterable[Driver]) -> tuple[Driver, ...]:
    """Return the strongest drivers, each user, model, style or size once: the one with the greatest share."""
    best: dict[tuple[str, str], Driver] = {}
    for driver in drivers:
        key = driver.kind, driver.name
        if key not in best or driver.share > best[key].share:
            best[key] = driver
    ranked = sorted(best.values(), key=lambda driver: (-driver.share, driver.kind, driver.name))
    return tuple(driver for driver in ranked if driver.share >= SHARE_MIN)[:DRIVERS_MAX]


def users_by_requests(users: Iterable[BusyUser], difference: float, days: Sequence[date] = ()) -> Iterable[Driver]:
    """Yield the users whose requests grew.

    `difference` is that of the days. The requests of a user are known by the week only, so a share is the most it can
    be.
    """
    for user in users:
        extra = user.requests - user.requests_before
        if extra > 0 and _was_there(user, days):
            yield Driver(
                kind="user",
                name=user.user_id,
                value=user.requests,
                usual=user.requests_before,
                share=_share(extra, difference),
            )


def users_by_credits(users: Iterable[BusyUser], difference: float, days: Sequence[date] = ()) -> Iterable[Driver]:
    for user in users:
        spent = user.best_day_credits if user.best_day else user.credits
        # A user who spends the same every week drives nothing. For the week before, only the number of requests is
        # known.
        if user.requests > user.requests_before and _was_there(user, days):
            grown = spent * (user.requests - user.requests_before) / user.requests
            yield Driver(kind="user", name=user.user_id, value=spent, share=_share(grown, difference))


def options_by_requests(options: Iterable[OptionFact], difference: float) -> Iterable[Driver]:
    counts = [(option, option.requests, option.requests_before) for option in options]
    return _options(counts, difference)


def options_by_credits(options: Iterable[OptionFact], difference: float) -> Iterable[Driver]:
    counts = [(option, option.credits, option.credits_before) for option in options]
    return _options(counts, difference)


def options_by_failures(options: Iterable[OptionFact], failed: int) -> Iterable[Driver]:
    for option in options:
        if option.kind == "model" and option.failed:
            yield Driver(kind="model", name=option.name, value=option.failed, share=_share(option.failed, failed))


def models_by_requests(facts: Mapping[date, DayFacts], days: Sequence[date], difference: float) -> Iterable[Driver]:
    values, usual = {}, {}
    for model in _models(facts, days):
        counts = model_requests(facts, model)
        values[model] = sum(counts[day] for day in days)
        usual[model] = sum(typical(counts, day) or 0.0 for day in days)
    for model, value in values.items():
        share = _share(value - usual[model], difference)
        if _stands_out(share, usual[model], sum(usual.values())):
            yield Driver(kind="model", name=model, value=value, usual=usual[model], share=share)


def models_by_failures(facts: Mapping[date, DayFacts], days: Sequence[date], extra_failed: float) -> Iterable[Driver]:
    """Yield the models with their shares of the `extra_failed` requests, which failed beyond the usual number."""
    for model in _models(facts, days):
        series = model_failure_rate(facts, model)
        known = [day for day in days if day in series.days]
        finished = sum(series.finished[day] for day in known)
        if not finished:
            continue
        failed = sum(series.failed[day] for day in known)
        usual = sum(series.finished[day] * (typical(series.days, day) or 0.0) for day in known) / finished
        extra = failed - finished * usual / 100
        yield Driver(
            kind="model", name=model, value=100 * failed / finished, usual=usual, share=_share(extra, extra_failed)
        )


def _options(counts: Sequence[tuple[OptionFact, int, int]], difference: float) -> Iterable[Driver]:
    for option, now, before in counts:
        total = sum(other_before for other, _, other_before in counts if other.kind == option.kind)
        share = _share(now - before, difference)
        if _stands_out(share, before, total):
            yield Driver(kind=option.kind, name=option.name, value=now, usual=before, share=share)


def _models(facts: Mapping[date, DayFacts], days: Sequence[date]) -> list[str]:
    return sorted({model for day in days for model in facts[day].models})


def _was_there(user: BusyUser, days: Sequence[date]) -> bool:
    return not days or user.best_day is None or user.best_day in days


def _stands_out(share: int, usual: float, total: float) -> bool:
    return share >= SHARE_MIN and (not total or share >= LIFT_MIN * 100 * usual / total)


def _share(part: float, whole: float) -> int:
    """Return a percentage, 0-100. It is 0 for a part that went the other way."""
    return round(min(100.0, max(0.0, 100 * part / whole))) if whole else 0
