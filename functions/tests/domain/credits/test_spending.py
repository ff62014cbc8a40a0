from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.errors import AppError, RateLimited, Unauthenticated
from core.rates import Bucket, Rate
from domain.accounts.errors import KeyBudgetExceeded, UserInactive
from domain.accounts.keys import ApiKey, Budget, Scope
from domain.credits.commits import Commit
from domain.credits.errors import AnonymousAllowanceUsed, InsufficientCredits
from domain.credits.spending import Spender, SpendingLimits, check_standing, spend
from domain.credits.user import User
from domain.generations.generation import Failure, Generation, Output, Spec, Status
from domain.generations.lifecycle import cancel, complete, fail
from users import a_user, changed

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
KEY = ApiKey(id="abcdefghijkl", name="Batch", scopes=frozenset({Scope.GENERATIONS_WRITE}), created_at=NOW)
ALICE = a_user("alice", name="Alice", email="", current_credits=100, keys={KEY.id: KEY})
ANONYMOUS = changed(ALICE, is_anonymous=True, current_credits=4)
LIMITS = SpendingLimits(
    per_user=Rate(per_minute=60, burst=3),
    per_key=Rate(per_minute=60, burst=2),
    in_flight_max=5,
    key_in_flight_max=4,
)
BY_KEY = Spender(key_id=KEY.id, key_serial=1)
BY_HAND = Spender(signed_in_at=NOW)


def a_generation(name: str = "g", *, price: int = 4, at: datetime = NOW, key_id: str | None = None) -> Generation:
    return Generation(
        id=name,
        user_id="alice",
        spec=Spec(model="Model A", prompt="A cat", params={"style": "anime", "color": "neon", "size": "1024x1792"}),
        status=Status.QUEUED,
        price=price,
        held=price,
        created_at=at,
        updated_at=at,
        in_flight=True,
        api_key_id=key_id,
    )


def spent(user: User, spender: Spender = BY_HAND, *, at: datetime = NOW, price: int = 4, **limits: Any) -> User:
    """Return the user after one generation."""
    generation = a_generation(price=price, at=at, key_id=spender.key_id)
    return spend(user, generation, spender, replace(LIMITS, **limits), UTC).applied_to(user)


def with_key(user: User = ALICE, **changes: Any) -> User:
    return changed(user, keys={KEY.id: replace(user.identity.keys[KEY.id], **changes)})


# --- what spending leaves ---


def test_a_person_s_spending_is_counted_on_the_user_alone() -> None:
    after = spent(ALICE)
    assert (after.balance.current_credits, after.balance.held_credits, after.pace.in_flight) == (96, 4, 1)
    assert after.pace.bucket == Bucket(level=2_000_000, at=NOW)
    assert after.identity.keys == ALICE.identity.keys


def test_a_key_s_spending_is_counted_on_both_and_its_use_is_noted() -> None:
    after = spent(ALICE, BY_KEY)
    assert (after.balance.current_credits, after.balance.held_credits, after.pace.in_flight) == (96, 4, 1)
    assert after.pace.bucket == Bucket(level=2_000_000, at=NOW)
    assert after.identity.keys[KEY.id] == replace(
        KEY,
        spent={"d20260304": 4, "m202603": 4},
        in_flight=1,
        last_used_at=NOW,
        bucket=Bucket(level=1_000_000, at=NOW),
    )


def test_a_change_carries_what_it_leaves_so_that_one_commit_writes_it() -> None:
    change = spend(ALICE, a_generation(), BY_KEY, LIMITS, UTC)
    assert change.bucket is not None
    assert change.identity is not None
    assert len(change.entries) == 1


