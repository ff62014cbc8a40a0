from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.accounts.errors import UserInactive
from domain.credits.commits import BalanceDelta
from domain.credits.errors import InsufficientCredits
from domain.credits.holds import deduction_entry, hold, refund_entry
from domain.credits.ledger import DEBITS, Entry, EntryType
from domain.credits.postings import post
from domain.generations.generation import Generation, Spec, Status
from domain.generations.lifecycle import refund_of
from users import a_user, changed

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ALICE = a_user("alice", name="Alice", email="alice@example.com", current_credits=10, held_credits=2)


def a_generation(price: int = 4) -> Generation:
    return Generation(
        id="g",
        user_id="alice",
        spec=Spec(model="Model A", prompt="A cat", params={"style": "anime", "color": "neon", "size": "1024x1792"}),
        status=Status.QUEUED,
        price=price,
        held=price,
        created_at=NOW,
        updated_at=NOW,
    )


def an_entry(kind: EntryType, credits_: int) -> Entry:
    return Entry(id="e", type=kind, credits=credits_, user_id="alice", description="why", timestamp=NOW)


def test_a_deduction_moves_the_price_from_spendable_to_held() -> None:
    change = hold(ALICE, a_generation(4))
    after = change.applied_to(ALICE)
    assert (after.balance.current_credits, after.balance.held_credits) == (6, 6)


def test_a_deduction_writes_one_entry_of_the_seeds_shape() -> None:
    (entry,) = hold(ALICE, a_generation(4)).entries
    assert entry == Entry(
        id="g-deduction",
        type=EntryType.DEDUCTION,
        credits=4,
        user_id="alice",
        description="Image generation - Model A - 1024x1792",
        timestamp=NOW,
        generation_request_id="g",
    )


def test_the_last_credit_can_be_spent() -> None:
    assert hold(ALICE, a_generation(10)).delta == BalanceDelta(current=-10, held=10, in_flight=1)


def test_one_credit_too_few_is_refused_with_both_numbers() -> None:
    with pytest.raises(InsufficientCredits) as refused:
        hold(ALICE, a_generation(11))
    assert refused.value.details == {"required": 11, "available": 10}


def test_held_credits_cannot_be_spent() -> None:
    with pytest.raises(InsufficientCredits):
        hold(changed(ALICE, current_credits=0, held_credits=100), a_generation(1))


def test_a_deactivated_user_spends_nothing() -> None:
    with pytest.raises(UserInactive):
        hold(changed(ALICE, is_active=False), a_generation(1))


def test_deduction_and_refund_of_one_generation_have_ids_that_a_repeat_collides_with() -> None:
    generation = a_generation()
    assert deduction_entry(generation).id == deduction_entry(replace(generation, attempt=3)).id == "g-deduction"
    assert refund_entry(generation, 4, "x", NOW).id == refund_entry(generation, 3, "y", NOW).id == "g-refund"


def test_a_refund_says_why() -> None:
    failed = replace(a_generation(), status=Status.FAILED)
    assert refund_of(failed, 4, "Model processing timeout", NOW).description == (
        "Refund for failed generation: Model processing timeout"
    )


@pytest.mark.parametrize("kind", list(EntryType))
def test_the_type_decides_the_sign(kind: EntryType) -> None:
    takes = {EntryType.DEDUCTION, EntryType.CLAWBACK, EntryType.EXPIRY}
    assert an_entry(kind, 7).signed_credits == (-7 if kind in takes else 7)
    assert (kind in DEBITS) == (kind in takes)


def test_an_adjustment_may_take_away() -> None:
    assert post(ALICE.balance, an_entry(EntryType.ADJUSTMENT, -10)).delta == BalanceDelta(current=-10)
    with pytest.raises(InsufficientCredits):
        post(ALICE.balance, an_entry(EntryType.ADJUSTMENT, -11))


def test_an_expiry_stops_at_zero() -> None:
    assert post(ALICE.balance, an_entry(EntryType.EXPIRY, 10)).delta == BalanceDelta(current=-10)
    with pytest.raises(InsufficientCredits):
        post(ALICE.balance, an_entry(EntryType.EXPIRY, 11))


def test_only_a_clawback_makes_debt() -> None:
    assert post(ALICE.balance, an_entry(EntryType.CLAWBACK, 25)).delta == BalanceDelta(current=-25)


def test_a_user_in_debt_can_be_given_credits() -> None:
    debtor = changed(ALICE, current_credits=-15)
    assert post(debtor.balance, an_entry(EntryType.GRANT, 5)).delta == BalanceDelta(current=5)


@given(st.integers(0, 50), st.lists(st.tuples(st.sampled_from(EntryType), st.integers(-20, 20)), max_size=30))
def test_the_balance_is_the_sum_of_the_entries(start: int, postings: list[tuple[EntryType, int]]) -> None:
    user, posted = changed(ALICE, current_credits=start), []
    for kind, credits_ in postings:
        entry = an_entry(kind, credits_)
        try:
            change = post(user.balance, entry)
        except InsufficientCredits:
            assert user.balance.current_credits + entry.signed_credits < 0
            continue
        before, user = user, change.applied_to(user)
        posted.append(entry)
        assert user.balance.current_credits >= min(0, before.balance.current_credits) or kind is EntryType.CLAWBACK
    assert user.balance.current_credits == start + sum(entry.signed_credits for entry in posted)
