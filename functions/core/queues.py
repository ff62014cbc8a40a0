"""Tasks wait in these queues.

Each queue is one row of the table `Queue`. The deployed functions, the limits, the time limits, the switches and the
roles follow from it. docs/adr/0015 says why there is more than one queue, and CONTRIBUTING.md how to add one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

# Cloud Tasks waits no longer than this for an answer, so a longer lease is of no use.
LEASE_SECONDS_MAX = 1800

# This gives a queue's limit, and takes the limit on all starts together, which the environment sets.
type Limit = Callable[[int], int]


def larger_half(starts: int) -> int:
    return starts - smaller_half(starts)


def smaller_half(starts: int) -> int:
    return starts // 2


def as_many(starts: int) -> int:
    return starts


def always(limit: int) -> Limit:
    return lambda _: limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Says all that there is to say of a queue.

    Firebase makes one queue per function, and `function` is the name of both. It has no underscore, because the Tasks
    emulator refuses one. `at_once` tasks run at the same time, and `per_second` start in a second. Cloud Tasks waits
    for an answer until the deadline, and a generation that waits in this queue is leased for longer than that.
    """

    function: str
    at_once: Limit
    per_second: Limit
    deadline_seconds: int
    lease_seconds: int


class Queue(StrEnum):
    """This is the table of task queues. The value of a queue is the name of its function."""

    row: Row

    def __new__(cls, row: Row) -> Self:
        queue = str.__new__(cls, row.function)
        queue._value_ = row.function
        queue.row = row
        return queue

    # The worker's address is that of this queue's function. The tasks of all queues are sent there.
    GENERATIONS = Row(
        function="processImageGeneration",
        at_once=larger_half,
        per_second=larger_half,
        deadline_seconds=240,
        lease_seconds=300,
    )
    BACKLOG = Row(
        function="processBacklog",
        at_once=smaller_half,
        per_second=smaller_half,
        deadline_seconds=240,
        lease_seconds=300,
    )
    # A poll asks a vendor one question, so polls may come faster than generations start.
    POLLS = Row(
        function="pollRemoteJobs",
        at_once=as_many,
        per_second=always(10),
        deadline_seconds=240,
        lease_seconds=300,
    )


def longest_deadline_seconds() -> int:
    """Return the longest deadline of all queues, because one worker does the tasks of all."""
    return max(queue.row.deadline_seconds for queue in Queue)


def share_of_one_user(starts_at_once: int) -> int:
    """Return how many unsettled generations a user may have before the next ones go to the backlog.

    That is half of the places of the main queue, so that one user can never take all of them.
    """
    return (Queue.GENERATIONS.row.at_once(starts_at_once) + 1) // 2
