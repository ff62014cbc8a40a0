"""The usage of a month is the sum over a user's generations, by model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from core.calendar import Month


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """These numbers count the requests, how they ended, the images that came out, and the credits that they cost."""

    requests: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    images: int = 0
    charged: int = 0
    refunded: int = 0
    held: int = 0

    @property
    def deducted(self) -> int:
        """Return the sum of the prices. Each price is charged, refunded or still held."""
        return self.charged + self.refunded + self.held

    @property
    def is_settled(self) -> bool:
        return not self.held and self.requests == self.completed + self.failed + self.cancelled

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(**{name: getattr(self, name) + getattr(other, name) for name in _NUMBERS})

    def without(self, other: "Usage") -> "Usage":
        """Return these numbers minus the others, and at least zero, because the two may be counted a moment apart."""
        return Usage(**{name: max(0, getattr(self, name) - getattr(other, name)) for name in _NUMBERS})


_NUMBERS = tuple(each.name for each in fields(Usage))


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthUsage:
    """`models` has the models that were used, by name."""

    month: Month
    models: Mapping[str, Usage] = field(default_factory=dict)

    @property
    def total(self) -> Usage:
        return total_usage(self.models.values())


def total_usage(usages: Iterable[Usage]) -> Usage:
    return sum(usages, start=Usage())
