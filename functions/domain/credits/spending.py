"""These rules decide who may spend, how fast, and how much at once.

They read the user's document, and the commit is refused if its version has changed since.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from core.calendar import local_date
from core.errors import RateLimited, Unauthenticated
from core.rates import Rate, take
from domain.accounts.keys import ApiKey, spent_with
from domain.accounts.user_identity import UserIdentity, with_key
from domain.credits.commits import Commit, Subject
from domain.credits.errors import AnonymousAllowanceUsed
from domain.credits.fairness import recent_cancels, refuse_cancels
from domain.credits.holds import hold
from domain.credits.user import User
from domain.credits.user_week import with_request

# A client with too many generations in flight is told to ask again after this time. A fast generation takes about as
# long.
_WAIT_SECONDS = 5


# A token says only to the second when its owner signed in. A token from the second of a sign-out may be from the next
# sign-in, so it stays valid, as it does at Firebase.
_SECOND = timedelta(seconds=1)

# A token that does not say when its owner signed in counts as this old, so signing out everywhere ends it too.
LONG_AGO = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spender:
    """A spender is whoever makes a request that spends a user's credits.

    It is a person, who signed in at `signed_in_at`, or an API key, used with the secret that has the number
    `key_serial`. If neither is set, it was checked in another way before, such as a service key that acts for the user.
    """

    signed_in_at: datetime | None = None
    key_id: str | None = None
    key_serial: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingLimits:
    """`share` is how many unsettled generations of one user go to the main queue; more go to the backlog."""

    per_user: Rate
    per_key: Rate
    in_flight_max: int
    key_in_flight_max: int
    anonymous_generations_max: int = 1
    cancels_after_start_per_day: int = 20
    share: int = 3


def spend[S: Subject](user: User, subject: S, spender: Spender, limits: SpendingLimits, zone: tzinfo) -> Commit[S]:
    """Take a new subject's price, if the spender may have it, and count it in its day and week of the zone.

    Raise Unauthenticated, UserInactive, AnonymousAllowanceUsed, RateLimited, KeyBudgetExceeded, InsufficientCredits.
    """
    now = subject.created_at
    key = check_standing(user.identity, spender, now)
    if user.identity.is_anonymous and _started(user) >= limits.anonymous_generations_max:
        raise AnonymousAllowanceUsed(limits.anonymous_generations_max)
    commit = hold(user, subject)
    refuse_cancels(user.pace, limits.cancels_after_start_per_day, now)
    _refuse_crowd(user.pace.in_flight, limits.in_flight_max)
    bucket = take(user.pace.bucket, limits.per_user, now, "generations")
    return replace(
        commit,
        bucket=bucket,
        identity=None if key is None else with_key(user.identity, _key_after_spending(key, subject.price, limits, now)),
        weeks=with_request(user.activity.weeks, local_date(now, zone), subject.price),
        cancels=recent_cancels(user, now),
    )


def _started(user: User) -> int:
    """Count the generations that a model has worked on, or may still work on.

    A cancelled one counts if it had started.
    """
    return user.pace.in_flight + user.activity.total_images_generated + sum(user.pace.cancels.values())


def check_standing(identity: UserIdentity, spender: Spender, now: datetime) -> ApiKey | None:
    """Return the API key that the spender uses, or None if it uses none.

    Raise Unauthenticated if the spender's token or key is not valid any more, or if the account was deleted.
    """
    signed_out = identity.signed_out_at
    if signed_out is not None and spender.signed_in_at is not None and spender.signed_in_at + _SECOND <= signed_out:
        raise Unauthenticated("You were signed out everywhere. Sign in again.")
    if identity.deleted_at is not None:
        raise Unauthenticated("The account was deleted.")
    if spender.key_id is None:
        return None
    key = identity.keys.get(spender.key_id)
    if key is None:
        raise Unauthenticated("The API key is not valid.")
    key.refuse_unless_good(spender.key_serial, now)
    return key


def _key_after_spending(key: ApiKey, price: int, limits: SpendingLimits, now: datetime) -> ApiKey:
    _refuse_crowd(key.in_flight, limits.key_in_flight_max)
    bucket = take(key.bucket, limits.per_key, now, "generations with this key")
    return replace(spent_with(key, price, now), bucket=bucket, in_flight=key.in_flight + 1, last_used_at=now)


def _refuse_crowd(in_flight: int, most: int) -> None:
    if in_flight >= most:
        message = f"{in_flight} generations are in flight, and at most {most} may be."
        raise RateLimited(message, retry_after=_WAIT_SECONDS, policy="in-flight")
