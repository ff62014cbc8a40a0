"""The counters that the weekly report reads are compared with plain loops over generations. They are the counters of
each generation and of each user's week.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, timedelta, tzinfo

from simulation.heritage import is_adopted, is_inherited
from simulation.invariants import FINAL, Books, Fields

LATENCY_BOUNDS = (1, 2, 5, 10, 20, 40, 80, 160)
WEEKS_KEPT = timedelta(weeks=3)


def miscounted(books: Books, zone: tzinfo) -> Iterator[tuple[str, str]]:
    """Yield a rule and a message for each counter that is wrong."""
    for generation_id, generation in books.generations.items():
        if is_adopted(generation):
            yield from _of_generation(generation_id, generation)
    for user_id, user in books.users.items():
        own = [books.generations[name] for name in books.of_user[user_id] if not is_inherited(name)]
        yield from _of_user(user_id, user, own, zone)


def _of_generation(generation_id: str, generation: Fields) -> Iterator[tuple[str, str]]:
    for status in FINAL:
        if generation[f"{status}_count"] != int(generation["status"] == status):
            yield "counters", f"{generation_id} is {generation['status']}, and counts for {status}"
    if generation["hour"] != generation["created_at"].astimezone(UTC).hour:
        yield "counters", f"{generation_id} came at {generation['created_at']}, and counts for {generation['hour']}"
    bucket = _bucket(generation)
    if generation.get("latency_bucket") != bucket:
        yield "counters", f"{generation_id} took bucket {bucket}, and says {generation.get('latency_bucket')}"


def _bucket(generation: Fields) -> int | None:
    if generation["status"] != "completed" or generation["started_at"] is None:
        return None
    seconds = (generation["completed_at"] - generation["started_at"]).total_seconds()
    return sum(bool(seconds >= bound) for bound in LATENCY_BOUNDS)


def _of_user(user_id: str, user: Fields, generations: Sequence[Fields], zone: tzinfo) -> Iterator[tuple[str, str]]:
    requests, spent = Counter[date](), defaultdict[date, Counter[date]](Counter)
    for generation in generations:
        day = generation["created_at"].astimezone(zone).date()
        monday = day - timedelta(days=day.weekday())
        requests[monday] += 1
        spent[monday][day] += generation["credits_deducted"]
    expected = {
        f"{monday:w%G_%V}": _facts(requests[monday], requests[monday - timedelta(weeks=1)], spent[monday])
        for monday in requests
        if monday + WEEKS_KEPT > max(requests)
    }
    told = {
        name: {fact: week[fact] for fact in expected.get(name, week)} for name, week in user.get("weeks", {}).items()
    }
    if told != expected:
        yield "weeks", f"{user_id} is said to have asked {told}, and has asked {expected}"


def _facts(requests: int, before: int, spent: Counter[date]) -> dict[str, int]:
    return {
        "requests": requests,
        "credits": spent.total(),
        "before": before,
        "best_day_credits": max(spent.values()),
        "spike": requests if requests > 10 and requests > 2 * before else 0,
        "newcomer": int(before == 0),
    }
