"""The ledger: entries are the history of a user's balance, and one Change alters both.

Credits are integers. The invariants I1-I8 stand in docs/ledger.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from core.rates import Bucket
from domain.accounts.audit_log import AuditRecord
from domain.accounts.errors import UserInactive
from domain.accounts.keys import ApiKey
from domain.credits.errors import InsufficientCredits
from domain.credits.user_week import UserWeek

if TYPE_CHECKING:
    from domain.generations.generation import Generation
from domain.credits.user import User


class EntryType(StrEnum):
    DEDUCTION = "deduction"
    REFUND = "refund"
    TOP_UP = "top_up"
    GRANT = "grant"
    ADJUSTMENT = "adjustment"
    CLAWBACK = "clawback"
    EXPIRY = "expiry"
    OPENING = "opening"


DEBITS = frozenset({EntryType.DEDUCTION, EntryType.CLAWBACK, EntryType.EXPIRY})
"""These take credits away; every other type adds its credits, which an adjustment or an opening may have below zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One immutable record. `credits` is positive for feraset-imagen's types; the sign comes from the type."""

    id: str
    type: EntryType
    credits: int
    user_id: str
    description: str
    timestamp: datetime
    generation_request_id: str | None = None
    mark: int | None = None
    """That of the generation, so that the audit sees by sums whether each has its own entry."""

    @property
    def signed_credits(self) -> int:
        return -self.credits if self.type in DEBITS else self.credits


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceDelta:
    """What a commit adds to the numbers of a user's document."""

    current: int = 0
    held: int = 0
    images: int = 0
    in_flight: int = 0

    def applied_to(self, user: User) -> User:
        return replace(
            user,
            current_credits=user.current_credits + self.current,
            held_credits=user.held_credits + self.held,
            total_images_generated=user.total_images_generated + self.images,
            in_flight=user.in_flight + self.in_flight,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """All that one atomic commit does to one user's books.

    `bucket`, `key`, `weeks` and `cancels` are what spending leaves of the user's rate, of the key that spent and of the
    counts. `is_late_cancel` says that the generation had started before its user cancelled it.
    """

    user_id: str
    at: datetime
    delta: BalanceDelta | None = None
    generation: "Generation | None" = None
    entry: Entry | None = None
    opens_books: bool = False
    bucket: Bucket | None = None
    key: ApiKey | None = None
    weeks: Mapping[str, UserWeek] | None = None
    cancels: Mapping[str, int] | None = None
    is_late_cancel: bool = False
    audit: AuditRecord | None = None

    def applied_to(self, user: User) -> User:
        """The user after a commit that was decided on this very state of it."""
        moved = user if self.delta is None else self.delta.applied_to(user)
        return replace(
            moved,
            updated_at=self.at,
            books_opened_at=self.at if self.opens_books else moved.books_opened_at,
            bucket=self.bucket or moved.bucket,
            keys=moved.keys if self.key is None else {**moved.keys, self.key.id: self.key},
            weeks=moved.weeks if self.weeks is None else self.weeks,
            cancels=moved.cancels if self.cancels is None else self.cancels,
        )


def deduct(user: User, generation: "Generation") -> Change:
    """Take a new generation's price. Raises InsufficientCredits or UserInactive."""
    if not user.is_active:
        raise UserInactive(user.id)
    if user.current_credits < generation.price:
        raise InsufficientCredits(required=generation.price, available=user.current_credits)
    return Change(
        user_id=user.id,
        at=generation.created_at,
        delta=BalanceDelta(current=-generation.price, held=generation.price, in_flight=1),
        generation=generation,
        entry=deduction_entry(generation),
    )


def deduction_entry(generation: "Generation") -> Entry:
    return Entry(
        id=f"{generation.id}-deduction",
        type=EntryType.DEDUCTION,
        credits=generation.price,
        user_id=generation.user_id,
        description=f"Image generation - {generation.spec.model} - {generation.spec.size}",
        timestamp=generation.created_at,
        generation_request_id=generation.id,
        mark=generation.mark,
    )


def refund_entry(generation: "Generation", reason: str, at: datetime) -> Entry:
    return Entry(
        id=f"{generation.id}-refund",
        type=EntryType.REFUND,
        credits=generation.price,
        user_id=generation.user_id,
        description=f"Refund for {generation.status} generation: {reason}",
        timestamp=at,
        generation_request_id=generation.id,
        mark=generation.mark,
    )


def post(user: User, entry: Entry) -> Change:
    """Add or take credits by an entry of its own, such as a grant. Raises InsufficientCredits below zero."""
    balance = user.current_credits + entry.signed_credits
    if balance < 0 and entry.signed_credits < 0 and entry.type is not EntryType.CLAWBACK:
        raise InsufficientCredits(required=-entry.signed_credits, available=user.current_credits)
    return Change(user_id=user.id, at=entry.timestamp, delta=BalanceDelta(current=entry.signed_credits), entry=entry)
