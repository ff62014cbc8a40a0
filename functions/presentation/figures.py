"""What stands at the top of every form of a report: one sentence, the week's name, the key figures."""

from dataclasses import dataclass
from datetime import UTC, datetime

from presentation.reading import Document, number, part, text
from presentation.words import NOTHING, Change, Kind, Wish, changed, humanised, money, period, plain, shown

LEVELS = ("normal", "low", "medium", "high", "critical")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigure:
    label: str
    value: str
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    headline: str
    week: str
    period: str
    time_zone: str
    level: str
    score: str
    made: str
    figures: tuple[KeyFigure, ...]

    @property
    def is_compared(self) -> bool:
        return any(figure.change.arrow for figure in self.figures)

    @property
    def title(self) -> str:
        return " · ".join(filter(None, (self.week, self.period)))


def opening(report: Document) -> Opening:
    analysis = part(report, "anomaly_analysis")
    level = text(analysis, "severity_level")
    days = part(report, "report_period")
    return Opening(
        headline=text(report, "headline") or _headline(report),
        week=_week(text(report, "week")),
        period=period(text(days, "start_date"), text(days, "end_date")),
        time_zone=text(report, "time_zone") or "UTC",
        level=level if level in LEVELS else "",
        score=shown(number(analysis, "anomaly_score")),
        made=_made(report),
        figures=tuple(figure.shown() for figure in key_figures_of(report)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFigure:
    """None where the report does not say, and for the rates of no requests; `before` is the week before's."""

    label: str
    now: float | None
    before: float | None
    kind: Kind
    wish: Wish

    def shown(self) -> KeyFigure:
        change = changed(self.now, self.before, kind=self.kind, wish=self.wish)
        return KeyFigure(label=self.label, value=shown(self.now, self.kind), change=change)


def key_figures_of(report: Document) -> tuple[WeekFigure, ...]:
    generations, before = part(report, "generation_stats"), part(report, "previous")
    credit_stats, users = part(report, "credit_stats"), part(report, "user_stats")
    is_old = number(generations, "failure_rate_of_finished") is None
    places = (
        ("Requests", generations, "total_requests", Kind.NUMBER, Wish.NEITHER),
        ("Active users", users, "active_users_count", Kind.NUMBER, Wish.UP),
        ("Credits used", credit_stats, "net_credits_consumed", Kind.NUMBER, Wish.NEITHER),
        ("Success rate", generations, "success_rate", Kind.PERCENT, Wish.UP),
        (
            "Failure rate",
            generations,
            "failure_rate" if is_old else "failure_rate_of_finished",
            Kind.PERCENT,
            Wish.DOWN,
        ),
    )
    return tuple(
        WeekFigure(
            label=label,
            now=_known(generations, place, key, kind),
            before=_known(before, before, key, kind),
            kind=kind,
            wish=wish,
        )
        for label, place, key, kind, wish in places
    )


def _known(week: Document, place: Document, key: str, kind: Kind) -> float | None:
    """A week without requests has no rates, whatever its document says."""
    return None if kind is Kind.PERCENT and not number(week, "total_requests") else number(place, key)


def side_figures(report: Document) -> list[tuple[str, str]]:
    """The smaller ones, each with its label; those that the document does not have are left out."""
    users, credit_stats = part(report, "user_stats"), part(report, "credit_stats")
    found = [
        ("Registered this week", shown(number(users, "new_users"))),
        ("Active, not the week before", shown(number(users, "newly_active_users"))),
        ("Active in both weeks", shown(number(users, "returning_users"))),
        ("Credits in", shown(number(credit_stats, "credits_in"))),
        ("Credits out", shown(number(credit_stats, "credits_out"))),
        ("Credits held now", shown(number(credit_stats, "held_credits"))),
        *_economics(part(report, "economics")),
    ]
    return [(label, value) for label, value in found if value != NOTHING]


def _economics(economics: Document) -> list[tuple[str, str]]:
    currency = text(economics, "currency")
    return [
        ("Revenue", money(number(economics, "revenue_micros"), currency)),
        ("Cost of providers", money(number(economics, "provider_cost_micros"), currency)),
        ("Margin", money(number(economics, "margin_micros"), currency)),
    ]


def _headline(report: Document) -> str:
    generations = part(report, "generation_stats")
    requests = number(generations, "total_requests") or 0
    if not requests:
        return "Nobody asked for anything this week."
    users = number(part(report, "user_stats"), "active_users_count") or 0
    rate = shown(number(generations, "success_rate"), Kind.PERCENT)
    return f"{plain(requests)} requests from {plain(users)} users, and {rate} of them were completed."


def _week(week: str) -> str:
    year, separator, digits = week.partition("-W")
    return f"Week {int(digits)}, {year}" if separator and digits.isdecimal() else week


def _made(report: Document) -> str:
    """When and which, for the foot of the page."""
    made, version = report.get("generated_at"), number(report, "version")
    moment = f"{made.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if isinstance(made, datetime) else str(made or "")
    named = [text(report, "id"), f"version {version:.0f}" if version else "", f"made {moment}" if moment else ""]
    return humanised(", ".join(filter(None, named))) if not named[0] else ", ".join(filter(None, named))
