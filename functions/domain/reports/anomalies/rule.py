"""A rule is one value that owns its numbers, its words and its next step."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from domain.reports.anomalies.findings import Comparison, Finding, Severity

DEMAND_ROSE = "demand rose"
DEMAND_FELL = "demand fell"
FAILURES_ROSE = "failures rose"

NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """These are the numbers of a rule, which fires above them, never at them. Most of them are feraset-imagen's.

    They are exact, because as a float 3 x 0.1 is already more than 0.3. Each rule uses those that it needs.
    """

    above: Fraction = NOTHING
    # The value is compared with this multiple of its baseline, or with `after_none` if the baseline is zero.
    ratio: Fraction = NOTHING
    after_none: Fraction = NOTHING
    # Above this multiple, the finding is severe.
    severe_ratio: Fraction = NOTHING
    # Above this number, a graver rule says the same.
    at_most: Fraction = Fraction(1)
    # A model with fewer finished requests is not compared with others.
    least: int = 0

    def multiple(self, baseline: int | Fraction) -> Fraction:
        return self.ratio * baseline if baseline else self.after_none


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`find` compares two weeks, and yields a finding for each thing that is unusual. `words` describe one.

    `observed` and `usual` name what a finding is about in its details, and `limit` gives the value where the rule
    begins to fire, from the usual value. Together they make the expected range, in `unit`.
    """

    type: str
    severity: Severity
    limits: Limits
    words: str
    next_step: str
    find: Callable[["Rule", Comparison], Iterable[Finding]]
    unit: str
    observed: str
    usual: str = ""
    limit: Callable[["Rule", float], float] | None = None
    # Findings of one family move together, and may have one cause. A finding without a family is never merged.
    family: str = ""
    # This says whose part of the difference is shown, unless the finding is about one user or one model.
    driven_by: Literal["requests", "credits", "failures", ""] = ""
    # A rule that judges growth alone says nothing about the very first week.
    is_growth: bool = False

    @property
    def factor(self) -> int:
        """Return 100 for a percentage, because the details have it as a share of 1."""
        return 100 if self.unit == "percent" else 1

    def finding(
        self, details: Mapping[str, object], *, excess: int = 0, severity: Severity | None = None, **words: object
    ) -> Finding:
        return Finding(
            type=self.type,
            severity=severity or self.severity,
            description=self.words.format(**words),
            details=details,
            excess=excess,
        )


def absolute(rule: Rule, _: float) -> float:
    return rule.factor * float(rule.limits.above)


def multiple(rule: Rule, usual: float) -> float:
    return float(rule.limits.ratio) * max(0.0, usual) or rule.factor * float(rule.limits.after_none)
