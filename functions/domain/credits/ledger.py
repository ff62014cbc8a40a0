"""The ledger is the history of a user's balance. Each change of it is an entry. Credits are integers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EntryType(StrEnum):
    DEDUCTION = "deduction"
    REFUND = "refund"
    TOP_UP = "top_up"
    GRANT = "grant"
    ADJUSTMENT = "adjustment"
    CLAWBACK = "clawback"
    EXPIRY = "expiry"
    OPENING = "opening"


# These types take credits away. Every other type adds its credits; only those of an adjustment or an opening may be
# below zero.
DEBITS = frozenset({EntryType.DEDUCTION, EntryType.CLAWBACK, EntryType.EXPIRY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry never changes. `credits` is positive for feraset-imagen's types, and the sign comes from the type."""

    id: str
    type: EntryType
    credits: int
    user_id: str
    description: str
    timestamp: datetime
    generation_request_id: str | None = None
    # It is the mark of the generation. By sums of marks the audit sees whether each generation has its own entry.
    mark: int | None = None
    # A debit that is not held took these credits from these grants.
    taken: Mapping[str, int] = field(default_factory=dict)

    @property
    def signed_credits(self) -> int:
        return -self.credits if self.type in DEBITS else self.credits
