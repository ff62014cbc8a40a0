"""These rules keep one user from taking the places of all others. docs/adr/0015 has the reasons and the figures."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from core.errors import RateLimited
from domain.credits.user import Pace, User

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def cancels_field(at: datetime) -> str:
    """Return the name of the UTC day of this moment in `Pace.cancels`."""
    return f"d{at.astimezone(UTC):%Y%m%d}"


def refuse_cancels(pace: Pace, most: int, now: datetime) -> None:
    """Raise RateLimited where the user has cancelled `most` generations today after they had started."""
    count = pace.cancels.get(cancels_field(now), 0)
    if count < most:
        return
    tomorrow = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
    message = (
        f"You cancelled {count} generations today (UTC) after they had started, and at most {most} a day are free. "
        "New ones are accepted tomorrow."
    )
    raise RateLimited(message, retry_after=-((now - tomorrow) // _SECOND), policy="cancels")


def recent_cancels(user: User, now: datetime) -> Mapping[str, int]:
    """Return the counts that are still of use: those of the last days, or all of an anonymous user's.

    The days around today stay, because the clocks of instances differ.
    """
    if user.identity.is_anonymous:
        return user.pace.cancels
    near = {cancels_field(now + days * _DAY) for days in (-1, 0, 1)}
    return {day: count for day, count in user.pace.cancels.items() if day in near}
