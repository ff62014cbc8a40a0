"""A person is deleted: everything that came from the person is erased, and its costs stay in the books.

The first commit closes the account, so that nothing new can begin. The rest is done piece by piece, and each piece may
be repeated. If the time of the request is too short, or something does not answer, the rest is done in the night.
"""

import logging
import uuid
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

from core.clock import Clock
from core.damage import UnreadableRecord
from core.errors import AppError, Unavailable
from core.records import Stored
from domain.accounts.errors import UserNotFound
from domain.accounts.keys import ApiKey
from domain.accounts.user_identity import UserIdentity
from domain.credits.commits import Commit
from domain.credits.ledger import EntryType
from domain.credits.user import User
from domain.generations.erasing import erase
from domain.generations.errors import SettlementConflict
from domain.generations.generation import Generation, Status
from domain.generations.lifecycle import cancel
from services.accounts.instructions import Instruction, target_of
from services.accounts.ports import AccountCommit, Accounts, IdentityDirectory, Users
from services.credits.ports import Ledger
from services.generations.dispatching import Dispatcher
from services.generations.models import ModelRegistry
from services.generations.output_files import OutputFiles
from services.generations.ports import Generations
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
        generations: Generations,
        ledger: Ledger,
        opening: OpeningService,
        outputs: OutputFiles,
        directory: IdentityDirectory,
        models: ModelRegistry,
        dispatcher: Dispatcher,
        clock: Clock,
    ) -> None:
        self._users = users
        self._stored_accounts = stored_accounts
        self._generations = generations
        self._ledger = ledger
        self._opening = opening
        self._outputs = outputs
        self._directory = directory
        self._models = models
        self._dispatcher = dispatcher
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
        stopped: AppError | None = None
        for row in chain.from_iterable(self._generations.each([owner]) for owner in owners):
            if self._clock() >= until:
                return False
            stopped = self._stopped_by(row) or stopped
        if stopped is not None:  # the others are erased, and a person has to look at this one
            raise stopped
        self._stored_accounts.change(user.id, self._finished)
        log.info("user_erased", extra={"user_id": user.id})
        return True

    def _stopped_by(self, row: Stored[Generation] | UnreadableRecord) -> AppError | None:
        """Erase one generation. Return an error if it is damaged."""
        if isinstance(row, UnreadableRecord):
            return row
        try:
            if not row.value.is_erased:
                self._erase_generation(row.value.id)
        except (UnreadableRecord, SettlementConflict) as error:
            return error
        return None

    def _erase_generation(self, generation_id: str) -> None:
        """End the generation, remove its files, erase its texts, and remove its files once more.

        A worker may store a picture in the meantime. Before the texts are erased, it may find that the generation has
        such an output, and leave the file there; this is why the files are removed twice. After that, it finds no such
        output, and removes the file itself.
        """
        found = self._generations.get(generation_id)
        assert found is not None, "generations are never deleted"  # noqa: S101 - a bug, not a refusal
        ended = self._ended(found)
        self._outputs.remove_all(ended.value)
        if ended.value.status is Status.FAILED:
            self._forget_reasons(ended.value)
        self._generations.change(ended, lambda each: erase(each, now=self._clock()))
        self._outputs.remove_all(ended.value)

    def _ended(self, found: Stored[Generation]) -> Stored[Generation]:
        def decide(generation: Generation) -> Commit[Generation] | None:
            return None if generation.is_final else cancel(generation, now=self._clock())

        ended = self._generations.change(found, decide)
        if not found.value.is_final:
            self._dispatcher.withdraw(ended.value)
        if ended.value.provider_job is not None and not found.value.is_final:
            self._models.cancel_job(ended.value.spec.model, ended.value.provider_job)
        return ended

    def _forget_reasons(self, generation: Generation) -> None:
        """Erase the reason from the refunds of a failed generation, because it may quote the prompt."""
        for entry in self._ledger.of_generation(generation.user_id, generation.id):
            plain = f"Refund for {generation.status} generation"
            if entry.type is EntryType.REFUND and entry.description != plain:
                self._ledger.reword(replace(entry, description=plain))

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
