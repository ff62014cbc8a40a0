"""These are planted bugs. A simulation is worth what it finds, so each of these must break a rule within a few seeds.

Somebody could write each of them in good faith. The product itself is changed for the time of one test.
"""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

import domain.credits.holds
import domain.credits.spending
import domain.credits.user_week
import domain.generations.lifecycle
import domain.generations.placing
import repositories.accounts.books
import repositories.generations.counters
import repositories.generations.creations
import repositories.generations.generations
import repositories.operations.book_sums
import repositories.reports.week_counts
import services.accounts.access
import services.credits.ledger
import services.generations.cancelling
import services.generations.ordering
import services.generations.output_files
import services.operations.opening
import services.operations.rescuing
from core.calendar import week_of
from core.errors import Unavailable
from core.queues import Queue
from domain.accounts.audit_log import AuditRecord
from domain.credits.commits import Commit
from domain.credits.ledger import Entry
from domain.credits.user_week import UserWeek
from domain.generations.generation import Generation, Status
from repositories.accounts.users import UserRepository
from repositories.generations.creations import CreationBatcher
from repositories.generations.generations import GenerationRepository
from repositories.operations.book_sums import _Sums
from repositories.store.documents import Ambiguous, Update
from repositories.store.optimistic import OptimisticTransaction
from services.credits.ledger import LedgerService
from services.generations.attempts import Attempts
from services.generations.cancelling import CancelService
from services.generations.dispatching import Dispatcher
from services.generations.drafting import Drafter
from services.generations.ordering import OrderService
from services.generations.output_files import OutputFiles
from services.generations.ports import TaskMessage
from services.generations.settling import Settlements
from services.operations.rescuing import Rescuer
from services.operations.sweeping import SweepResult, SweepService
from simulation.planting import around, breaks

_drawn = itertools.count()


# --- entries and sums ---


@breaks("I3")
def a_refund_draws_its_id(patch: pytest.MonkeyPatch) -> None:
    def drawn(original: Callable[..., Entry], *args: Any) -> Entry:
        return replace(original(*args), id=f"refund-{next(_drawn)}")

    around(patch, domain.credits.holds, "refund_entry", drawn)


@breaks("I3", "I5")
def a_cancellation_keeps_the_credits(patch: pytest.MonkeyPatch) -> None:
    def kept(original: Callable[..., Any], generation: Generation, **named: Any) -> Any:
        change = original(generation, **named)
        settled = replace(change.subject, refunded=0)
        return replace(change, subject=settled, entries=(), delta=replace(change.delta, current=0))

    around(patch, services.generations.cancelling, "cancel", kept)


@breaks("I4")
def a_completion_forgets_the_hold(patch: pytest.MonkeyPatch) -> None:
    def forgetful(original: Callable[..., Any], *args: Any, **named: Any) -> Any:
        change = original(*args, **named)
        return replace(change, delta=replace(change.delta, held=0))

    around(patch, domain.generations.lifecycle, "complete", forgetful)


