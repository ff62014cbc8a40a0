"""These planted bugs are about grants, allowances and holds that are captured in part."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import domain.credits.commits
import domain.credits.holds
import domain.credits.overdue
import domain.credits.postings
import repositories.accounts.books
from domain.credits.allowances import Allowance
from domain.credits.commits import Commit
from domain.credits.grants import Grant, Return
from domain.credits.ledger import Entry
from domain.credits.overdue import Overdue
from simulation import trainings
from simulation.planting import around, breaks


@breaks("I9")
def a_hold_does_not_note_what_it_took(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(domain.credits.holds, "take", lambda *_: ())


@breaks("I9")
def a_refund_forgets_the_grants(patch: pytest.MonkeyPatch) -> None:
    def forgetful(original: Callable[..., Any], *args: Any) -> Any:
        takes, returns = original(*args)
        return takes, [replace(each, remaining=0, returned=0) for each in returns]

    around(patch, domain.credits.holds, "give_back", forgetful)


@breaks("I9")
def a_settlement_only_ends_the_hold_on_a_grant(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(repositories.accounts.books, "_RETURNED", ("held",))


@breaks("I9")
def a_settlement_leaves_the_hold_on_a_grant(patch: pytest.MonkeyPatch) -> None:
    def kept(original: Callable[..., Any], *args: Any) -> Any:
        takes, returns = original(*args)
        return takes, [Return(grant_id=each.grant_id, held=0, remaining=each.remaining) for each in returns]

    around(patch, domain.credits.holds, "give_back", kept)


@breaks("spending")
def credits_are_spent_after_they_expired(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(domain.credits.holds, "overdue", lambda _, grants, now: Overdue(grants=grants))


@breaks("I2", "I9")
def an_expiry_takes_one_credit_too_many(patch: pytest.MonkeyPatch) -> None:
    def greedy(original: Callable[..., Entry], *args: Any) -> Entry:
        entry = original(*args)
        return replace(entry, credits=entry.credits + 1)

    around(patch, domain.credits.overdue, "_expiry", greedy)


@breaks("I2")
def an_expiry_writes_no_entry(patch: pytest.MonkeyPatch) -> None:
    around(patch, domain.credits.holds, "overdue", lambda original, *args: replace(original(*args), entries=()))


@breaks("I2", "I9")
def a_grant_of_tomorrow_can_be_spent_today(patch: pytest.MonkeyPatch) -> None:
    def early(original: Callable[..., Grant], **named: Any) -> Grant:
        return original(**{**named, "remaining": named["amount"]})

    around(patch, domain.credits.postings, "Grant", early)


@breaks("I9")
def a_clawback_spares_the_grants(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(domain.credits.postings, "after_takes", lambda grants, takes, *, are_held: grants)


@breaks("I9")
def a_grant_is_forgotten_while_a_hold_is_on_it(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Grant, "is_used_up", property(lambda self: not (self.is_pending or self.left)))


@breaks("I10")
def an_allowance_is_never_used_up(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Allowance, "left", property(lambda _: 1000))


@breaks("I10")
def what_was_not_delivered_uses_the_allowance(patch: pytest.MonkeyPatch) -> None:
    def used(original: Callable[..., Commit[Any]], *args: Any, **named: Any) -> Commit[Any]:
        commit = original(*args, **named)
        delta = commit.delta
        if delta is None or delta.allowance is None:
            return commit
        return replace(commit, delta=replace(delta, images_used=delta.allowance.images))

    around(patch, trainings, "settle", used)


@breaks("I3")
def a_capture_in_part_refunds_everything(patch: pytest.MonkeyPatch) -> None:
    def generous(original: Callable[..., Commit[Any]], before: Any, *args: Any, **named: Any) -> Commit[Any]:
        return original(before, *args, **{**named, "refund": before.price})

    around(patch, trainings, "settle", generous)


@breaks("expiry")
def nobody_looks_at_grants_in_the_night(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(domain.credits.commits, "due_at", lambda _: None)
