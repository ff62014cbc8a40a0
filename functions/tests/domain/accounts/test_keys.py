from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Unauthenticated
from domain.accounts import keys
from domain.accounts.errors import KeyBudgetExceeded
from domain.accounts.keys import ADMIN_SCOPES, ApiKey, Budget, Scope, spent_with, windows

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
KEY = ApiKey(id="abcdefghijkl", name="Batch", scopes=frozenset({Scope.GENERATIONS_WRITE}), created_at=NOW)
SECRET = "0123456789abcdefghijABCDEFGHIJ0123456789abc"


# --- the token ---


def test_a_token_is_split_into_what_it_was_made_of() -> None:
    key_id, secret = keys.new_id(), keys.new_secret()
    assert keys.token(key_id, secret) == f"dk_{key_id}_{secret}"
    assert keys.split(keys.token(key_id, secret)) == (key_id, secret)


def test_no_two_are_alike() -> None:
    assert len({keys.new_id() for _ in range(1000)}) == 1000
    assert len({keys.new_secret() for _ in range(1000)}) == 1000


def test_an_id_can_stand_in_a_path_of_fields_and_a_secret_has_256_bits() -> None:
    assert all(keys.new_id().isidentifier() for _ in range(1000))
    assert 62 ** len(keys.new_secret()) > 2**256


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dk_",
        "dk__",
        f"dk_{KEY.id}",
        f"dk_{KEY.id}_",
        f"dk_{KEY.id}_{SECRET[:-1]}",
        f"dk_{KEY.id}_{SECRET}x",
        f"dk_{KEY.id}_{SECRET}\n",
        f" dk_{KEY.id}_{SECRET}",
        f"dk_{KEY.id}_{SECRET[:-1]}é",
        f"dk_{KEY.id[:-1]}é_{SECRET}",
        f"DK_{KEY.id}_{SECRET}",
        f"dk_{KEY.id.upper()}_{SECRET}",
        f"dk_1{KEY.id[1:]}_{SECRET}",
        f"dk_{KEY.id}_{SECRET[:-1]}_",
        f"sk_{KEY.id}_{SECRET}",
        f"dk_a.b.c.d.e.f._{SECRET}",
    ],
)
def test_what_is_no_key_is_not_taken_apart(text: str) -> None:
    assert keys.split(f"dk_{KEY.id}_{SECRET}") == (KEY.id, SECRET)
    assert keys.split(text) is None


# --- whether a secret opens anything ---


def opens(key: ApiKey, serial: int, now: datetime) -> bool:
    try:
        key.refuse_unless_good(serial, now)
    except Unauthenticated:
        return False
    return True


def test_a_key_works_until_it_expires() -> None:
    key = replace(KEY, expires_at=NOW + HOUR)
    assert opens(key, 1, NOW + HOUR - timedelta.resolution)
    assert not opens(key, 1, NOW + HOUR)
    assert key.is_active(NOW)
    assert not key.is_active(NOW + HOUR)


def test_a_revoked_key_opens_nothing() -> None:
    key = replace(KEY, revoked_at=NOW)
    assert not opens(key, 1, NOW)
    assert not opens(key, 1, NOW - HOUR)
    assert not key.is_active(NOW)


def test_without_an_overlap_a_rotation_ends_the_old_secret_at_once() -> None:
    key = replace(KEY, serial=2, rotated_at=NOW)
    assert [opens(key, serial, NOW) for serial in (0, 1, 2, 3)] == [False, False, True, False]


def test_with_an_overlap_the_one_before_works_on_until_it_is_over() -> None:
    key = replace(KEY, serial=3, previous_until=NOW + HOUR)
    assert [opens(key, serial, NOW) for serial in (1, 2, 3)] == [False, True, True]
    assert [opens(key, serial, NOW + HOUR) for serial in (1, 2, 3)] == [False, False, True]


@pytest.mark.parametrize("serial", [1, 2])
def test_an_overlap_outlives_neither_revocation_nor_expiry(serial: int) -> None:
    key = replace(KEY, serial=2, previous_until=NOW + 3 * HOUR)
    assert opens(key, serial, NOW + HOUR)
    assert not opens(replace(key, revoked_at=NOW), serial, NOW + HOUR)
    assert not opens(replace(key, expires_at=NOW + HOUR), serial, NOW + HOUR)


