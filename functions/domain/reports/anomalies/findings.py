"""A rule compares two weeks, and these values describe what it finds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from domain.reports.week_stats import WeekStats


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`registrations` are new users by UTC day. Without them the rule on registrations does not fire."""

    current: WeekStats
    previous: WeekStats
    registrations: Mapping[date, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """This is the expected range, in the unit of the finding. A value outside of it is unusual."""

    low: float
    mid: float
    high: float

    def document(self) -> dict[str, float]:
        return {"low": shown(self.low), "mid": shown(self.mid), "high": shown(self.high)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A driver is a user or an option that explains a finding.

    `share` is a percentage of the difference from what was expected.
    """

    # The kind is user, model, style or size.
    kind: str
    name: str
    value: float
    usual: float | None = None
    share: int = 100

    def document(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "name": self.name,
            "value": shown(self.value),
            "usual": None if self.usual is None else shown(self.usual),
            "share": self.share,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule or the robust detector found something unusual.

    `excess` ranks findings of one severity, when there are too many of them to keep. `also` has the types of the
    findings that were merged into this one. `unit` is that of `expected` and `observed`: requests, credits, percent,
    users or seconds.
    """

    type: str
    severity: Severity
    description: str
    details: Mapping[str, object]
    excess: int = 0
    expected: Band | None = None
    observed: float | None = None
    unit: str | None = None
    days: tuple[date, ...] = ()
    drivers: tuple[Driver, ...] = ()
    next_step: str = ""
    also: tuple[str, ...] = ()

    def document(self) -> dict[str, object]:
        return {
            "type": self.type,
            "severity": self.severity.value,
            "description": self.description,
            **self.details,
            "expected": self.expected.document() if self.expected else None,
            "observed": None if self.observed is None else shown(self.observed),
            "unit": self.unit,
            "days": [day.isoformat() for day in self.days],
            "drivers": [driver.document() for driver in self.drivers],
            "next_step": self.next_step,
            "also": list(self.also),
        }


def ratio(current: int | Fraction, baseline: int | Fraction) -> Fraction | None:
    """Return how many times the baseline the current value is, or None for a baseline of zero or less."""
    return Fraction(current) / baseline if baseline > 0 else None


def rounded(value: Fraction | None, digits: int = 4) -> float | None:
    return None if value is None else round(float(value), digits)


def shown(value: float) -> float:
    """Return the number rounded to 2 digits, and a whole number as an integer."""
    near = round(float(value), 2)
    return int(near) if near.is_integer() else near
