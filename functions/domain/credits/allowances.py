"""An allowance is a number of images that a paid plan includes. A hold can be on it instead of on credits."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from core.errors import AppError


class AllowanceUsedUp(AppError):
    """No route leads to this refusal as long as nothing is sold with an allowance."""

    code = "allowance_used_up"
    status = 402
    title = "The plan includes no more images"

    def __init__(self, *, required: int, available: int) -> None:
        super().__init__(
            f"The plan's allowance has too few images left. Required: {required}, Available: {available}",
            required=required,
            available=available,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """`used` images are delivered, and `held` ones are set aside for what is not settled yet.

    Together they are never more than `included`.
    """

    id: str
    included: int
    effective_at: datetime
    expires_at: datetime | None = None
    used: int = 0
    held: int = 0

    @property
    def left(self) -> int:
        return self.included - self.used - self.held

    def is_in_force(self, now: datetime) -> bool:
        return self.effective_at <= now and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowanceUse:
    """These images of an allowance are held for one subject."""

    allowance_id: str
    images: int


Allowances = Mapping[str, Allowance]


def hold_images(allowances: Allowances, use: AllowanceUse, now: datetime) -> Allowances:
    """Set the images aside. Raise AllowanceUsedUp if the allowance has fewer, or is not in force."""
    allowance = allowances.get(use.allowance_id)
    left = allowance.left if allowance is not None and allowance.is_in_force(now) else 0
    if allowance is None or left < use.images:
        raise AllowanceUsedUp(required=use.images, available=left)
    return {**allowances, allowance.id: replace(allowance, held=allowance.held + use.images)}


def settle_images(allowances: Allowances, use: AllowanceUse, used: int) -> Allowances:
    """Count the images that were delivered as used, and give the others back."""
    allowance = allowances.get(use.allowance_id)
    if allowance is None:
        return allowances
    settled = replace(allowance, held=allowance.held - use.images, used=allowance.used + used)
    return {**allowances, allowance.id: settled}
