from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field

from domain.credits.grants import USUAL_PRIORITY, GrantTerms
from domain.credits.user import User
from schemas.base import PAGE_SIZE, PAGE_SIZE_MAX, Inbound, InboundText, Moment, Outbound, Text, Words
from schemas.credits import EntryResource
from services.operations.administration import Adjustment

CREDITS_MAX = 2**31 - 1
EMAIL_MAX = 320
EXTERNAL_ID_MAX = 100
PRIORITY_MAX = 1000
REASON_MAX = 500
TOKEN_MAX = 4096

Reason = Annotated[Words, Field(max_length=REASON_MAX)]


def _not_zero(credits_: int) -> int:
    if credits_ == 0:
        raise ValueError("must not be 0")
    return credits_


NonZeroCredits = Annotated[
    int,
    Field(ge=-CREDITS_MAX, le=CREDITS_MAX, json_schema_extra={"not": {"const": 0}}),
    AfterValidator(_not_zero),
]


class ListUsers(InboundText):
    email: Annotated[Text, Field(min_length=1, max_length=EMAIL_MAX)] | None = Field(
        default=None, description="The beginning of the e-mail address, in any case. Default: all users."
    )
    page_size: int = Field(default=PAGE_SIZE, ge=1, le=PAGE_SIZE_MAX)
    page_token: str | None = Field(default=None, max_length=TOKEN_MAX)


class DeleteUser(InboundText):
    reason: Reason = Field(description="The reason, for the audit log.")


class WithReasonQuery(InboundText):
    reason: Reason = Field(description="The reason, for the audit log.")


class NameUser(Inbound):
    external_user_id: Annotated[Words, Field(max_length=EXTERNAL_ID_MAX, pattern=r"^[!-.0-~]+$")] = Field(
        description="Your own id of the user, as a service key sends it in X-External-User-Id: visible ASCII "
        "characters without /.",
        examples=["customer-42"],
    )


class Adjust(Inbound):
    credits: NonZeroCredits = Field(
        description="The credits to add. If the number is below zero, they are taken away.", examples=[25]
    )
    reason: Reason = Field(
        description="The reason. It is in the ledger too, where the user sees it.", examples=["Apology"]
    )
    effective_at: Annotated[Moment, Field(strict=False)] | None = Field(
        default=None, description="The credits can be spent from this time on. Default: at once."
    )
    expires_at: Annotated[Moment, Field(strict=False)] | None = Field(
        default=None, description="The credits can be spent until this time. Default: for ever."
    )
    priority: int | None = Field(
        default=None,
        ge=0,
        le=PRIORITY_MAX,
        description="Credits with a lower number are spent first. Those of no grant have 100.",
    )

    @property
    def terms(self) -> GrantTerms | None:
        """Return the terms of a grant, or None if the credits have none of their own."""
        if self.effective_at is None and self.expires_at is None and self.priority is None:
            return None
        priority = USUAL_PRIORITY if self.priority is None else self.priority
        return GrantTerms(effective_at=self.effective_at, expires_at=self.expires_at, priority=priority)


class WithReason(Inbound):
    reason: Reason = Field(description="The reason, for the audit log.", examples=["Chargeback under review"])


class ListedUserResource(Outbound):
    id: str
    name: str
    email: str
    current_credits: int
    held_credits: int
    total_images_generated: int
    is_active: bool
    is_anonymous: bool
    is_admin: bool
    created_at: datetime | None

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(**_listed(user))


class AdminUserResource(ListedUserResource):
    in_flight: int = Field(description="The number of generations that have not ended.")
    keys: int = Field(description="The number of API keys, with those that ended lately.")
    books_opened_at: datetime | None = Field(description="null means that the balance is older than the ledger.")
    signed_out_at: datetime | None = Field(description="Sign-ins from before this time are not valid.")
    deleted_at: datetime | None
    erasure_due: bool = Field(description="true: the user is deleted, and some of its data may still be there.")
    claimed: list[str] = Field(description="The anonymous accounts whose generations it took over.")
    claimed_by: str | None = Field(description="The user that took over this anonymous account.")

    @classmethod
    def of(cls, user: User) -> Self:
        identity = user.identity
        return cls(
            **_listed(user),
            in_flight=user.pace.in_flight,
            keys=len(identity.keys),
            books_opened_at=user.balance.books_opened_at,
            signed_out_at=identity.signed_out_at,
            deleted_at=identity.deleted_at,
            erasure_due=identity.erasure_due,
            claimed=list(identity.claimed),
            claimed_by=identity.claimed_by,
        )


def _listed(user: User) -> dict[str, Any]:
    identity, balance = user.identity, user.balance
    return {
        "id": user.id,
        "name": identity.name,
        "email": identity.email,
        "current_credits": balance.current_credits,
        "held_credits": balance.held_credits,
        "total_images_generated": user.activity.total_images_generated,
        "is_active": identity.is_active,
        "is_anonymous": identity.is_anonymous,
        "is_admin": identity.is_admin,
        "created_at": identity.created_at,
    }


class UserPage(Outbound):
    data: list[ListedUserResource]
    next_page_token: str | None


class AdjustmentResource(Outbound):
    entry: EntryResource
    current_credits: int = Field(description="The balance as it is now.")
    held_credits: int

    @classmethod
    def of(cls, adjustment: Adjustment) -> Self:
        return cls(
            entry=EntryResource.of(adjustment.entry),
            current_credits=adjustment.user.balance.current_credits,
            held_credits=adjustment.user.balance.held_credits,
        )


class ErasureResource(Outbound):
    status: Literal["erased", "erasing"] = Field(
        description="erasing: the account is closed. The rest is erased in the night, or if this is repeated."
    )