def test_a_request_is_counted_in_its_local_week() -> None:
    sunday = datetime(2026, 11, 15, 23, 30, tzinfo=UTC)
    for zone, week, days in (
        (UTC, "w2026_46", (0, 0, 0, 0, 0, 0, 4)),
        (ZoneInfo("Europe/Berlin"), "w2026_47", (4, 0, 0, 0, 0, 0, 0)),
    ):
        after = spend(ALICE, a_generation(at=sunday), BY_HAND, LIMITS, zone).applied_to(ALICE)
        assert {name: (each.requests, each.days) for name, each in after.activity.weeks.items()} == {week: (1, days)}


def test_what_changes_no_week_leaves_them() -> None:
    after = spent(spent(ALICE))
    settled = fail(a_generation(), Failure(code="timeout", message="late", retryable=True), now=NOW).applied_to(after)
    assert settled.activity.weeks == after.activity.weeks
    assert [each.requests for each in after.activity.weeks.values()] == [2]


# --- who may not spend ---


REFUSALS: list[tuple[str, User, Spender, type[AppError]]] = [
    ("signed out", changed(ALICE, signed_out_at=NOW + SECOND), BY_HAND, Unauthenticated),
    ("deleted", changed(ALICE, deleted_at=NOW), BY_HAND, Unauthenticated),
    ("deleted, by key", changed(ALICE, deleted_at=NOW), BY_KEY, Unauthenticated),
    ("deleted, by a service", changed(ALICE, deleted_at=NOW), Spender(), Unauthenticated),
    ("unknown key", changed(ALICE, keys={}), BY_KEY, Unauthenticated),
    ("revoked", with_key(revoked_at=NOW), BY_KEY, Unauthenticated),
    ("expired", with_key(expires_at=NOW), BY_KEY, Unauthenticated),
    ("rotated", with_key(serial=2), BY_KEY, Unauthenticated),
    ("inactive", changed(ALICE, is_active=False), BY_KEY, UserInactive),
    ("inactive person", changed(ALICE, is_active=False), BY_HAND, UserInactive),
    ("poor", changed(ALICE, current_credits=3), BY_KEY, InsufficientCredits),
    ("over the day", with_key(budget=Budget(per_day=3)), BY_KEY, KeyBudgetExceeded),
    ("over the month", with_key(budget=Budget(per_month=3)), BY_KEY, KeyBudgetExceeded),
    ("crowded", changed(ALICE, in_flight=5), BY_HAND, RateLimited),
    ("crowded, by key", changed(ALICE, in_flight=5), BY_KEY, RateLimited),
    ("crowded key", with_key(in_flight=4), BY_KEY, RateLimited),
    ("fast", changed(ALICE, bucket=Bucket(level=999_999, at=NOW)), BY_HAND, RateLimited),
    ("fast, by key", changed(ALICE, bucket=Bucket(level=0, at=NOW)), BY_KEY, RateLimited),
    ("fast key", with_key(bucket=Bucket(level=0, at=NOW)), BY_KEY, RateLimited),
    ("anonymous, busy", changed(ANONYMOUS, in_flight=1), BY_HAND, AnonymousAllowanceUsed),
    ("anonymous, served", changed(ANONYMOUS, total_images_generated=1), BY_HAND, AnonymousAllowanceUsed),
    ("anonymous, served, by key", changed(ANONYMOUS, total_images_generated=1), BY_KEY, AnonymousAllowanceUsed),
]


@pytest.mark.parametrize(
    ("user", "spender", "refusal"), [each[1:] for each in REFUSALS], ids=[each[0] for each in REFUSALS]
)
def test_who_may_not_spend(user: User, spender: Spender, refusal: type[AppError]) -> None:
    with pytest.raises(refusal):
        spent(user, spender)


@pytest.mark.parametrize(
    "user",
    [
        with_key(in_flight=4),
        with_key(bucket=Bucket(level=0, at=NOW)),
        with_key(budget=Budget(per_day=0)),
        with_key(revoked_at=NOW),
    ],
)
def test_a_key_s_limits_do_not_stop_its_owner(user: User) -> None:
    assert spent(user).pace.in_flight == 1


