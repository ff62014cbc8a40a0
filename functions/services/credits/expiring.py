"""Grants begin and end by themselves. The nightly run writes the entries of users who commit nothing meanwhile."""

import logging
from datetime import timedelta

from core.clock import Clock
from core.damage import UnreadableRecord
from core.errors import Unavailable
from domain.accounts.errors import UserNotFound
from domain.credits.postings import bring_up_to_date
from services.accounts.ports import Users
from services.credits.ports import Ledger

log = logging.getLogger(__name__)

# The schedule may run for nine minutes, in which the erasures and the audit take up to four each.
_NIGHTLY_TIME = timedelta(seconds=50)


class ExpiryService:
    def __init__(self, *, users: Users, ledger: Ledger, clock: Clock) -> None:
        self._users = users
        self._ledger = ledger
        self._clock = clock

    def run(self) -> int:
        """Bring the grants that are due up to date, as far as the time allows. Return how many users changed.

        The rest is due in the next night. A user that cannot be written now does not stop the others.
        """
        now = self._clock()
        until, changed = now + _NIGHTLY_TIME, 0
        for user in self._users.with_grants_due(now):
            if self._clock() >= until:
                break
            if not isinstance(user, UnreadableRecord):
                changed += self._is_changed(user.id)
        log.info("grants_brought_up_to_date", extra={"users": changed})
        return changed

    def _is_changed(self, user_id: str) -> bool:
        try:
            return self._ledger.update(user_id, lambda user: bring_up_to_date(user, self._clock()))
        except (Unavailable, UnreadableRecord, UserNotFound) as error:
            log.warning("grants_postponed", extra={"user_id": user_id, "reason": str(error)})
            return False
