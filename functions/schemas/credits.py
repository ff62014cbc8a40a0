from datetime import datetime
from typing import Self

from pydantic import Field

from domain.credits.grants import Grant, in_order
from domain.credits.ledger import Entry
from domain.credits.user import User
from schemas.base import PAGE_SIZE, PAGE_SIZE_MAX, InboundText, Outbound
from services.credits.ledger import Statement


class ListEntries(InboundText):
    page_size: int = Field(default=PAGE_SIZE, ge=1, le=PAGE_SIZE_MAX)
    page_token: str | None = Field(default=None, max_length=500)


class EntryResource(Outbound):
    id: str
    type: str
    credits: int = Field(description="What moved, without the direction.")
    signed_credits: int = Field(description="Below zero where it was taken. The sum of all is the balance.")
    generation_id: str | None
    description: str
    timestamp: datetime

    @classmethod
    def of(cls, entry: Entry) -> Self:
        return cls(
            id=entry.id,
            type=entry.type.value,
            credits=entry.credits,
            signed_credits=entry.signed_credits,
            generation_id=entry.generation_request_id,
            description=entry.description,
            timestamp=entry.timestamp,
        )


class EntryPage(Outbound):
    data: list[EntryResource]
    next_page_token: str | None


class GrantResource(Outbound):
    source: str
    remaining: int = Field(description="What can be spent of it now.")
    held: int = Field(description="What is deducted from it for generations that have not ended.")
    amount: int
    priority: int = Field(description="Credits with a lower number are spent first. Those of no grant have 100.")
    effective_at: datetime
    expires_at: datetime | None

    @classmethod
    def of(cls, grant: Grant) -> Self:
        return cls(
            source=grant.source,
            remaining=grant.left,
            held=grant.held,
            amount=grant.amount,
            priority=grant.priority,
            effective_at=grant.effective_at,
            expires_at=grant.ends_at,
        )


class BalanceResource(Outbound):
    current_credits: int = Field(description="Spendable now.")
    held_credits: int = Field(description="Deducted for generations that have not ended.")
    grants: list[GrantResource] = Field(
        description="The credits that begin, expire or are spent in an order of their own, in that order. Other "
        "credits never expire."
    )
    entries: list[EntryResource] = Field(description="The newest 20.")

    @classmethod
    def of(cls, statement: Statement) -> Self:
        return cls(
            current_credits=statement.balance.current_credits,
            held_credits=statement.balance.held_credits,
            grants=[GrantResource.of(grant) for grant in in_order(statement.balance.grants)],
            entries=[EntryResource.of(entry) for entry in statement.entries],
        )


class MeResource(Outbound):
    id: str
    name: str
    email: str
    is_active: bool
    is_anonymous: bool = Field(description="Without an account yet: one generation to try.")
    is_admin: bool
    current_credits: int
    held_credits: int
    total_images_generated: int
    created_at: datetime | None
    welcome_credits_due: int = Field(
        description="The free credits of a new account that wait until its e-mail address is verified, or until its "
        "network has a share of them left. 0 where none wait."
    )

    @classmethod
    def of(cls, user: User, *, welcome_credits_due: int) -> Self:
        return cls(
            id=user.id,
            name=user.identity.name,
            email=user.identity.email,
            is_active=user.identity.is_active,
            is_anonymous=user.identity.is_anonymous,
            is_admin=user.identity.is_admin,
            current_credits=user.balance.current_credits,
            held_credits=user.balance.held_credits,
            total_images_generated=user.activity.total_images_generated,
            created_at=user.identity.created_at,
            welcome_credits_due=welcome_credits_due,
        )
