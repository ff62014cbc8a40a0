"""A user is four values: who it is, what it can spend, how fast it may spend, and what it did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.rates import Bucket
from domain.accounts.user_identity import UserIdentity
from domain.credits.allowances import Allowances
from domain.credits.grants import Grants
from domain.credits.user_week import UserWeek


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """This is what a user can spend: credits, some of which may belong to grants, and images of allowances.

    `held_credits` are deducted for what is not settled yet.
    """

    current_credits: int = 0
    held_credits: int = 0
    grants: Grants = field(default_factory=dict)
    # The nightly run looks for users whose grants begin or end, and this is when that happens next.
    grants_due_at: datetime | None = None
    allowances: Allowances = field(default_factory=dict)
    # None means that the balance is older than the ledger, and that no `opening` entry has been posted yet.
    books_opened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """This limits how fast a user may spend.

    `in_flight` counts its unsettled generations. `cancels` counts the generations that it cancelled after they had
    started, by UTC day (`d20261128`).
    """

    bucket: Bucket | None = None
    in_flight: int = 0
    cancels: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """This counts what a user asked for and what it got. `weeks` has the requests, by `Week.field`.

    `updated_at` is the time of the last commit.
    """

    total_images_generated: int = 0
    weeks: Mapping[str, UserWeek] = field(default_factory=dict)
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user is everything that a commit on its books depends on: who it is, what it has, how fast it may spend.

    All of it is stored in one document, so that one version fences all of it.
    """

    id: str
    identity: UserIdentity = field(default_factory=UserIdentity)
    balance: Balance = field(default_factory=Balance)
    pace: Pace = field(default_factory=Pace)
    activity: Activity = field(default_factory=Activity)
