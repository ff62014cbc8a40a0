"""The sweeper sends every unsettled generation past its `due_at` again, or fails and refunds it."""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import Clock
from core.damage import UnreadableRecord
from core.logging import log_context
from core.records import Stored
from domain.generations.generation import Generation
from services.generations.ports import Generations
from services.operations.queue import QueueMarks
from services.operations.rescuing import LOOK_AGAIN_MAX, Rescuer, is_lost, is_overdue

log = logging.getLogger(__name__)

# A sweep may take this long. The schedule runs every minute.
_BUDGET = timedelta(seconds=45)

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
        marks: QueueMarks,
        rescuer: Rescuer,
        clock: Clock,
    ) -> None:
        self._generations = generations
        self._marks = marks
        self._rescuer = rescuer
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
            return self._rescuer.rescue(row, lost_until)

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
        if lost_until is None or now > lost_until + LOOK_AGAIN_MAX:
            yield from self._generations.due(now=now)
            return
        for row in self._generations.due(now=now + LOOK_AGAIN_MAX):
            if (
                isinstance(row, UnreadableRecord)
                or is_overdue(row.value, self._clock())
                or is_lost(row.value, lost_until)
            ):
                yield row
