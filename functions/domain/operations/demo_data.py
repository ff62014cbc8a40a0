"""A demo database has a past: quiet weeks, then a busy last full week, and a few requests since then.

The busy week gives the report something to find. Everything follows from the local day of `now` and a number, so
seeding twice on a day writes the same documents. Chance decides who asked, when and for what. It does not decide how
much is asked for and spent in all: the report compares weeks with fixed limits, so the history of every day has to lie
on the same side of each limit.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import cycle
from random import Random

from core.calendar import last_full_week, local_date, midnight
from domain.accounts.user_identity import UserIdentity
from domain.credits.user import Activity, Balance, User
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

# Every week lasts at least this long. One week in a year has an hour less than the others.
WEEK_SPAN = timedelta(hours=167)

# All failures cost the same. With one failure a week, an expensive one after a cheap one would look like a wave of
# refunds. Nobody has less than that price left, so no balance was ever below zero.
FAILING_SIZE = SIZES[1].id

LONGEST_RUN = timedelta(seconds=40)
A_DAY_SINCE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PastGeneration:
    """`number` counts from 1, oldest first, and can name the generation. A completed generation has no error."""

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
            identity=UserIdentity(
                name=user.name, email=user.email, created_at=today - timedelta(days=user.days_registered)
            ),
            balance=Balance(current_credits=user.credits),
            activity=Activity(total_images_generated=user.images),
        )
        for user in USERS
    ]


def credits_before(user_id: str, balance: int, past: Iterable[PastGeneration]) -> int:
    """Return the user's balance before `past`, from the balance after it. Failed generations were refunded."""
    mine = (one for one in past if one.user_id == user_id and one.status is Status.COMPLETED)
    return balance + sum(one.credits for one in mine)


def history(now: datetime, rng_seed: int = 0, zone: tzinfo = UTC) -> list[PastGeneration]:
    """Return the past generations, oldest first. All of them are before today."""
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
    """Yield 20 or more requests with one failure, which is 3-5 %. No user makes more than 4."""
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
    """Yield a burst of 18 requests in one night. All are large, and a quarter of them fail."""
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
    """Yield 25 requests that are spread evenly, so the week stands out, but no single day.

    None fails, which is suspicious.
    """
    sizes = ["1024x1792"] * 15 + ["1024x1024"] * 10
    rng.shuffle(sizes)
    for index, size in enumerate(sizes):
        at = start + (WEEK_SPAN / len(sizes)) * index + timedelta(minutes=rng.randrange(240))
        yield _Request(user_id="new_enterprise", model=MODEL_A, size=size, at=at)


def _campaign(rng: Random, start: datetime) -> Iterator[_Request]:
    """Yield the requests of a campaign. Two fifths are for Model B, where a third of them fail."""
    who = [user_id for user_id in CAMPAIGN for _ in range(rng.randint(4, 8))]
    rng.shuffle(who)
    on_b = round(0.4 * len(who))
    failed, sizes = _failures(rng, on_b, 0.35), _sizes(rng)
    for index, user_id in enumerate(who):
        model = MODEL_B if index < on_b else MODEL_A
        size = FAILING_SIZE if index in failed else next(sizes)
        yield _request(rng, start, user_id, model=model, size=size, fails=index in failed)


def _failures(rng: Random, count: int, rate: float) -> Sequence[int]:
    """Choose a fixed share, not a chance for each, so that every demo shows what it should."""
    return rng.sample(range(count), int(rate * count + 0.5))


def _sizes(rng: Random) -> Iterator[str]:
    """Yield sizes without end, in random order.

    Each three in a row have every size once, so their sum does not depend on chance.
    """
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
