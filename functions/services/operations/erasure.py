"""A person is deleted: everything that came from the person is erased, and its costs stay in the books.

The first commit closes the account, so that nothing new can begin. The rest is done piece by piece, and each piece may
be repeated. If the time of the request is too short, or something does not answer, the rest is done in the night.
"""

import logging
import uuid
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.clock import Clock
from core.damage import UnreadableRecord
from core.errors import Unavailable
from domain.accounts.errors import UserNotFound
from domain.accounts.keys import ApiKey
from domain.accounts.user_identity import UserIdentity
from domain.credits.commits import Commit
from domain.credits.user import User
from domain.generations.errors import SettlementConflict
from services.accounts.instructions import Instruction, target_of
from services.accounts.ports import AccountCommit, Accounts, IdentityDirectory, Users
from services.generations.erasing import GenerationEraser
from services.operations.opening import OpeningService

log = logging.getLogger(__name__)

# Somebody waits for the answer, and the function may run for 60 seconds.
_REQUEST_TIME = timedelta(seconds=40)

# The schedule may run for nine minutes, and the audit comes after the erasures.
_NIGHTLY_TIME = timedelta(minutes=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasures:
    """These are the counts of one night. Erasures that are left are due again in the next night."""

    finished: int
    left: int


class ErasureService:
    def __init__(
        self,
        *,
        users: Users,
        stored_accounts: Accounts,
        directory: IdentityDirectory,
        opening: OpeningService,
        eraser: GenerationEraser,
        clock: Clock,
    ) -> None:
        self._users = users
        self._stored_accounts = stored_accounts
        self._directory = directory
        self._opening = opening
        self._eraser = eraser
        self._clock = clock

    def delete(self, user_id: str, by: Instruction) -> bool:
        """Delete the user. Return whether everything is erased; a repeat goes on with what is left.

        Raise UserNotFound or Unavailable.
        """
        until = self._clock() + _REQUEST_TIME

        def decide(user: User) -> AccountCommit | None:
            if user.identity.deleted_at is not None:
                return None
            now = self._clock()
            record = by.record(str(uuid.uuid4()), now, "user.delete", target_of(user_id))
            return Commit(user_id=user.id, at=now, identity=_closed(user.identity, now), records=(record,))

        user = self._stored_accounts.change(user_id, decide)
        log.info("user_deleted", extra={"user_id": user_id, "actor": by.actor})
        return self._erase(user, until) if user.identity.erasure_due else True

    def continue_all(self) -> Erasures:
        """Go on with the erasures that are due, as far as the time allows.

        One that cannot be finished does not stop the others.
        """
        until = self._clock() + _NIGHTLY_TIME
        finished = left = 0
        for user in self._users.to_erase():
            is_done = not isinstance(user, UnreadableRecord) and self._erased_if_possible(user, until)
            finished, left = finished + is_done, left + (not is_done)
        log.info("erasures_continued", extra={"finished": finished, "left": left})
        return Erasures(finished=finished, left=left)

    def _erased_if_possible(self, user: User, until: datetime) -> bool:
        try:
            return self._erase(user, until)
        except (Unavailable, UnreadableRecord, SettlementConflict) as error:
            log.warning("erasure_postponed", extra={"user_id": user.id, "reason": error.message})
            return False

    def _erase(self, user: User, until: datetime) -> bool:
        """Erase the user, and the anonymous accounts that it claimed, because they are the same person."""
        if self._clock() >= until:
            return False
        # A generation of feraset-imagen's becomes one of ours when it is written, so it has to be in the books before
        # that.
        self._opening.open(user.id)
        owners = (user.id, *user.identity.claimed)
        for owner in owners:
            self._directory.delete(owner)
        for claimed in user.identity.claimed:
            with suppress(UserNotFound):
                self._stored_accounts.change(claimed, self._closed_with_it)
        if not self._eraser.erase_all(owners, until):
            return False
        self._stored_accounts.change(user.id, self._finished)
        log.info("user_erased", extra={"user_id": user.id})
        return True

    def _closed_with_it(self, claimed: User) -> AccountCommit | None:
        if claimed.identity.deleted_at is not None:
            return None
        now = self._clock()
        closed = replace(_closed(claimed.identity, now), erasure_due=False)
        return Commit(user_id=claimed.id, at=now, identity=closed)

    def _finished(self, user: User) -> AccountCommit | None:
        if not user.identity.erasure_due:
            return None
        erased = replace(user.identity, erasure_due=False)
        return Commit(user_id=user.id, at=self._clock(), identity=erased)


def _closed(identity: UserIdentity, now: datetime) -> UserIdentity:
    """Return the identity without a name, keys or rights.

    It is not an anonymous user's either, because a first sign-in would give that one a name.
    """
    return replace(
        identity,
        name="",
        email="",
        is_active=False,
        is_admin=False,
        is_anonymous=False,
        welcome_due=False,
        keys={key.id: _revoked(key, now) for key in identity.keys.values()},
        signed_out_at=now,
        deleted_at=now,
        erasure_due=True,
    )


def _revoked(key: ApiKey, now: datetime) -> ApiKey:
    return replace(key, name="", revoked_at=key.revoked_at or now)
