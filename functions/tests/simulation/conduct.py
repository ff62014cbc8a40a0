"""These rules judge each single commit by the documents that stood there before. They are about fences, about final
states, and about who may end a generation.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from repositories.store.documents import Create, Document, Write
from services.generations.ports import TaskMessage
from simulation.grants import beginning, spendable
from simulation.heritage import is_adopted
from simulation.invariants import CLOCKS_DIFFER, FINAL
from simulation.scheduler import Op, Violation

Fields = Mapping[str, Any]

# This is less than the time between two polls, because an instance whose clock is further behind would poll a job
# without a pause.
SKEW_MAX = timedelta(seconds=3)


# This number is worked out by hand: the main queue has five of ten places, and one user may have three of these.
_SHARE = 3


class Conduct:
    def __init__(
        self,
        *,
        records: Callable[[], Mapping[str, Document]],
        now: Callable[[], datetime],
        attempts_max: int,
        cancels_max: int,
        looks: Callable[[str], int],
    ) -> None:
        """`looks` counts the polls and callbacks of a generation, because each of them makes one more task."""
        self._records = records
        self._now = now
        self._attempts_max = attempts_max
        self._looks = looks
        self._cancels_max = cancels_max
        # Somebody has asked the queue to remove the tasks of these generations.
        self.withdrawn: set[str] = set()
        self._provider_calls: Counter[str] = Counter()

    def of_commit(self, op: Op, before: Mapping[str, Document | None], writes: Sequence[Write]) -> None:
        _of_spending(before, [self._records()[write.path].fields for write in writes if _is_subject(write)])
        self._of_creations(before, [self._records()[write.path].fields for write in writes if _is_creation(write)])
        for write in writes:
            old, new = before[write.path], self._records()[write.path].fields
            if "/transactions/" in write.path and old is not None:
                raise Violation("entries", f"{write.path} is an entry, and was written twice")
            if write.path.startswith("generation_requests/"):
                self._of_generation(op, None if old is None else old.fields, new, created=isinstance(write, Create))

    def of_task(self, message: TaskMessage) -> None:
        found = self._records().get(f"generation_requests/{message.generation_id}")
        if found is None:
            raise Violation("task", f"{message.name} was sent before its generation was written down")
        self._of_queue(message, found.fields)
        attempt, dispatch = found.fields["attempt"], found.fields["dispatch"]
        most = 1 + 4 * attempt + 2 * self._looks(message.generation_id)
        if not message.dispatch <= dispatch <= most:
            raise Violation("task", f"{message.name}: after {attempt} attempts there are {dispatch} tasks, not {most}")

    def of_removal(self, message: TaskMessage) -> None:
        self.withdrawn.add(message.generation_id)
        status = self._records()[f"generation_requests/{message.generation_id}"].fields["status"]
        if status not in FINAL:
            raise Violation("task", f"the task {message.name} was removed, and its generation is {status}")

    def _of_queue(self, message: TaskMessage, generation: Fields) -> None:
        """Check that a task goes to the queue that its generation names, unless it polls a job that an attempt has
        handed over.
        """
        is_poll = message.queue == "pollRemoteJobs" and generation["attempt"] > 0
        if message.queue != generation.get("queue", "processImageGeneration") and not is_poll:
            raise Violation("queue", f"{message.name} went to {message.queue}, and belongs to {generation['queue']}")

    def _of_creations(self, before: Mapping[str, Document | None], created: Sequence[Fields]) -> None:
        """Check that a generation goes to the backlog if its user has used up a share of the main queue, and that
        nothing is created for a user who has no cancels left for the day.
        """
        for place, generation in enumerate(created):
            user = before[f"users/{generation['user_id']}"]
            assert user is not None
            cancels = user.fields.get("cancels", {}).get(f"{generation['created_at']:d%Y%m%d}", 0)
            taken = user.fields.get("in_flight", 0) + place + cancels
            if (taken >= _SHARE) != (generation["queue"] == "processBacklog"):
                raise Violation("fairness", f"{generation['id']} went to {generation['queue']} after {taken} others")
            if cancels >= self._cancels_max:
                raise Violation("cancels", f"{generation['id']} was accepted after {cancels} cancels of the day")

    def of_provider_call(self, generation_id: str, calls: int) -> None:
        if calls > self._attempts_max:
            raise Violation("attempts", f"call {calls} for {generation_id}, of at most {self._attempts_max}")

    def _of_generation(self, op: Op, old: Fields | None, new: Fields, *, created: bool) -> None:
        if old is None or created:
            return
        if not is_adopted(old):
            if old["status"] in FINAL and new["status"] != old["status"]:
                raise Violation("final", f"{new['id']} was {old['status']}, and was adopted as {new['status']}")
            return
        if old["status"] in FINAL:
            raise Violation("final", f"{new['id']} was {old['status']}, and was changed by {op.kind}")
        if new["status"] == "cancelled" and op.kind != "cancel":
            raise Violation("fence", f"{new['id']} was cancelled by {op.kind}")
        if new["attempt"] < old["attempt"] or new["dispatch"] < old["dispatch"]:
            raise Violation("fence", f"{new['id']} counts backwards")
        self._of_lease(op, old, new)
        if new["status"] == "completed":
            _of_completion(op, old, new)

    def _of_lease(self, op: Op, old: Fields, new: Fields) -> None:
        owner, held_by = new["lease_owner"], old["lease_owner"]
        is_live = held_by is not None and old["lease_until"] > self._now() + 2 * SKEW_MAX
        if owner is not None and owner != held_by:
            if is_live or old["provider_job"] is not None:
                raise Violation("fence", f"{new['id']} was claimed while {held_by or old['provider_job']} was at it")
            if new["attempt"] != old["attempt"] + 1 or new["attempt"] > self._attempts_max:
                raise Violation("attempts", f"{new['id']} was claimed for attempt {new['attempt']}")
            op.leases.add(owner)
        elif held_by is not None and held_by not in op.leases and op.kind != "cancel":
            if op.kind not in ("sweep", "deliver") or is_live:
                raise Violation("fence", f"{new['id']} is leased by {held_by}, and was changed by another {op.kind}")
            if op.kind == "deliver" and new["error_code"] != "out_of_attempts":
                raise Violation("fence", f"{new['id']} was leased by {held_by}, and ended by another delivery")


def _is_subject(write: Write) -> bool:
    return isinstance(write, Create) and write.path.startswith(("generation_requests/", "trainings/"))


def _of_spending(before: Mapping[str, Document | None], created: Sequence[Fields]) -> None:
    """Check that nothing is bought with credits that have expired."""
    prices: Counter[str] = Counter()
    for subject in created:
        prices[subject["user_id"]] += subject["credits_deducted"]
        user = before[f"users/{subject['user_id']}"]
        assert user is not None
        at = subject["created_at"]
        most = spendable(user.fields, at - CLOCKS_DIFFER) + beginning(user.fields, at + CLOCKS_DIFFER)
        if prices[subject["user_id"]] > most:
            raise Violation("spending", f"{subject['id']} was bought by one who had {most} that had not expired")


def _is_creation(write: Write) -> bool:
    return isinstance(write, Create) and write.path.startswith("generation_requests/")


def _of_completion(op: Op, old: Fields, new: Fields) -> None:
    """Check that only the holder of the lease completes a generation, or somebody who has just asked the vendor for
    this very job.
    """
    if op.kind != "deliver":
        raise Violation("fence", f"{new['id']} was completed by {op.kind}")
    job = old["provider_job"]
    if not (job in op.polled if job is not None else old["lease_owner"] in op.leases):
        raise Violation("fence", f"{new['id']} was completed without the lease {old['lease_owner']} or the job {job}")
