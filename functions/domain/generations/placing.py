"""A new generation gets a place in a queue. docs/adr/0015 says why there is more than one queue."""

from dataclasses import replace
from datetime import datetime, tzinfo

from core.queues import Queue
from domain.credits.commits import Commit
from domain.credits.fairness import cancels_field
from domain.credits.spending import Spender, SpendingLimits, spend
from domain.credits.user import Pace, User
from domain.generations.generation import Generation


def place(
    user: User, generation: Generation, spender: Spender, limits: SpendingLimits, zone: tzinfo
) -> Commit[Generation]:
    """Take a new generation's price, and say which queue it waits in. Raise what `spend` raises."""
    placed = replace(generation, queue=queue_for(user.pace, limits.share, generation.created_at))
    return spend(user, placed, spender, limits, zone)


def queue_for(pace: Pace, share: int, now: datetime) -> Queue:
    """Return the queue of the user's next generation. A user who has more than a share of the places gets the backlog.

    A generation that was cancelled after its start counts all day, because its model may still be at work in its place.
    """
    taken = pace.in_flight + pace.cancels.get(cancels_field(now), 0)
    return Queue.BACKLOG if taken >= share else Queue.GENERATIONS
