"""One overdue generation is sent again, or failed and refunded."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from core.clock import Clock
from core.damage import UnreadableRecord
from core.errors import Unavailable
from core.records import Stored
from domain.accounts.errors import UserNotFound
from domain.credits.commits import Commit
from domain.generations import lifecycle
from domain.generations.errors import SettlementConflict
from domain.generations.generation import OUT_OF_ATTEMPTS, TOOK_TOO_LONG, Failure, Generation, Status
from services.generations.dispatching import Dispatcher
from services.generations.models import ModelRegistry
from services.generations.ports import Generations, TaskMessage

log = logging.getLogger(__name__)

# One commit may take this long. If the database is too busy for it, the next sweep tries again, and the others have
# their turn.
_PATIENCE = timedelta(seconds=3)

_LOOK_AGAIN = timedelta(seconds=60)
LOOK_AGAIN_MAX = timedelta(minutes=30)

_SAME_NAME_SIGHTINGS = 3


class Rescuer:
    """`attempts_max` and `age_max` are after how many attempts, and at what age, a generation is given up."""

    def __init__(
        self,
        *,
        generations: Generations,
        dispatcher: Dispatcher,
        models: ModelRegistry,
        attempts_max: int,
        age_max: timedelta,
        clock: Clock,
    ) -> None:
        self._generations = generations
        self._dispatcher = dispatcher
        self._models = models
        self._attempts_max = attempts_max
        self._age_max = age_max
        self._clock = clock

    def rescue(self, stored: Stored[Generation], lost_until: datetime | None) -> str:
        """Rescue one generation, and return what was done with it.

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
        if lost_until is not None and is_lost(generation, lost_until):
            return self._send_under_a_new_name(stored, lambda found: is_lost(found, lost_until))
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
            if not is_overdue(generation, self._clock()):
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
        return self._send_under_a_new_name(stored, lambda found: is_overdue(found, self._clock()))

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
            if not is_overdue(generation, self._clock()):
                return None
            now = self._clock()
            return lifecycle.deferred(generation, now=now, due_at=now + _backoff(generation))

        self._generations.change(stored, decide, patience=_PATIENCE)

    def _send(self, generation: Generation) -> None:
        is_new = self._dispatcher.send(generation)
        if is_new is not None:
            log.info("generation_resent", extra={"task": TaskMessage.of(generation).name, "was_waiting": not is_new})


def is_overdue(generation: Generation, now: datetime) -> bool:
    """Say whether it is overdue.

    This is asked again on each read, because a worker may have claimed or settled it.
    """
    return generation.due_at is not None and generation.due_at <= now


def is_lost(generation: Generation, lost_until: datetime) -> bool:
    """Say whether a purge dropped its task while no worker is at it.

    It cannot be seen if a worker gave back a later dispatch since then. The sweeper rescues that one as any other.
    """
    if generation.is_final or (generation.status is Status.PROCESSING and generation.provider_job is None):
        return False
    sent_at = generation.created_at if generation.dispatch == 1 else generation.updated_at
    return sent_at <= lost_until


def _backoff(generation: Generation) -> timedelta:
    """Return 1, 2, 4 … minutes, at most 30."""
    return min(LOOK_AGAIN_MAX, _LOOK_AGAIN * 2.0 ** min(generation.deferrals, 10))
