"""A commit describes all that one atomic write does to a user's books. docs/ledger.md has the invariants that it keeps.

The credits are held for a subject, such as a generation. This room knows a subject by its id and its price only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from typing import Protocol, Self

from core.rates import Bucket
from domain.accounts.keys import ApiKey
from domain.credits.allowances import Allowances, AllowanceUse, settle_images
from domain.credits.funding import Funding
from domain.credits.grants import Grants, Return, after_return, due_at
from domain.credits.ledger import Entry
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
    def held(self) -> int: ...

    @property
    def in_flight(self) -> bool: ...

    @property
    def created_at(self) -> datetime: ...

    @property
    def api_key_id(self) -> str | None: ...

    @property
    def mark(self) -> int | None: ...

    @property
    def funding(self) -> Funding: ...

    def funded(self, funding: Funding) -> Self:
        """Return the same subject with this funding."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceDelta:
    """A commit adds these numbers to those of a user's document.

    `returns` are added to its grants. If `allowance` is set, its hold ends, and `images_used` of it are used.
    """

    current: int = 0
    held: int = 0
    images: int = 0
    in_flight: int = 0
    returns: tuple[Return, ...] = ()
    allowance: AllowanceUse | None = None
    images_used: int = 0

    def applied_to(self, user: User, now: datetime) -> User:
        grants = reduce(lambda found, change: after_return(found, change, now), self.returns, user.grants)
        used = user.allowances if self.allowance is None else self._settled(user.allowances, self.allowance)
        return replace(
            user,
            current_credits=user.current_credits + self.current,
            held_credits=user.held_credits + self.held,
            total_images_generated=user.total_images_generated + self.images,
            in_flight=user.in_flight + self.in_flight,
            grants=grants,
            allowances=used,
        )

    def _settled(self, allowances: Allowances, use: AllowanceUse) -> Allowances:
        return settle_images(allowances, use, self.images_used)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit[S: Subject]:
    """A commit describes all that one atomic write does to one user's books, and beside them.

    `subject` is the new state of what the credits are held for. `records` are new documents of other rooms, which this
    room does not look into, such as an audit record. `bucket`, `key`, `weeks`, `cancels`, `grants` and `allowances` are
    new values of the user's, and None means that the old one stays. `is_late_cancel` says that a model was at work on
    the subject when its user cancelled it.
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
    grants: Grants | None = None
    allowances: Allowances | None = None
    is_late_cancel: bool = False

    def applied_to(self, user: User) -> User:
        """Return the user after the commit. The commit must have been decided on this same state of the user."""
        kept = replace(
            user,
            updated_at=self.at,
            books_opened_at=self.at if self.opens_books else user.books_opened_at,
            bucket=self.bucket or user.bucket,
            keys=user.keys if self.key is None else {**user.keys, self.key.id: self.key},
            weeks=user.weeks if self.weeks is None else self.weeks,
            cancels=user.cancels if self.cancels is None else self.cancels,
            grants=user.grants if self.grants is None else self.grants,
            allowances=user.allowances if self.allowances is None else self.allowances,
        )
        moved = kept if self.delta is None else self.delta.applied_to(kept, self.at)
        return moved if moved.grants is user.grants else replace(moved, grants_due_at=due_at(moved.grants))
