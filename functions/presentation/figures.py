"""Makes what is at the top of every form of a report: one sentence, the week's name, the key figures."""

from dataclasses import dataclass
from datetime import UTC, datetime

from presentation.reading import Document, number, part, text
from presentation.words import NOTHING, Change, GoodDirection, Kind, changed, humanised, money, period, plain, shown

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
        made=_edition(report),
        figures=tuple(figure.shown() for figure in key_figures_of(report)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFigure:
    """Holds a key figure of this week and of the week before.

    It is None if the report does not say, and for the rates of a week without requests. `good_direction` says whether
    it should go up or down.
    """

    label: str
    now: float | None
    before: float | None
    kind: Kind
    good_direction: GoodDirection

    def shown(self) -> KeyFigure:
        change = changed(self.now, self.before, kind=self.kind, good_direction=self.good_direction)
        return KeyFigure(label=self.label, value=shown(self.now, self.kind), change=change)


def key_figures_of(report: Document) -> tuple[WeekFigure, ...]:
    generations, before = part(report, "generation_stats"), part(report, "previous")
    credit_stats, users = part(report, "credit_stats"), part(report, "user_stats")
    is_old = number(generations, "failure_rate_of_finished") is None
    places = (
        ("Requests", generations, "total_requests", Kind.NUMBER, GoodDirection.NEITHER),
        ("Active users", users, "active_users_count", Kind.NUMBER, GoodDirection.UP),
        ("Credits used", credit_stats, "net_credits_consumed", Kind.NUMBER, GoodDirection.NEITHER),
        ("Success rate", generations, "success_rate", Kind.PERCENT, GoodDirection.UP),
        (
            "Failure rate",
            generations,
            "failure_rate" if is_old else "failure_rate_of_finished",
            Kind.PERCENT,
            GoodDirection.DOWN,
        ),
    )
    return tuple(
        WeekFigure(
            label=label,
            now=_known(generations, place, key, kind),
            before=_known(before, before, key, kind),
            kind=kind,
            good_direction=good_direction,
        )
        for label, place, key, kind, good_direction in places
    )


def _known(week: Document, place: Document, key: str, kind: Kind) -> float | None:
    """Return the figure, or None. A week without requests has no rates, whatever its document says."""
    return None if kind is Kind.PERCENT and not number(week, "total_requests") else number(place, key)


def side_figures(report: Document) -> list[tuple[str, str]]:
    """Return the less important figures, each with its label, as far as the document has them."""
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


def _edition(report: Document) -> str:
    """Return which report this is and when it was made, for the foot of the page."""
    made, version = report.get("generated_at"), number(report, "version")
    moment = f"{made.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if isinstance(made, datetime) else str(made or "")
    named = [text(report, "id"), f"version {version:.0f}" if version else "", f"made {moment}" if moment else ""]
    return humanised(", ".join(filter(None, named))) if not named[0] else ", ".join(filter(None, named))
