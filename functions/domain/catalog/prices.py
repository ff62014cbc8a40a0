"""A price follows from rules. Of the rules that fit what is asked for, the most specific one decides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

# A rule may name these facts. The earlier one counts more where two rules name equally many.
FACTS = ("model", "size", "resolution", "duration", "number", "kind")

Fact = str | int | float | bool
Facts = Mapping[str, Fact]


class Unit(StrEnum):
    """A price is for the whole request, or for each output that is asked for."""

    REQUEST = "request"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRule:
    """`conditions` are the facts that must hold, such as `{"size": "512x512"}`. `credits` are for one unit.

    A changed rule has a new version.
    """

    id: str
    credits: int
    conditions: Facts
    unit: Unit = Unit.REQUEST
    version: int = 1

    def fits(self, facts: Facts) -> bool:
        return all(facts.get(name) == value for name, value in self.conditions.items())


@dataclass(frozen=True, slots=True)
class RuleVersion:
    rule: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """This is what a request costs, and why: so many units at this price each, by this version of this rule."""

    credits: int
    rule: RuleVersion
    units: int
    unit_credits: int


def size_rule_id(size_id: str) -> str:
    """Return the id of the rule that a size has by its own price."""
    return f"size:{size_id}"


def rule_for(facts: Facts, rules: Iterable[PriceRule]) -> PriceRule | None:
    """Return the most specific rule that fits, or None if no rule does.

    The rule that names more facts is more specific. Of two that name equally many, it is the one that names a fact that
    comes earlier in FACTS.
    """
    return max((each for each in rules if each.fits(facts)), key=_specificity, default=None)


def price_of(facts: Facts, rules: Iterable[PriceRule]) -> Price | None:
    """Return the price by the most specific rule, or None if no rule fits."""
    rule = rule_for(facts, rules)
    if rule is None:
        return None
    units = int(facts["number"]) if rule.unit is Unit.OUTPUT else 1
    used = RuleVersion(rule.id, rule.version)
    return Price(credits=units * rule.credits, rule=used, units=units, unit_credits=rule.credits)


def _specificity(rule: PriceRule) -> tuple[int, list[bool], str]:
    return len(rule.conditions), [name in rule.conditions for name in FACTS], rule.id
