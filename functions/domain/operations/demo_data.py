"""The past of a demo database: quiet weeks, then the last full one, which gives the report something to find, and what
little came since.

All of it follows from the local day of `now` and a number: seeding twice on a day writes the same documents. Chance
decides who asked, when and for what, but never how much is asked for and spent in all: the report compares weeks with
fixed limits, so every day's history has to lie on the same side of each of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import cycle
from random import Random

from core.calendar import last_full_week, local_date, midnight
from domain.credits.user import User
from domain.generations.generation import Status
from domain.operations.demo_catalog import COLORS, ERRORS, MODEL_A, MODEL_B, PROMPTS, SIZES, STYLES, USERS

QUIET_WEEKS = 4

# The busy week is compared with the one before it, which therefore always has as many requests. The busy week's net
# credits are then 3.1 to 4.5 times as many: more than 3, which is a spike, and less than 5. From 5 on the spike of the
# whole product is graver than what one user did, and the report would no longer put that user first.
REQUESTS_BEFORE = 22

REGULARS = tuple(user.id for user in USERS[:8])
STILL_ACTIVE = ("arda", "alex_designer", "sarah_artist", "emma_photo")
CAMPAIGN = ("promo_user1", "promo_user2", "viral_marketer")

WEEK_SPAN = timedelta(hours=167)
"""As long as a week is at least; one has an hour less than the others."""

# Failures all cost the same: with one a week, a dear one after a cheap one looks like a wave of refunds. Nobody has
# less than that left, so that no balance was below zero on the way there.
FAILING_SIZE = SIZES[1].id

LONGEST_RUN = timedelta(seconds=40)
A_DAY_SINCE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PastGeneration:
    """`number` counts from 1, oldest first, and can name the generation; completed ones have no error."""

    number: int
    user_id: str
    model: str
    style: str
    color: str
    size: str
    prompt: str
    credits: int
    status: Status
    error: str | None
    created_at: datetime
    completed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    user_id: str
    model: str
    size: str
    at: datetime
    fails: bool = False


def users(now: datetime, zone: tzinfo = UTC) -> list[User]:
    today = midnight(local_date(now, zone), zone)
    return [
        User(
            id=user.id,
            name=user.name,
            email=user.email,
            current_credits=user.credits,
            total_images_generated=user.images,
            created_at=today - timedelta(days=user.days_registered),
        )
        for user in USERS
    ]


def credits_before(user_id: str, balance: int, past: Iterable[PastGeneration]) -> int:
    """What a user held before `past` to have `balance` after it; what failed was refunded."""
    mine = (one for one in past if one.user_id == user_id and one.status is Status.COMPLETED)
    return balance + sum(one.credits for one in mine)


def history(now: datetime, rng_seed: int = 0, zone: tzinfo = UTC) -> list[PastGeneration]:
    """Oldest first; all of it before today."""
    today, last = local_date(now, zone), last_full_week(now, zone)
    rng = Random(f"{today}/{rng_seed}")  # noqa: S311 - it draws pictures of nothing, not secrets
    requests = [*_busy_week(rng, last.window(zone).start)]
    for weeks_ago in range(1, QUIET_WEEKS + 1):
        start = last.shifted(-weeks_ago).window(zone).start
        requests += _quiet_week(rng, start, REQUESTS_BEFORE if weeks_ago == 1 else rng.randint(20, 30))
    requests += _days_since(rng, last.window(zone).end, midnight(today, zone))
    requests.sort(key=lambda request: request.at)
    return [_past(rng, number, request) for number, request in enumerate(requests, start=1)]


def _quiet_week(rng: Random, start: datetime, count: int) -> Iterator[_Request]:
    """20 or more requests with one failure, which is 3-5 %; nobody makes more than 4."""
    failed = rng.randrange(count)
    models, sizes = cycle((MODEL_A, MODEL_B)), _sizes(rng)
    for index, user_id in enumerate(rng.sample(REGULARS * 4, count)):
        size = FAILING_SIZE if index == failed else next(sizes)
        yield _request(rng, start, user_id, model=next(models), size=size, fails=index == failed)


def _days_since(rng: Random, monday: datetime, today: datetime) -> Iterator[_Request]:
    sizes = _sizes(rng)
    for _ in range(A_DAY_SINCE * ((today - monday) // timedelta(days=1))):
        user_id, model = rng.choice(STILL_ACTIVE), rng.choice((MODEL_A, MODEL_B))
        yield _request(rng, monday, user_id, model=model, size=next(sizes), span=today - monday)


def _busy_week(rng: Random, start: datetime) -> Iterator[_Request]:
    yield from _spam(rng, start)
    yield from _enterprise(rng, start)
    yield from _campaign(rng, start)
    models, sizes = cycle((MODEL_A, MODEL_B)), _sizes(rng)
    for user_id in STILL_ACTIVE:
        for _ in range(rng.randint(2, 5)):
            yield _request(rng, start, user_id, model=next(models), size=next(sizes))


def _spam(rng: Random, start: datetime) -> Iterator[_Request]:
    """A burst of 18 in one night, all large, a quarter of them failing."""
    night = start + timedelta(days=rng.randint(2, 5), hours=2)
    failed = _failures(rng, 18, 0.25)
    large = [SIZES[1].id, SIZES[2].id] * 9
    rng.shuffle(large)
    for index, size in enumerate(large):
        yield _Request(
            user_id="bot_spammer",
            model=MODEL_B,
            size=size,
            fails=index in failed,
            at=night + timedelta(minutes=7 * index, seconds=rng.randrange(300)),
        )


def _enterprise(rng: Random, start: datetime) -> Iterator[_Request]:
    """25 spread evenly, so that the week stands out and no single day; suspiciously, none fails."""
    sizes = ["1024x1792"] * 15 + ["1024x1024"] * 10
    rng.shuffle(sizes)
    for index, size in enumerate(sizes):
        at = start + (WEEK_SPAN / len(sizes)) * index + timedelta(minutes=rng.randrange(240))
        yield _Request(user_id="new_enterprise", model=MODEL_A, size=size, at=at)


def _campaign(rng: Random, start: datetime) -> Iterator[_Request]:
    """Two fifths on Model B, which fails them a third of the time."""
    who = [user_id for user_id in CAMPAIGN for _ in range(rng.randint(4, 8))]
    rng.shuffle(who)
    on_b = round(0.4 * len(who))
    failed, sizes = _failures(rng, on_b, 0.35), _sizes(rng)
    for index, user_id in enumerate(who):
        model = MODEL_B if index < on_b else MODEL_A
        size = FAILING_SIZE if index in failed else next(sizes)
        yield _request(rng, start, user_id, model=model, size=size, fails=index in failed)


def _failures(rng: Random, count: int, rate: float) -> Sequence[int]:
    """A fixed share rather than a chance for each, so that every demo shows what it should."""
    return rng.sample(range(count), int(rate * count + 0.5))


def _sizes(rng: Random) -> Iterator[str]:
    """Sizes without end, in any order; but of each three in a row every size is one, so that their sum is no chance."""
    while True:
        yield from rng.sample([size.id for size in SIZES], len(SIZES))


def _request(
    rng: Random,
    start: datetime,
    user_id: str,
    *,
    model: str,
    size: str,
    fails: bool = False,
    span: timedelta = WEEK_SPAN,
) -> _Request:
    at = start + rng.random() * (span - LONGEST_RUN)
    return _Request(user_id=user_id, model=model, size=size, at=at, fails=fails)


def _past(rng: Random, number: int, request: _Request) -> PastGeneration:
    took = timedelta(seconds=rng.uniform(5, LONGEST_RUN.total_seconds()))
    return PastGeneration(
        number=number,
        user_id=request.user_id,
        model=request.model,
        style=rng.choice(STYLES).id,
        color=rng.choice(COLORS).id,
        size=request.size,
        prompt=rng.choice(PROMPTS),
        credits=next(size.credit_cost for size in SIZES if size.id == request.size),
        status=Status.FAILED if request.fails else Status.COMPLETED,
        error=rng.choice(ERRORS) if request.fails else None,
        created_at=request.at,
        completed_at=request.at + took,
    )
