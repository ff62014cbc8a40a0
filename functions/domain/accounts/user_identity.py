from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.accounts.keys import ApiKey


@dataclass(frozen=True, slots=True, kw_only=True)
class UserIdentity:
    """This says who a user is, whether it may do anything, and with which keys.

    A token is not valid if its owner signed in before `signed_out_at`. `claimed` are the anonymous accounts whose
    generations this user took over, and `claimed_by` is the user that took over this one. `erasure_due` says that the
    account is deleted, and that some of what it made may still be there.
    """

    name: str = ""
    email: str = ""
    is_active: bool = True
    is_anonymous: bool = False
    is_admin: bool = False
    keys: Mapping[str, ApiKey] = field(default_factory=dict)
    created_at: datetime | None = None
    signed_out_at: datetime | None = None
    deleted_at: datetime | None = None
    erasure_due: bool = False
    claimed: tuple[str, ...] = ()
    claimed_by: str | None = None
    # The welcome credits wait for a verified e-mail address, or for a day on which the user's network has had fewer.
    welcome_due: bool = False


def with_key(identity: UserIdentity, key: ApiKey) -> UserIdentity:
    """Return the identity with this key, which may take the place of an earlier state of the key."""
    return replace(identity, keys={**identity.keys, key.id: key})
