"""When the chaos is over: time passes, tasks and sweeps come, until nothing moves. Then the books are closed."""

from collections import Counter
from datetime import datetime, timedelta

from simulation.invariants import FINAL
from simulation.scheduler import STARTS_AT, Violation
from simulation.staff import Staff
from simulation.universe import Universe

_PATIENCE = timedelta(hours=6)
"""Names are kept for an hour, and the sweeper's backoff is half of one; a day is the age at which all is given up."""

_SWEEP = timedelta(seconds=60)


def come_to_rest(universe: Universe, staff: Staff) -> None:
    """I7: everything ends, and no task is left. Nothing is given up by age that could have been done."""
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
    """I8, the product's own audit, and what is left in the end."""
    universe.check()
    for user_id, user in universe.books().users.items():
        if user["held_credits"] != 0:
            raise Violation("I4", f"{user_id} holds {user['held_credits']}, and all has ended")
    audit = universe.ask("audit", lambda app: app.audits.of_all())
    if not audit.is_exact or audit.users_checked != len(universe.users):
        raise Violation("audit", f"the books are right, and the audit says {audit.differences} {audit.different}")
    _compare_report(universe)


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
    """I8, where the run was shorter than the week that the report is of."""
    universe.scheduler.pause(60.0)
    if universe.scheduler.now - STARTS_AT > timedelta(days=6):
        return
    report = universe.ask("report", lambda app: app.reporting.run_by_hand())["report_data"]
    expected, told = _expected(universe), {**report["credit_stats"], **report["generation_stats"]}
    for name, figure in expected.items():
        if told[name] != figure:
            raise Violation("I8", f"{name} is {figure}, and the report says {told[name]}")


def _expected(universe: Universe) -> dict[str, int]:
    books = universe.books()
    sums, statuses = Counter[str](), Counter[str]()
    for entries in books.entries.values():
        for entry in entries.values():
            sums[entry["type"]] += entry["credits"]
            sums["rows"] += 1
    for generation in books.generations.values():
        statuses[generation["status"]] += 1
    return {
        "total_credits_deducted": sums["deduction"],
        "total_credits_refunded": sums["refund"],
        "net_credits_consumed": sums["deduction"] - sums["refund"],
        "total_transactions": sums["rows"],
        "total_requests": len(books.generations),
        "completed_requests": statuses["completed"],
        "failed_requests": statuses["failed"],
        "cancelled_requests": statuses["cancelled"],
        "pending_requests": 0,
    }
