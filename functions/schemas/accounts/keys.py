from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from domain.accounts.keys import ApiKey, Budget, Scope, windows
from schemas.base import Inbound, Moment, Outbound, Words
from services.accounts.keys import IssuedKey

NAME_MAX = 100
OVERLAP_SECONDS_MAX = 7 * 24 * 3600
EXTERNAL_PREFIX_MAX = 50
CREDITS_MAX = 2**31 - 1

KeyName = Annotated[Words, Field(max_length=NAME_MAX)]
Credits = Annotated[int, Field(ge=0, le=CREDITS_MAX)]


class KeyBudget(Inbound):
    """A budget limits the credits that a key may spend, net of refunds, in a UTC day and a UTC month. null means no
    limit.
    """

    per_day: Credits | None = None
    per_month: Credits | None = None

    def budget(self) -> Budget:
        return Budget(per_day=self.per_day, per_month=self.per_month)


class CreateKey(Inbound):
    name: KeyName = Field(description="The purpose of the key.", examples=["Nightly batch"])
    scopes: list[Annotated[Scope, Field(strict=False)]] = Field(
        min_length=1,
        max_length=len(Scope),
        description="The scopes that allow the key to do something.",
        examples=[["generations:write"]],
    )
    expires_at: Annotated[Moment, Field(strict=False)] | None = Field(
        default=None, description="RFC 3339. Default: never."
    )
    budget: KeyBudget = Field(default=KeyBudget(), description="Stops the key from spending more.")
    external_prefix: str | None = Field(
        default=None,
        max_length=EXTERNAL_PREFIX_MAX,
        pattern=r"^[\x21-\x2e\x30-\x7e]+$",
        description="For a service key: it acts only for external users whose ids begin so. Default: all of them.",
    )


class UpdateKey(Inbound):
    name: KeyName | None = None
    budget: KeyBudget | None = Field(
        default=None, description="Replaces the budget. What the key has spent still counts."
    )


class RotateKey(Inbound):
    overlap_seconds: int = Field(
        default=0,
        ge=0,
        le=OVERLAP_SECONDS_MAX,
        description="The time that the old secret still works. 0: it ends at once.",
    )


class KeySpending(Outbound):
    """This is what the key has spent today and this month, in UTC.

    The credits that remain are null without a budget.
    """

    today: int
    today_remaining: int | None
    this_month: int
    this_month_remaining: int | None


class KeyResource(Outbound):
    id: str
    name: str
    scopes: list[str]
    is_active: bool
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    rotated_at: datetime | None
    previous_secret_until: datetime | None
    last_used_at: datetime | None = Field(description="The last time that it created a generation.")
    budget: KeyBudget
    spent: KeySpending
    in_flight: int
    made_by: str | None = Field(description="The id of the service key that made this key. This key ends with it.")
    external_prefix: str | None = Field(
        description="For a service key: the ids of its external users begin so. null: with anything."
    )

    @classmethod
    def of(cls, key: ApiKey, now: datetime) -> Self:
        names = ("id", "name", "created_at", "expires_at", "revoked_at", "rotated_at", "last_used_at", "in_flight")
        return cls(
            **{name: getattr(key, name) for name in names},
            scopes=sorted(key.scopes),
            is_active=key.is_active(now),
            made_by=None if key.made_by is None else key.made_by.key_id,
            external_prefix=key.external_prefix or None,
            previous_secret_until=key.previous_until,
            budget=KeyBudget(per_day=key.budget.per_day, per_month=key.budget.per_month),
            spent=_spending(key, now),
        )


class IssuedKeyResource(KeyResource):
    key: str = Field(
        description="The key itself, which is shown only now.",
        examples=["dk_k3v9q0w1x2y3_" + "0123456789abcdefghijABCDEFGHIJ0123456789abc"],
    )

    @classmethod
    def issued(cls, issued: IssuedKey, now: datetime) -> Self:
        return cls(**KeyResource.of(issued.key, now).model_dump(), key=issued.token)


class KeyList(Outbound):
    data: list[KeyResource] = Field(description="All keys, newest first. There are never many.")


def _spending(key: ApiKey, now: datetime) -> KeySpending:
    today, this_month = (key.spent.get(window, 0) for window in windows(now))
    return KeySpending(
        today=today,
        today_remaining=_remaining(key.budget.per_day, today),
        this_month=this_month,
        this_month_remaining=_remaining(key.budget.per_month, this_month),
    )


def _remaining(budget: int | None, spent: int) -> int | None:
    return None if budget is None else max(0, budget - spent)
