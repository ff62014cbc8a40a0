"""A review finds everything that is unusual about a week.

The rules and the robust detector find it, it is explained, and each cause is told once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.reports.anomalies.analysis import Analysis, analyse
from domain.reports.anomalies.days import DayFacts, Latencies, facts_of, option_facts, p95s
from domain.reports.anomalies.explanations import explained
from domain.reports.anomalies.merging import merged
from domain.reports.anomalies.robust import detect, expected
from domain.reports.parts import Expected, model_performance
from domain.reports.week_stats import BusyUser, WeekStats


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """`weeks` are the days of up to 8 earlier weeks, in any order.

    `p95s` are the latencies by model in each of them.
    """

    previous: WeekStats | None = None
    weeks: Sequence[Sequence[DayFacts]] = ()
    p95s: Sequence[Mapping[str, float]] = ()


def review(stats: WeekStats, past: Past) -> tuple[Analysis, Expected]:
    """Return what is unusual about the week, and what was expected of each day."""
    rules = analyse(stats, past.previous)
    users, options, days = _users(stats), option_facts(stats, past.previous), facts_of(stats)
    latencies = Latencies(current=p95s(model_performance(stats, len(stats.models))), earlier=tuple(past.p95s))
    found = [
        *(explained(finding, users=users, options=options) for finding in rules.findings),
        *detect(days, past.weeks, users, options=options, latencies=latencies),
    ]
    kept, omitted = merged(found)
    analysis = Analysis(findings=kept, omitted=rules.omitted + omitted, has_baseline=rules.has_baseline)
    return analysis, expected(days, past.weeks)


def _users(stats: WeekStats) -> list[BusyUser]:
    """Return the users who stand out in any way, each once."""
    users = stats.users
    return list({user.user_id: user for user in (*users.spenders.named, *users.spiking.named, *users.top)}.values())
