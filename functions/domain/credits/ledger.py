"""The ledger: entries are the history of a user's balance. Credits are integers."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


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
