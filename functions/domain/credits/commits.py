"""A commit describes all that one atomic write does to a user's books. docs/ledger.md has the invariants that it keeps.

The credits are held for a subject, such as a generation. This room knows a subject by its id and its price only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from typing import Protocol, Self

from core.rates import Bucket
from domain.accounts.user_identity import UserIdentity
from domain.credits.allowances import Allowances, AllowanceUse, settle_images
from domain.credits.funding import Funding
from domain.credits.grants import Grants, Return, after_return, due_at
from domain.credits.ledger import Entry
from domain.credits.user import Balance, User
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

    def grants_after(self, grants: Grants, now: datetime) -> Grants:
        return reduce(lambda found, change: after_return(found, change, now), self.returns, grants)

    def allowances_after(self, allowances: Allowances) -> Allowances:
        return allowances if self.allowance is None else settle_images(allowances, self.allowance, self.images_used)


_NOTHING = BalanceDelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit[S: Subject]:
    """A commit describes all that one atomic write does to one user's books, and beside them.

    `subject` is the new state of what the credits are held for. `records` are what the commit writes for other rooms,
    and this room does not look into them: an audit record, the secret of a key. `identity`, `bucket`, `weeks`,
    `cancels`, `grants` and `allowances` are new values of the user's, and None means that the old one stays.
    `is_late_cancel` says that a model was at work on the subject when its user cancelled it.
    """

    user_id: str
    at: datetime
    subject: S | None = None
    delta: BalanceDelta | None = None
    entries: tuple[Entry, ...] = ()
    records: tuple[object, ...] = ()
    opens_books: bool = False
    identity: UserIdentity | None = None
    bucket: Bucket | None = None
    weeks: Mapping[str, UserWeek] | None = None
    cancels: Mapping[str, int] | None = None
    grants: Grants | None = None
    allowances: Allowances | None = None
    is_late_cancel: bool = False

    def applied_to(self, user: User) -> User:
        """Return the user after the commit. The commit must have been decided on this same state of the user."""
        delta = self.delta or _NOTHING
        return User(
            id=user.id,
            identity=self.identity or user.identity,
            balance=self._balance(user.balance, delta),
            pace=replace(
                user.pace,
                bucket=self.bucket or user.pace.bucket,
                in_flight=user.pace.in_flight + delta.in_flight,
                cancels=user.pace.cancels if self.cancels is None else self.cancels,
            ),
            activity=replace(
                user.activity,
                total_images_generated=user.activity.total_images_generated + delta.images,
                weeks=user.activity.weeks if self.weeks is None else self.weeks,
                updated_at=self.at,
            ),
        )

    def _balance(self, balance: Balance, delta: BalanceDelta) -> Balance:
        grants = delta.grants_after(balance.grants if self.grants is None else self.grants, self.at)
        return replace(
            balance,
            current_credits=balance.current_credits + delta.current,
            held_credits=balance.held_credits + delta.held,
            grants=grants,
            grants_due_at=balance.grants_due_at if grants is balance.grants else due_at(grants),
            allowances=delta.allowances_after(balance.allowances if self.allowances is None else self.allowances),
            books_opened_at=self.at if self.opens_books else balance.books_opened_at,
        )
