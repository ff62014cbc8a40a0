"""After the chaos, time passes, and tasks and sweeps come, until nothing moves any more. Then the books are closed."""

from collections import Counter
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from simulation.grants import not_expired
from simulation.heritage import is_inherited
from simulation.invariants import FINAL
from simulation.scheduler import STARTS_AT, Violation
from simulation.staff import Staff
from simulation.universe import Universe

# The queue remembers names for an hour, and the sweeper's longest backoff is half an hour. At the age of a day
# everything is given up.
_PATIENCE = timedelta(hours=6)

_SWEEP = timedelta(seconds=60)

_DAYS_LATER = timedelta(hours=80)


def come_to_rest(universe: Universe, staff: Staff) -> None:
    """Check rule I7: everything ends, and no task is left. Nothing that could have been done is given up because of its
    age.
    """
    scheduler = universe.scheduler
    until, swept = scheduler.now + _PATIENCE, scheduler.now
    while open_ := _open(universe):
        if scheduler.now > until:
            raise Violation("I7", f"does not come to rest: {open_}, {[task.message for task in universe.queue.tasks]}")
        while (task := universe.queue.take()) is not None:
            staff.deliver(task)
        if scheduler.now - swept >= _SWEEP:
            swept = scheduler.now
            staff.sweep()
        scheduler.pause(max(1.0, (_next_event(universe) - scheduler.now).total_seconds()))


def close_the_books(universe: Universe) -> None:
    """Check the books, run the product's own audit, compare the weekly reports (I8), and look at what is left in the
    end.
    """
    universe.check()
    for user_id, user in universe.books().users.items():
        if user["held_credits"] != 0:
            raise Violation("I4", f"{user_id} holds {user['held_credits']}, and all has ended")
    audit = universe.ask("audit", lambda app: app.audits.of_all())
    if not audit.is_exact or audit.users_checked != len(universe.users):
        raise Violation("audit", f"the books are right, and the audit says {audit.differences} {audit.different}")
    _compare_report(universe)


def close_the_grants(universe: Universe, staff: Staff) -> None:
    """Go some days on, until every grant has expired, also with the credits that came back late. Check that the books
    are right.
    """
    universe.scheduler.now += _DAYS_LATER
    staff.expire()
    universe.check()
    for detail in not_expired(universe.books().users, universe.scheduler.now - timedelta(seconds=10)):
        raise Violation("expiry", detail)
    audit = universe.ask("audit", lambda app: app.audits.of_all())
    if not audit.is_exact:
        raise Violation("audit", f"grants have ended, and the audit says {audit.differences} {audit.different}")


def _open(universe: Universe) -> list[str]:
    generations = universe.books().generations
    unsettled = [name for name, generation in generations.items() if generation["status"] not in FINAL]
    return unsettled + [task.message.name for task in universe.queue.tasks]


def _next_event(universe: Universe) -> datetime:
    tasks = [task.visible_at for task in universe.queue.tasks]
    due = [generation["due_at"] for generation in universe.books().generations.values() if generation["due_at"]]
    looks = [moment + _SWEEP for moment in due]
    return min([*tasks, *looks], default=universe.scheduler.now)


def _compare_report(universe: Universe) -> None:
    """Check rule I8 for each week that the run touches."""
    zone = ZoneInfo(universe.zone)
    first, last = (moment.astimezone(zone).date() for moment in (STARTS_AT, universe.scheduler.now))
    monday = first - timedelta(days=first.weekday())
    while monday <= last:
        start, end = (datetime.combine(day, time(), zone) for day in (monday, monday + timedelta(days=7)))
        _compare_week(universe, start, end)
        monday += timedelta(days=7)


def _compare_week(universe: Universe, start: datetime, end: datetime) -> None:
    report = universe.ask("report", lambda app: app.reporting.run(end))["report_data"]
    told = {**report["credit_stats"], **report["generation_stats"], **report["user_stats"]}
    for name, figure in _expected(universe, start, end).items():
        if told[name] != figure:
            raise Violation("I8", f"{name} from {start} is {figure}, and the report says {told[name]}")


def _expected(universe: Universe, start: datetime, end: datetime) -> dict[str, int]:
    books = universe.books()
    sums, statuses = Counter[str](), Counter[str]()
    for entries in books.entries.values():
        for entry in entries.values():
            if start <= entry["timestamp"] < end:
                sums[entry["type"]] += entry["credits"]
                sums["rows"] += 1
    created = {name: each for name, each in books.generations.items() if start <= each["created_at"] < end}
    for generation in created.values():
        statuses[generation["status"]] += 1
    return {
        "total_credits_deducted": sums["deduction"],
        "total_credits_refunded": sums["refund"],
        "net_credits_consumed": sums["deduction"] - sums["refund"],
        "total_transactions": sums["rows"],
        "total_requests": len(created),
        "completed_requests": statuses["completed"],
        "failed_requests": statuses["failed"],
        "cancelled_requests": statuses["cancelled"],
        "pending_requests": 0,
        "active_users_count": len({each["user_id"] for name, each in created.items() if not is_inherited(name)}),
    }
