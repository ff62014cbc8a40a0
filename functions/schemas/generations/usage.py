from datetime import datetime
from typing import Self

from pydantic import Field

from domain.generations.usage import MonthUsage, Usage
from schemas.base import InboundText, Outbound

_MONTHS_MAX = 12


class AskUsage(InboundText):
    months: int = Field(default=6, ge=1, le=_MONTHS_MAX, description="The number of months, with the running one.")


class UsageResource(Outbound):
    """These are counts, and credits: `deducted` = `charged` + `refunded` + `held`."""

    requests: int
    completed: int
    failed: int
    cancelled: int
    images: int
    deducted: int
    refunded: int
    charged: int
    held: int

    @classmethod
    def of(cls, usage: Usage) -> Self:
        return cls(**{name: getattr(usage, name) for name in UsageResource.model_fields})


class ModelUsage(UsageResource):
    model: str = Field(description="The model's name, or `other` for models that are no longer on offer.")

    @classmethod
    def named(cls, model: str, usage: Usage) -> Self:
        return cls(model=model, **dict(UsageResource.of(usage)))


class MonthResource(Outbound):
    """A month begins at `from` and ends just before `to`, in UTC.

    `total` is the sum of `models`, which lists the used ones.
    """

    month: str = Field(pattern="^[0-9]{4}-[0-9]{2}$", examples=["2026-03"])
    from_: datetime = Field(serialization_alias="from")
    to: datetime
    total: UsageResource
    models: list[ModelUsage]

    @classmethod
    def of(cls, usage: MonthUsage) -> Self:
        window = usage.month.window
        return cls(
            month=usage.month.key,
            from_=window.start,
            to=window.end,
            total=UsageResource.of(usage.total),
            models=[ModelUsage.named(name, each) for name, each in usage.models.items()],
        )


class UsagePage(Outbound):
    months: list[MonthResource] = Field(description="All months that were asked for, newest first.")