# --- budgets ---


def spending(key: ApiKey, *prices: int, at: datetime = NOW) -> ApiKey:
    for price in prices:
        key = spent_with(key, price, at)
    return key


def refused(key: ApiKey, price: int, at: datetime = NOW) -> str:
    with pytest.raises(KeyBudgetExceeded) as found:
        spent_with(key, price, at)
    return f"{found.value.details['required']} of {found.value.details['available']}"


@pytest.mark.parametrize("budget", [Budget(per_day=10), Budget(per_month=10), Budget(per_day=10, per_month=10)])
def test_a_budget_is_spent_to_the_last_credit_and_not_beyond(budget: Budget) -> None:
    key = spending(replace(KEY, budget=budget), 4, 4)
    assert refused(key, 3) == "3 of 2"
    assert refused(spending(key, 2), 1) == "1 of 0"


def test_nothing_is_not_the_same_as_no_budget() -> None:
    assert refused(replace(KEY, budget=Budget(per_day=0)), 1) == "1 of 0"
    assert spending(KEY, 10**9, 10**9).spent == {"d20260304": 2 * 10**9, "m202603": 2 * 10**9}


def test_the_smaller_of_two_budgets_decides() -> None:
    assert refused(replace(KEY, budget=Budget(per_day=5, per_month=3)), 4) == "4 of 3"
    assert refused(replace(KEY, budget=Budget(per_day=3, per_month=5)), 4) == "4 of 3"


def test_a_budget_that_was_made_smaller_than_what_is_spent_leaves_nothing() -> None:
    key = replace(spending(KEY, 8), budget=Budget(per_day=5))
    assert refused(key, 1) == "1 of 0"


def test_a_day_begins_at_midnight_and_the_month_goes_on() -> None:
    key = spending(replace(KEY, budget=Budget(per_day=5, per_month=8)), 5, at=datetime(2026, 3, 4, 23, 59, tzinfo=UTC))
    tomorrow = datetime(2026, 3, 5, tzinfo=UTC)
    assert refused(key, 4, tomorrow) == "4 of 3"
    assert windows(tomorrow) == ("d20260305", "m202603")
    key = spending(key, 3, at=tomorrow)
    assert (key.spent["d20260305"], key.spent["m202603"]) == (3, 8)


def test_a_month_begins_with_its_first_day_and_so_does_a_year() -> None:
    key = spending(replace(KEY, budget=Budget(per_day=5, per_month=5)), 5, at=NEW_YEAR - timedelta.resolution)
    assert refused(key, 1, NEW_YEAR - timedelta.resolution) == "1 of 0"
    assert windows(NEW_YEAR) == ("d20270101", "m202701")
    assert refused(spending(key, 5, at=NEW_YEAR), 1, NEW_YEAR) == "1 of 0"


def test_windows_that_are_long_over_are_forgotten() -> None:
    key = KEY
    for day in range(100):
        key = spending(key, 1, at=NOW + timedelta(days=day))
    assert len(key.spent) <= 4


TIMES = st.integers(-11 * 60, 11 * 60).map(lambda minutes: NEW_YEAR + timedelta(minutes=minutes))


@given(st.lists(st.tuples(TIMES, st.integers(1, 5)), max_size=40), st.integers(0, 20), st.integers(0, 20))
def test_no_window_is_overspent_in_whatever_order_the_requests_around_midnight_come(
    requests: list[tuple[datetime, int]], per_day: int, per_month: int
) -> None:
    """A request is decided by the moment when it came, and is written later. Others may have been faster."""
    key = replace(KEY, budget=Budget(per_day=per_day, per_month=per_month))
    spent: Counter[str] = Counter()
    for at, price in requests:
        try:
            key = spent_with(key, price, at)
        except KeyBudgetExceeded:
            continue
        spent.update(dict.fromkeys(windows(at), price))
    assert all(amount <= (per_day if window.startswith("d") else per_month) for window, amount in spent.items())


def test_what_only_admins_give_away_is_all_that_reaches_beyond_ones_own_books() -> None:
    assert set(Scope) - ADMIN_SCOPES == {Scope.GENERATIONS_READ, Scope.GENERATIONS_WRITE, Scope.BALANCE_READ}
