"""The headline is a week in one sentence, for readers who read nothing else."""

from domain.reports.anomalies.analysis import Analysis
from domain.reports.week_stats import WeekStats


def headline(stats: WeekStats, previous: WeekStats | None, analysis: Analysis) -> str:
    week = f"week {stats.week.number} of {stats.week.year}"
    requests = stats.requests
    if not requests.total:
        said = f"Nobody asked for anything in {week}"
        return (
            f"{said}, after {_count(previous.requests.total, 'request')} in the week before."
            if previous
            else f"{said}."
        )
    who = f" from {_count(stats.active_users, 'user')}" if stats.active_users else ""
    facts = [f"{_count(requests.total, 'request')}{who} in {week}{_change(requests.total, previous)}"]
    if requests.finished:
        facts.append(f"{float(requests.failure_share):.1%} of the finished ones failed")
    return f"{'; '.join([*facts, _findings(analysis)])}."


def _change(total: int, previous: WeekStats | None) -> str:
    if previous is None:
        return ", the first one"
    before = previous.requests.total
    if not before:
        return ", after a week with none"
    if total == before:
        return ", as many as in the week before"
    return f", {abs(total - before) / before:.0%} {'more' if total > before else 'fewer'} than in the week before"


def _findings(analysis: Analysis) -> str:
    if not analysis.findings:
        return "nothing unusual"
    return f"{_count(len(analysis.findings), 'finding')}, level {analysis.level}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