@breaks("I2", "I4")
def a_group_takes_the_price_of_its_last(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(repositories.accounts.books, "reduce", lambda apply, changes, user: apply(user, changes[-1]))


@breaks("entries")
def a_top_up_draws_its_id(patch: pytest.MonkeyPatch) -> None:
    def drawn(original: Callable[..., Entry], *args: Any, external_id: str, **named: Any) -> Entry:
        return original(*args, external_id=f"{external_id}-{next(_drawn)}", **named)

    around(patch, LedgerService, "add", drawn)


@breaks("I5")
def an_adoption_holds_nothing(patch: pytest.MonkeyPatch) -> None:
    def unheld(original: Callable[..., Any], *args: Any, **named: Any) -> Any:
        change = original(*args, **named)
        return replace(change, subject=replace(change.subject, held=0), delta=replace(change.delta, held=0))

    around(patch, services.operations.opening, "adopt", unheld)


# --- preconditions and retries ---


@breaks("final", "fence", "attempts", "I3", "I4", "I5", "I7", "bug")
def a_generation_is_written_at_any_version(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(repositories.generations.generations, "Update", _without_version("generation_requests/"))


@breaks("I1", "I2", "402")
def a_user_is_written_at_any_version(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(repositories.accounts.books, "Update", _without_version("users/"))


@breaks("retry")
def a_lost_race_is_run_again_unread(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(GenerationRepository, "_read_again", lambda self, known: known)


@breaks("I6", "402")
def a_lost_answer_is_taken_for_a_failure(patch: pytest.MonkeyPatch) -> None:
    """The order is then sent again, under a new id."""

    def run(
        original: Callable[..., Any], self: OptimisticTransaction, attempt: Callable[..., Any], **options: Any
    ) -> Any:
        def certain(failure: Exception | None) -> Any:
            try:
                return attempt(failure)
            except Ambiguous as error:
                raise Unavailable("no answer, so not done") from error

        return original(self, certain, **options)

    def insist(original: Callable[..., Any], self: OrderService, generation_id: str, *others: Any) -> Any:
        try:
            return original(self, generation_id, *others)
        except Unavailable:
            return original(self, self._drafter._new_id(), *others)

    around(patch, OptimisticTransaction, "run", run)
    around(patch, OrderService, "_accept", insist)


@breaks("402", "bug")
def nobody_looks_whether_it_was_done(patch: pytest.MonkeyPatch) -> None:
    """After a lost answer the order is decided again and refused, because its own deduction took the credits."""

    def alone(self: CreationBatcher, user_id: str, creation: Any, *, answer_was_lost: bool = False) -> Any:
        def attempt(failure: Exception | None) -> Any:
            commit, user = self._users.decide(user_id, creation.decide, fresh=failure is not None)
            self._books.commit([commit], user)
            return repositories.generations.creations._created(commit)

        return self._transaction.run(attempt)

    patch.setattr(CreationBatcher, "_create_one", alone)


@breaks("402")
def a_refusal_needs_no_fresh_read(patch: pytest.MonkeyPatch) -> None:
    around(patch, UserRepository, "latest", lambda original, *args, **named: (original(*args, **named)[0], False))


@breaks("I6")
def the_key_does_not_decide_the_id(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Drafter, "id_of", lambda self, order: self._new_id())


@breaks("I6", "402")
def a_group_mixes_its_answers_up(patch: pytest.MonkeyPatch) -> None:
    def mixed(original: Callable[..., Any], *args: Any) -> tuple[Any, Any]:
        changes, answers = original(*args)
        return changes, dict(zip(answers, reversed(answers.values()), strict=True))

    around(patch, repositories.generations.creations, "_decide_each", mixed)


@breaks("final", "retry")
def what_has_not_ended_is_remembered_too(patch: pytest.MonkeyPatch) -> None:
    def seen(self: GenerationRepository, stored: Any) -> Any:
        self._ended.put(stored.value.id, stored, self._clock() + timedelta(minutes=2))
        return stored

    patch.setattr(GenerationRepository, "_seen", seen)


# --- leases and fences ---


@breaks("final", "fence")
def a_failure_refunds_whatever_has_happened(patch: pytest.MonkeyPatch) -> None:
    def unfenced(original: Callable[..., None], self: Any, found: Any, fence: Any, failure: Any) -> None:
        original(self, found, lambda _: True, failure)

    around(patch, Settlements, "fail", unfenced)


@breaks("fence")
def a_stale_lease_settles(patch: pytest.MonkeyPatch) -> None:
    def unfenced(original: Callable[..., None], self: Any, found: Any, pictures: Any, fence: Any) -> None:
        original(self, found, pictures, lambda generation: not generation.is_final)

    around(patch, Settlements, "deliver", unfenced)


@breaks("fence", "attempts")
def a_live_lease_is_no_obstacle(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Generation, "is_leased", lambda self, now: False)


@breaks("attempts")
def attempts_have_no_end(patch: pytest.MonkeyPatch) -> None:
    def endless(original: Callable[..., None], *args: Any, limits: Any, **named: Any) -> None:
        original(*args, limits=replace(limits, attempts_max=1000), **named)

    around(patch, Attempts, "__init__", endless)


@breaks("I7")
def a_failed_attempt_keeps_its_lease(patch: pytest.MonkeyPatch) -> None:
    def kept(original: Callable[..., Any], generation: Generation, *args: Any, **named: Any) -> Any:
        commit = original(generation, *args, **named)
        lease = {"lease_owner": generation.lease_owner, "lease_until": generation.lease_until}
        return replace(commit, subject=replace(commit.subject, **lease))

    around(patch, domain.generations.lifecycle, "release", kept)


@breaks("I5")
def a_completion_stores_nothing(patch: pytest.MonkeyPatch) -> None:
    around(patch, OutputFiles, "_put", _without_storing)


@breaks("I5")
def a_preview_is_promised_and_not_stored(patch: pytest.MonkeyPatch) -> None:
    around(patch, OutputFiles, "_put_preview", _without_storing)


@breaks("I5")
def previews_share_a_path(patch: pytest.MonkeyPatch) -> None:
    """All outputs of a generation have the same preview path, so the preview of the first is that of the last."""
    patch.setattr(
        services.generations.output_files, "preview_path", lambda generation, index: f"{generation.id}/thumbnail"
    )


# --- keys and limits ---


@breaks("in flight")
def a_settlement_leaves_the_generation_in_flight(patch: pytest.MonkeyPatch) -> None:
    def forgetful(original: Callable[..., Any], *args: Any, **named: Any) -> Any:
        change = original(*args, **named)
        return replace(change, delta=replace(change.delta, in_flight=0))

    around(patch, domain.generations.lifecycle, "complete", forgetful)


@breaks("budget")
def a_key_spends_without_counting(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(domain.credits.spending, "spent_with", lambda key, price, now: key)


@breaks("budget")
def a_refund_leaves_the_budget_spent(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(repositories.accounts.books, "windows", lambda at: ())


@breaks("key")
def a_key_is_judged_before_the_commit_only(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        domain.credits.spending, "check_standing", lambda identity, spender, now: identity.keys.get(spender.key_id)
    )


# --- acting for others ---


@breaks("acting")
def an_admin_is_judged_on_what_is_remembered(patch: pytest.MonkeyPatch) -> None:
    def remembered(original: Callable[..., Any], self: UserRepository, user_id: str, **_: Any) -> Any:
        return original(self, user_id, within=timedelta.max)

    around(patch, UserRepository, "get", remembered)


@breaks("acting")
def the_claim_alone_makes_an_admin(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(services.accounts.access, "_is_admin", lambda user: True)


@breaks("acting")
def an_admin_who_signed_out_acts_on(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(services.accounts.access, "check_standing", lambda identity, spender, now: None)


@breaks("acting")
def an_inactive_admin_acts_on(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(services.accounts.access, "_is_admin", lambda user: user.identity.is_admin)


@breaks("acting")
def what_an_admin_spends_for_others_is_not_recorded(patch: pytest.MonkeyPatch) -> None:
    def without_audit(original: Callable[..., Any], commit: Any) -> list[object]:
        return [record for record in original(commit) if not isinstance(record, AuditRecord)]

    around(patch, repositories.accounts.books, "_new_records", without_audit)


# --- what the report counts by ---


@breaks("counters")
def a_cancellation_counts_for_a_failure(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(repositories.generations.counters._COUNTED, "failed_count", Status.CANCELLED)


@breaks("counters")
def the_time_in_the_queue_is_latency(patch: pytest.MonkeyPatch) -> None:
    def longer(original: Callable[..., Any], generation: Generation) -> Any:
        return original(
            generation if generation.started_at is None else replace(generation, started_at=generation.created_at)
        )

    around(patch, repositories.generations.counters, "_latency", longer)


@breaks("weeks")
def a_request_counts_in_the_week_of_utc(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(domain.credits.spending, "local_date", lambda moment, zone: moment.date())


@breaks("weeks")
def a_week_is_counted_on_what_was_seen_first(patch: pytest.MonkeyPatch) -> None:
    """The week is not counted again after a lost race."""
    seen: dict[str, Any] = {}

    def stale(
        original: Callable[..., Commit[Generation]], user: Any, generation: Generation, *others: Any
    ) -> Commit[Generation]:
        change = original(user, generation, *others)
        return replace(change, weeks=seen.setdefault(generation.id, change.weeks))

    around(patch, services.generations.ordering, "place", stale)


@breaks("weeks")
def a_group_counts_once(patch: pytest.MonkeyPatch) -> None:
    def once(original: Callable[..., Any], user: Any, asked: Any) -> Any:
        changes, answers = original(user, asked)
        return [replace(change, weeks=changes[0].weeks) for change in changes], answers

    around(patch, repositories.generations.creations, "_decide_each", once)


@breaks("weeks")
def a_day_that_begins_forgets_the_last(patch: pytest.MonkeyPatch) -> None:
    """By another clock, the last day has not ended. Its sum is kept only if it was the best day."""

    def forgetful(original: Callable[..., UserWeek], known: UserWeek, day: date, price: int) -> UserWeek:
        counted, place = original(known, day, price), day.weekday()
        days = (credits_ if at in (place, known.best_day.weekday()) else 0 for at, credits_ in enumerate(counted.days))
        return replace(counted, days=tuple(days))

    around(patch, domain.credits.user_week, "_one_more", forgetful)


@breaks("weeks")
def a_week_that_has_begun_does_not_hear_of_the_last(patch: pytest.MonkeyPatch) -> None:
    def deaf(original: Callable[..., Any], weeks: Any, day: date, price: int) -> Any:
        counted = original(weeks, day, price)
        return {name: replace(each, before=weeks.get(name, each).before) for name, each in counted.items()}

    around(patch, domain.credits.spending, "with_request", deaf)


@breaks("weeks")
def the_last_week_takes_the_place_of_the_next(patch: pytest.MonkeyPatch) -> None:
    def earlier(original: Callable[..., Any], weeks: Any, day: date, price: int) -> Any:
        counted = original(weeks, day, price)
        return {name: each for name, each in counted.items() if each.week <= week_of(day)}

    around(patch, domain.credits.spending, "with_request", earlier)


# --- tasks and sweeps ---


@breaks("task")
def a_sweep_always_takes_a_new_name(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Rescuer, "_resend", Rescuer._dispatch_again)


@breaks("fence", "final")
def a_sweep_does_not_look_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(services.operations.rescuing, "is_overdue", lambda generation, now: not generation.is_final)


@breaks("I7")
def a_sweep_does_nothing(patch: pytest.MonkeyPatch) -> None:
    nothing = SweepResult(resent=0, dispatched_again=0, failed=0, settled_meanwhile=0, unavailable=0)
    patch.setattr(SweepService, "sweep", lambda self: nothing)


@breaks("task")
def a_task_goes_out_before_the_commit(patch: pytest.MonkeyPatch) -> None:
    def early(original: Callable[..., Any], self: OrderService, generation_id: str, *others: Any) -> Any:
        self._dispatcher._queue.enqueue(TaskMessage(generation_id=generation_id, dispatch=1))
        return original(self, generation_id, *others)

    around(patch, OrderService, "_accept", early)


@breaks("I7")
def nobody_is_to_look_after_a_creation(patch: pytest.MonkeyPatch) -> None:
    def undue(
        original: Callable[..., Commit[Generation]], user: Any, generation: Generation, *others: Any
    ) -> Commit[Generation]:
        return original(user, replace(generation, due_at=None), *others)

    around(patch, services.generations.ordering, "place", undue)


@breaks("queue")
def a_task_always_goes_to_the_main_queue(patch: pytest.MonkeyPatch) -> None:
    def main(original: Callable[..., TaskMessage], *args: Any, **named: Any) -> TaskMessage:
        return replace(original(*args, **named), queue=Queue.GENERATIONS)

    around(patch, TaskMessage, "of", main)


# --- floods and cancels ---


@breaks("task")
def a_cancel_leaves_its_task(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Dispatcher, "withdraw", lambda *_: None)


@breaks("task")
def a_cancel_removes_the_task_before_it_is_one(patch: pytest.MonkeyPatch) -> None:
    def hasty(original: Callable[..., Any], self: CancelService, user_id: str, name: str, **named: Any) -> Any:
        found = self._generations.owned(name, {user_id})
        if found is not None:
            self._dispatcher.withdraw(found.value)
        return original(self, user_id, name, **named)

    around(patch, CancelService, "cancel", hasty)


@breaks("cancels")
def a_cancel_after_the_start_counts_for_nothing(patch: pytest.MonkeyPatch) -> None:
    def uncounted(original: Callable[..., Commit[Generation]], *args: Any, **named: Any) -> Commit[Generation]:
        return replace(original(*args, **named), is_late_cancel=False)

    around(patch, services.generations.cancelling, "cancel", uncounted)


@breaks("cancels")
def a_creation_forgets_the_cancels_of_the_day(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(domain.credits.spending, "recent_cancels", lambda user, now: {})


@breaks("fairness")
def a_crowd_goes_to_the_main_queue(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(domain.generations.placing, "queue_for", lambda pace, share, now: Queue.GENERATIONS)


# --- audit and report ---


@breaks("audit")
def an_audit_sums_while_the_balance_moves(patch: pytest.MonkeyPatch) -> None:
    def of_now(original: Callable[..., None], self: _Sums, *args: Any) -> None:
        original(self, *args[:-1], None)

    around(patch, _Sums, "__init__", of_now)


@breaks("audit")
def a_refund_does_not_carry_the_mark_of_its_generation(patch: pytest.MonkeyPatch) -> None:
    around(patch, domain.credits.holds, "refund_entry", lambda original, *args: replace(original(*args), mark=None))


@breaks("audit")
def an_audit_counts_what_waits_among_what_failed(patch: pytest.MonkeyPatch) -> None:
    """The audit then takes each hold that is in order for one that was left behind."""
    patch.setattr(repositories.operations.book_sums, "_ENDED", repositories.operations.book_sums._UNSETTLED)


@breaks("I7", "audit")
def a_look_that_is_put_off_is_put_off_for_ever(patch: pytest.MonkeyPatch) -> None:
    def undue(original: Callable[..., Any], *args: Any, **named: Any) -> Any:
        commit = original(*args, **named)
        return replace(commit, subject=replace(commit.subject, due_at=None))

    around(patch, domain.generations.lifecycle, "deferred", undue)


@breaks("I8")
def a_report_leaves_the_last_day_out(patch: pytest.MonkeyPatch) -> None:
    around(patch, repositories.reports.week_counts, "days", lambda original, *args: original(*args)[:-1])


def _without_version(prefix: str) -> Callable[..., Update]:
    def update(path: str, fields: Any, version: Any = None) -> Update:
        return Update(path, fields, None if path.startswith(prefix) else version)

    return update


class _Nowhere:
    def put(self, path: str, *_: object, **__: object) -> str:
        return path


def _without_storing(original: Callable[..., Any], self: OutputFiles, *args: Any) -> Any:
    store, self._store = self._store, _Nowhere()  # type: ignore[assignment]
    try:
        return original(self, *args)
    finally:
        self._store = store
