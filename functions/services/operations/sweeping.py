"""The sweeper sends every unsettled generation past its `due_at` again, or fails and refunds it."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import Clock
from core.damage import UnreadableRecord
from core.errors import Unavailable
from core.logging import log_context
from core.records import Stored
from domain.accounts.errors import UserNotFound
from domain.credits.commits import Commit
from domain.generations import lifecycle
from domain.generations.errors import SettlementConflict
from domain.generations.generation import OUT_OF_ATTEMPTS, TOOK_TOO_LONG, Failure, Generation, Status
from services.generations.dispatching import Dispatcher
from services.generations.models import ModelRegistry
from services.generations.ports import Generations, TaskMessage
from services.operations.queue import QueueMarks

log = logging.getLogger(__name__)

# A sweep may take this long. The schedule runs every minute.
_BUDGET = timedelta(seconds=45)

# One commit may take this long. If the database is too busy for it, the next sweep tries again, and the others have
# their turn.
_PATIENCE = timedelta(seconds=3)

_LOOK_AGAIN = timedelta(seconds=60)
_LOOK_AGAIN_MAX = timedelta(minutes=30)

_SAME_NAME_SIGHTINGS = 3

# A purge may also drop tasks that are sent in this time after its mark. Clocks differ, too.
_PURGE_LASTS = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepResult:
    """This counts the overdue generations by what was done with them.

    `unreadable` ones cannot be read, and `disputed` ones cannot be settled, because an entry of theirs is there
    already. The log names them, and a person has to repair them.
    """

    resent: int = 0
    dispatched_again: int = 0
    failed: int = 0
    settled_meanwhile: int = 0
    unavailable: int = 0
    unreadable: int = 0
    disputed: int = 0

    @property
    def needs_repair(self) -> bool:
        return bool(self.unreadable or self.disputed)


class SweepService:
    def __init__(
        self,
        *,
        generations: Generations,
        dispatcher: Dispatcher,
        marks: QueueMarks,
        models: ModelRegistry,
        attempts_max: int,
        age_max: timedelta,
        clock: Clock,
    ) -> None:
        self._generations = generations
        self._dispatcher = dispatcher
        self._marks = marks
        self._models = models
        self._attempts_max = attempts_max
        self._age_max = age_max
        self._clock = clock

    def sweep(self) -> SweepResult:
        """Rescue every generation that is due, or as many as 45 seconds allow. The rest is due for the next sweep.

        Raise Unavailable if the database does not say what is due.
        """
        started = self._clock()
        lost_until = self._lost_until(started)
        outcomes: Counter[str] = Counter()
        for row in self._due(started, lost_until):
            if self._clock() - started >= _BUDGET:
                break
            outcomes[self._outcome_of(row, lost_until)] += 1
        if outcomes:
            log.info("swept", extra={"found": outcomes.total(), "outcomes": dict(outcomes)})
        return SweepResult(**outcomes)

    def _outcome_of(self, row: Stored[Generation] | UnreadableRecord, lost_until: datetime | None) -> str:
        if isinstance(row, UnreadableRecord):
            return "unreadable"
        with log_context(generation_id=row.value.id, request_id=row.value.request_id):
            return self._rescued(row, lost_until)

    def _lost_until(self, now: datetime) -> datetime | None:
        """Return the moment before which all tasks were lost by a purge, or None if there was none.

        While the purge may still be at work, the result is None too, so nothing is sent because of it.
        """
        purged_at = self._marks.purged_at()
        if purged_at is None or now < purged_at + _PURGE_LASTS:
            return None
        return purged_at + _PURGE_LASTS

    def _due(self, now: datetime, lost_until: datetime | None) -> Iterator[Stored[Generation] | UnreadableRecord]:
        """Yield the generations that are due.

        After a purge, yield those that lost their task as well, until the longest backoff from before the purge is
        over.
        """
        if lost_until is None or now > lost_until + _LOOK_AGAIN_MAX:
            yield from self._generations.due(now=now)
            return
        for row in self._generations.due(now=now + _LOOK_AGAIN_MAX):
            if isinstance(row, UnreadableRecord) or self._is_overdue(row.value) or _is_lost(row.value, lost_until):
                yield row

    def _rescued(self, stored: Stored[Generation], lost_until: datetime | None) -> str:
        """Rescue one generation.

        If that is not possible now, it must not delay the others, in the next sweep either.
        """
        try:
            return self._rescue(stored, lost_until)
        except (Unavailable, UserNotFound) as error:
            log.warning("rescue_failed", extra={"reason": error.message})
            outcome = "unavailable"
        except UnreadableRecord:  # another writer changed it in the meantime
            return "unreadable"
        except SettlementConflict as error:
            log.error("settlement_conflict", extra={"reason": error.message})  # noqa: TRY400 - no bug
            outcome = "disputed"
        with suppress(Unavailable, UnreadableRecord):  # otherwise it stays due
            found = self._generations.get(stored.value.id)  # another writer may have changed it
            if found is not None:
                self._defer(found)
        return outcome

    def _rescue(self, stored: Stored[Generation], lost_until: datetime | None) -> str:
        now = self._clock()
        generation = stored.value
        if now - generation.created_at > self._age_max:
            return self._fail(stored, TOOK_TOO_LONG)
        if lost_until is not None and _is_lost(generation, lost_until):
            return self._send_under_a_new_name(stored, lambda found: _is_lost(found, lost_until))
        crashed = generation.status is Status.PROCESSING and generation.provider_job is None
        if crashed and generation.attempt >= self._attempts_max:
            return self._fail(stored, OUT_OF_ATTEMPTS)
        # A task that was used up while another attempt was at work is gone. One new name for each attempt makes up for
        # that.
        if crashed or (generation.attempt > 0 and generation.deferrals == _SAME_NAME_SIGHTINGS):
            return self._dispatch_again(stored)
        return self._resend(stored)

    def _fail(self, stored: Stored[Generation], failure: Failure) -> str:
        def decide(generation: Generation) -> Commit[Generation] | None:
            if not self._is_overdue(generation):
                return None
            return lifecycle.fail(generation, failure, now=self._clock())

        settled = self._generations.change(stored, decide, patience=_PATIENCE).value
        if settled.status is not Status.FAILED:
            return "settled_meanwhile"
        if stored.value.provider_job is not None:
            self._models.cancel_job(settled.spec.model, stored.value.provider_job)
        self._dispatcher.withdraw(settled)
        log.warning("generation_given_up", extra={"code": failure.code, "attempt": settled.attempt})
        return "failed"

    def _dispatch_again(self, stored: Stored[Generation]) -> str:
        """Send a task with a new name. The last task is used up, because its worker crashed."""
        return self._send_under_a_new_name(stored, self._is_overdue)

    def _send_under_a_new_name(self, stored: Stored[Generation], is_wanted: Callable[[Generation], bool]) -> str:
        """Store the new name first, and then send the task."""

        def decide(generation: Generation) -> Commit[Generation] | None:
            if not is_wanted(generation):
                return None
            now = self._clock()
            return lifecycle.dispatched_again(generation, now=now, due_at=now + _backoff(generation))

        changed = self._generations.change(stored, decide, patience=_PATIENCE).value
        if changed.dispatch == stored.value.dispatch:
            return "settled_meanwhile"
        self._send(changed)
        return "dispatched_again"

    def _resend(self, stored: Stored[Generation]) -> str:
        """Send the task with the same name again.

        If that name exists, the task is only waiting. A long queue must not lead to more and more tasks.
        """
        self._send(stored.value)
        self._defer(stored)
        return "resent"

    def _defer(self, stored: Stored[Generation]) -> None:
        """Look again later, counted from now, because the generation may have been due for hours."""

        def decide(generation: Generation) -> Commit[Generation] | None:
            if not self._is_overdue(generation):
                return None
            now = self._clock()
            return lifecycle.deferred(generation, now=now, due_at=now + _backoff(generation))

        self._generations.change(stored, decide, patience=_PATIENCE)

    def _is_overdue(self, generation: Generation) -> bool:
        """Say whether it is overdue.

        This is asked again on each read, because a worker may have claimed or settled it.
        """
        return generation.due_at is not None and generation.due_at <= self._clock()

    def _send(self, generation: Generation) -> None:
        is_new = self._dispatcher.send(generation)
        if is_new is not None:
            log.info("generation_resent", extra={"task": TaskMessage.of(generation).name, "was_waiting": not is_new})


def _is_lost(generation: Generation, lost_until: datetime) -> bool:
    """Say whether a purge dropped its task while no worker is at it.

    It cannot be seen if a worker gave back a later dispatch since then. The sweeper rescues that one as any other.
    """
    if generation.is_final or (generation.status is Status.PROCESSING and generation.provider_job is None):
        return False
    sent_at = generation.created_at if generation.dispatch == 1 else generation.updated_at
    return sent_at <= lost_until


def _backoff(generation: Generation) -> timedelta:
    """Return 1, 2, 4 … minutes, at most 30."""
    return min(_LOOK_AGAIN_MAX, _LOOK_AGAIN * 2.0 ** min(generation.deferrals, 10))
