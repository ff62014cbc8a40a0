"""A commit describes all that one atomic write does to a user's books. docs/ledger.md has the invariants that it keeps.

The credits are held for a subject, such as a generation. This room knows a subject by its id and its price only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from core.rates import Bucket
from domain.accounts.errors import UserInactive
from domain.accounts.keys import ApiKey
from domain.credits.errors import InsufficientCredits
from domain.credits.ledger import Entry, EntryType
from domain.credits.user import User
from domain.credits.user_week import UserWeek


class Subject(Protocol):
    """Credits are held for a subject until it is settled.

    `title` is what its deduction says. `mark` is a number drawn from the id, which its entries carry too.
    """

    @property
    def id(self) -> str: ...

    @property
    def user_id(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def price(self) -> int: ...

    @property
    def created_at(self) -> datetime: ...

    @property
    def api_key_id(self) -> str | None: ...

    @property
    def mark(self) -> int | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceDelta:
    """A commit adds these numbers to those of a user's document."""

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
class Commit[S: Subject]:
    """A commit describes all that one atomic write does to one user's books, and beside them.

    `subject` is the new state of what the credits are held for. `records` are new documents of other rooms, which this
    room does not look into, such as an audit record. `bucket`, `key`, `weeks` and `cancels` are the new values of the
    user's rate, of the key that spent and of the counts. `is_late_cancel` says that a model was at work on the subject
    when its user cancelled it.
    """

    user_id: str
    at: datetime
    subject: S | None = None
    delta: BalanceDelta | None = None
    entries: tuple[Entry, ...] = ()
    records: tuple[object, ...] = ()
    opens_books: bool = False
    bucket: Bucket | None = None
    key: ApiKey | None = None
    weeks: Mapping[str, UserWeek] | None = None
    cancels: Mapping[str, int] | None = None
    is_late_cancel: bool = False

    def applied_to(self, user: User) -> User:
        """Return the user after the commit. The commit must have been decided on this same state of the user."""
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


def hold[S: Subject](user: User, subject: S) -> Commit[S]:
    """Take a new subject's price, and hold it until it is settled. Raise InsufficientCredits or UserInactive."""
    if not user.is_active:
        raise UserInactive(user.id)
    if user.current_credits < subject.price:
        raise InsufficientCredits(required=subject.price, available=user.current_credits)
    return Commit(
        user_id=user.id,
        at=subject.created_at,
        subject=subject,
        delta=BalanceDelta(current=-subject.price, held=subject.price, in_flight=1),
        entries=(deduction_entry(subject),),
    )


def deduction_entry(subject: Subject) -> Entry:
    """Return the entry of a hold. Its id is derived from the subject's, so that there can be no second one."""
    return Entry(
        id=f"{subject.id}-deduction",
        type=EntryType.DEDUCTION,
        credits=subject.price,
        user_id=subject.user_id,
        description=subject.title,
        timestamp=subject.created_at,
        generation_request_id=subject.id,
        mark=subject.mark,
    )


def refund_entry(subject: Subject, credits_: int, description: str, at: datetime) -> Entry:
    """Return the entry of what is given back. Its id is derived too, so that there can be no second one."""
    return Entry(
        id=f"{subject.id}-refund",
        type=EntryType.REFUND,
        credits=credits_,
        user_id=subject.user_id,
        description=description,
        timestamp=at,
        generation_request_id=subject.id,
        mark=subject.mark,
    )


def post(user: User, entry: Entry) -> Commit[Subject]:
    """Add or take credits by an entry of its own, such as a grant. Raise InsufficientCredits below zero."""
    balance = user.current_credits + entry.signed_credits
    if balance < 0 and entry.signed_credits < 0 and entry.type is not EntryType.CLAWBACK:
        raise InsufficientCredits(required=-entry.signed_credits, available=user.current_credits)
    return Commit(
        user_id=user.id, at=entry.timestamp, delta=BalanceDelta(current=entry.signed_credits), entries=(entry,)
    )