def test_one_below_the_cap_is_let_through() -> None:
    assert spent(changed(ALICE, in_flight=4)).pace.in_flight == 5
    assert spent(with_key(in_flight=3), BY_KEY).identity.keys[KEY.id].in_flight == 4


def test_a_crowd_is_told_when_to_ask_again() -> None:
    with pytest.raises(RateLimited) as refused:
        spent(changed(ALICE, in_flight=5))
    assert refused.value.retry_after >= 1


def test_a_burst_by_key_ends_where_the_key_s_does_and_one_by_hand_where_the_user_s_does() -> None:
    user = spent(spent(ALICE, BY_KEY), BY_KEY)
    with pytest.raises(RateLimited, match="with this key"):
        spent(user, BY_KEY)
    user = spent(user)
    with pytest.raises(RateLimited, match="Too many generations:"):
        spent(user)
    assert spent(user, at=NOW + SECOND).pace.in_flight == 4


# --- whether a sign-in still counts ---


@pytest.mark.parametrize("millis", [0, 1, 400, 999])
def test_a_sign_in_of_the_very_second_of_the_sign_out_lives_and_one_before_it_does_not(millis: int) -> None:
    """Tokens have only whole seconds, so this may be the sign-in that followed the sign-out."""
    user = changed(ALICE, signed_out_at=NOW + timedelta(milliseconds=millis))
    for moment in (NOW, NOW + SECOND):
        assert check_standing(user.identity, Spender(signed_in_at=moment), NOW) is None
    for moment in (NOW - SECOND, NOW - 2 * SECOND):
        with pytest.raises(Unauthenticated, match="signed out"):
            check_standing(user.identity, Spender(signed_in_at=moment), NOW)


def test_keys_outlive_a_sign_out() -> None:
    assert check_standing(changed(ALICE, signed_out_at=NOW).identity, BY_KEY, NOW) == KEY


# --- what the end of a generation gives back ---


def completed(generation: Generation, at: datetime) -> Commit[Generation]:
    output = Output(path="p", content_type="image/png", width=1, height=1, bytes=1)
    return complete(generation, (output,), "gs://b/p", now=at)


def failed(generation: Generation, at: datetime) -> Commit[Generation]:
    return fail(generation, Failure(code="model_failed", message="No", retryable=False), now=at)


def cancelled(generation: Generation, at: datetime) -> Commit[Generation]:
    return cancel(generation, now=at)


@pytest.mark.parametrize("end", [completed, failed, cancelled])
def test_every_end_counts_down_what_was_in_flight_once(
    end: Callable[[Generation, datetime], Commit[Generation]],
) -> None:
    change = end(a_generation(key_id=KEY.id), NOW)
    assert change.delta is not None
    assert change.delta.in_flight == -1
    assert change.subject is not None
    assert not change.subject.in_flight


@pytest.mark.parametrize("end", [completed, failed, cancelled])
def test_what_was_never_counted_is_not_counted_down(end: Callable[[Generation, datetime], Commit[Generation]]) -> None:
    change = end(replace(a_generation(), in_flight=False), NOW)
    assert change.delta is not None
    assert change.delta.in_flight == 0


@pytest.mark.parametrize(("end", "may_again"), [(completed, False), (failed, True), (cancelled, True)])
def test_an_anonymous_user_has_one_generation_that_succeeds(
    end: Callable[[Generation, datetime], Commit[Generation]], may_again: bool
) -> None:
    generation = a_generation()
    during = spend(ANONYMOUS, generation, BY_HAND, LIMITS, UTC).applied_to(ANONYMOUS)
    with pytest.raises(AnonymousAllowanceUsed):
        spent(during, price=0)
    after = end(generation, NOW).applied_to(during)
    if may_again:
        assert spent(after).pace.in_flight == 1
    else:
        with pytest.raises(AnonymousAllowanceUsed):
            spent(after)
