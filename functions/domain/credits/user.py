"""A user has a balance, and everything else that a commit on it depends on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.rates import Bucket
from domain.accounts.keys import ApiKey
from domain.credits.allowances import Allowances
from domain.credits.grants import Grants
from domain.credits.user_week import UserWeek


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user has a balance, and everything else that a commit on it depends on: whether it may spend, and how fast.

    `in_flight` counts its unsettled generations. `weeks` counts what it asked for, by `Week.field`. A token is not
    valid if its owner signed in before `signed_out_at`. `cancels` counts the generations that the user cancelled after
    they had started, by UTC day (`d20261128`). `claimed` are the anonymous accounts whose generations this one took
    over. `erasure_due` says that the account is deleted, and that some of what it made may still be there.
    """

    id: str
    name: str
    email: str
    current_credits: int
    held_credits: int = 0
    total_images_generated: int = 0
    is_active: bool = True
    created_at: datetime | None = None
    updated_at: datetime | None = None
    # None means that the balance is older than the ledger, and that no `opening` entry has been posted yet.
    books_opened_at: datetime | None = None
    is_anonymous: bool = False
    is_admin: bool = False
    in_flight: int = 0
    bucket: Bucket | None = None
    keys: Mapping[str, ApiKey] = field(default_factory=dict)
    weeks: Mapping[str, UserWeek] = field(default_factory=dict)
    signed_out_at: datetime | None = None
    deleted_at: datetime | None = None
    erasure_due: bool = False
    claimed: tuple[str, ...] = ()
    cancels: Mapping[str, int] = field(default_factory=dict)
    grants: Grants = field(default_factory=dict)
    # The nightly run looks for users whose grants begin or end, and this is when that happens next.
    grants_due_at: datetime | None = None
    allowances: Allowances = field(default_factory=dict)
    claimed_by: str | None = None
    # The welcome credits wait for a verified e-mail address, or for a day on which the user's network has had fewer.
    welcome_due: bool = False
