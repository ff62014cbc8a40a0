"""Tasks wait in these queues.

Each queue is one value of `Queue`, and the tables of deployment, sending, switches and guards are made from it.
docs/adr/0015 says why there is more than one.
"""

from enum import StrEnum


class Queue(StrEnum):
    """This is a task queue.

    Its value is the name of the function that it belongs to: Firebase makes one queue per function. A name has no
    underscore, because the Tasks emulator refuses one.
    """

    GENERATIONS = "processImageGeneration"
    BACKLOG = "processBacklog"
    POLLS = "pollRemoteJobs"


# A poll asks a vendor one question, so polls may come faster than generations start.
_POLLS_PER_SECOND = 10


def concurrent_dispatches(queue: Queue, starts_at_once: int) -> int:
    """Return how many tasks of the queue may run at once, where `starts_at_once` generations may run in all."""
    return starts_at_once if queue is Queue.POLLS else _part(queue, starts_at_once)


def dispatches_per_second(queue: Queue, starts_per_second: int) -> int:
    """Return how many tasks of the queue may start in a second, where `starts_per_second` generations may."""
    return _POLLS_PER_SECOND if queue is Queue.POLLS else _part(queue, starts_per_second)


def share_of_one_user(starts_at_once: int) -> int:
    """Return how many unsettled generations a user may have before the next ones go to the backlog.

    That is half of the places of the main queue, so that one user can never take all of them.
    """
    return (_part(Queue.GENERATIONS, starts_at_once) + 1) // 2


def _part(queue: Queue, whole: int) -> int:
    """Return the queue's part of a limit on starts. The parts of the two queues add up to the whole."""
    half = whole // 2
    return half if queue is Queue.BACKLOG else whole - half
