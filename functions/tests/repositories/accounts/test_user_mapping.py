from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import Week
from core.rates import Bucket
from domain.accounts.keys import ApiKey, Budget, Scope, new_id
from domain.credits.allowances import Allowance
from domain.credits.grants import Grant
from domain.credits.user import User
from domain.credits.user_week import UserWeek, with_request
from repositories.accounts.user_mapping import user_difference, user_fields, user_from
from repositories.store.documents import Create, Document, Increment, Update
from repositories.store.memory import MemoryDocuments

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
PATH = "users/alice"

MOMENTS = st.integers(0, 10**9).map(lambda seconds: NOW + timedelta(seconds=seconds))
NUMBERS = st.integers(-(2**31), 2**31)
BUCKETS = st.none() | st.builds(Bucket, level=st.integers(0, 10**9), at=MOMENTS)
KEYS = st.builds(
    ApiKey,
    id=st.sampled_from([new_id() for _ in range(4)]),
    name=st.text(max_size=5),
    scopes=st.frozensets(st.sampled_from(Scope)),
    created_at=MOMENTS,
    expires_at=st.none() | MOMENTS,
    revoked_at=st.none() | MOMENTS,
    rotated_at=st.none() | MOMENTS,
    last_used_at=st.none() | MOMENTS,
    budget=st.builds(Budget, per_day=st.none() | NUMBERS, per_month=st.none() | NUMBERS),
    serial=st.integers(1, 100),
    previous_until=st.none() | MOMENTS,
    spent=st.dictionaries(st.sampled_from(["d20260304", "d20260305", "m202603"]), NUMBERS),
    bucket=BUCKETS,
    in_flight=NUMBERS,
)
WEEKS = st.builds(
    UserWeek,
    week=st.sampled_from([Week(2026, number) for number in (45, 46, 47)]),
    requests=NUMBERS,
    before=NUMBERS,
    days=st.tuples(*[NUMBERS] * 7),
)
GRANTS = st.builds(
    Grant,
    id=st.sampled_from(["g1", "g2", "g3"]),
    entry_id=st.text(max_size=5),
    source=st.text(max_size=5),
    amount=NUMBERS,
    remaining=NUMBERS,
    granted_at=MOMENTS,
    effective_at=MOMENTS,
    expires_at=st.none() | MOMENTS,
    priority=NUMBERS,
    held=NUMBERS,
    returned=NUMBERS,
    returned_at=st.none() | MOMENTS,
    expiries=NUMBERS,
    is_pending=st.booleans(),
)
ALLOWANCES = st.builds(
    Allowance,
    id=st.sampled_from(["a1", "a2"]),
    included=NUMBERS,
    effective_at=MOMENTS,
    expires_at=st.none() | MOMENTS,
    used=NUMBERS,
    held=NUMBERS,
)
USERS = st.builds(
    User,
    id=st.just("alice"),
    name=st.text(max_size=5),
    email=st.text(max_size=5),
    current_credits=NUMBERS,
    held_credits=NUMBERS,
    total_images_generated=NUMBERS,
    is_active=st.booleans(),
    created_at=MOMENTS,
    updated_at=MOMENTS,
    books_opened_at=st.none() | MOMENTS,
    is_anonymous=st.booleans(),
    is_admin=st.booleans(),
    in_flight=NUMBERS,
    bucket=BUCKETS,
    keys=st.lists(KEYS, max_size=4).map(lambda found: {key.id: key for key in found}),
    weeks=st.lists(WEEKS, max_size=3).map(lambda found: {each.week.field: each for each in found}),
    signed_out_at=st.none() | MOMENTS,
    deleted_at=st.none() | MOMENTS,
    erasure_due=st.booleans(),
    welcome_due=st.booleans(),
    cancels=st.dictionaries(st.sampled_from(["d20260304", "d20260305"]), NUMBERS),
    claimed=st.lists(st.text(max_size=3), max_size=3).map(tuple),
    claimed_by=st.none() | st.text(max_size=3),
    grants=st.lists(GRANTS, max_size=3).map(lambda found: {each.id: each for each in found}),
    grants_due_at=st.none() | MOMENTS,
    allowances=st.lists(ALLOWANCES, max_size=2).map(lambda found: {each.id: each for each in found}),
)


def read(documents: MemoryDocuments) -> User:
    found = documents.get(PATH)
    assert found is not None
    return user_from(found)


def written(user: User) -> MemoryDocuments:
    documents = MemoryDocuments()
    documents.commit([Create(PATH, user_fields(user))])
    return documents


def lead(documents: MemoryDocuments, before: User, after: User) -> User:
    documents.commit([Update(PATH, user_difference(before, after))])
    return read(documents)


@given(USERS)
def test_a_new_user_comes_back_as_it_was_written(user: User) -> None:
    assert read(written(user)) == user


@given(USERS, USERS)
def test_a_difference_leads_from_one_user_to_the_other(before: User, after: User) -> None:
    assert lead(written(before), before, after) == after


def test_every_field_of_a_user_is_among_those_that_the_tests_draw() -> None:
    drawn = USERS.wrapped_strategy.kwargs  # type: ignore[attr-defined]
    assert drawn.keys() == {field.name for field in fields(User)}


@given(USERS)
def test_where_nothing_differs_nothing_is_written(user: User) -> None:
    assert user_difference(user, user) == {}


def test_a_document_of_feraset_imagen_s_reads_as_a_user_without_anything_of_ours() -> None:
    fields: Mapping[str, Any] = {"name": "Ann", "email": "ann@example.com", "current_credits": 7}
    user = user_from(Document(PATH, fields, NOW))
    assert user == User(id="alice", name="Ann", email="ann@example.com", current_credits=7)
    assert (user.is_active, user.is_anonymous, user.is_admin, user.keys) == (True, False, False, {})


KEY = ApiKey(id=new_id(), name="One", scopes=frozenset({Scope.BALANCE_READ}), created_at=NOW)
OTHER = replace(KEY, id=new_id(), name="Other")
ALICE = User(id="alice", name="", email="", current_credits=5, created_at=NOW, updated_at=NOW)


def test_a_change_of_one_key_does_not_touch_the_others() -> None:
    before = replace(ALICE, keys={KEY.id: KEY, OTHER.id: OTHER})
    after = replace(before, keys={**before.keys, KEY.id: replace(KEY, name="New")})
    assert set(user_difference(before, after)) == {f"keys.{KEY.id}"}


def with_requests(user: User, *days: date) -> User:
    for day in days:
        user = replace(user, weeks=with_request(user.weeks, day, 4))
    return user


MONDAY = date(2026, 11, 9)


def test_a_week_has_what_the_report_asks_for() -> None:
    assert user_difference(ALICE, with_requests(ALICE, MONDAY, MONDAY)) == {
        "weeks.w2026_46": {
            "requests": 2,
            "before": 0,
            "credits": 8,
            "best_day": "2026-11-09",
            "best_day_credits": 8,
            "spike": 0,
            "newcomer": 1,
            "days": [8, 0, 0, 0, 0, 0, 0],
        }
    }


def test_a_request_writes_its_week_alone() -> None:
    before = with_requests(ALICE, MONDAY, MONDAY + timedelta(days=7))
    after = with_requests(before, MONDAY + timedelta(days=8))
    assert set(user_difference(before, after)) == {"weeks.w2026_47"}


def test_a_late_request_of_the_week_before_writes_both() -> None:
    before = with_requests(ALICE, MONDAY, MONDAY + timedelta(days=7))
    after = with_requests(before, MONDAY)
    assert set(user_difference(before, after)) == {"weeks.w2026_46", "weeks.w2026_47"}


def test_where_a_week_is_forgotten_all_are_written() -> None:
    before = with_requests(ALICE, *(MONDAY + timedelta(days=7 * n) for n in range(3)))
    after = with_requests(before, MONDAY + timedelta(days=21))
    difference = user_difference(before, after)
    assert set(difference) == {"weeks"}
    assert set(difference["weeks"]) == {"w2026_47", "w2026_48", "w2026_49"}


def test_a_settlement_counts_down_inside_a_key_and_leaves_it_readable() -> None:
    documents = written(ALICE)
    key = replace(KEY, in_flight=2, spent={"d20260304": 8, "m202603": 8})
    lead(documents, ALICE, replace(ALICE, keys={KEY.id: key, OTHER.id: OTHER}))
    fields = {f"keys.{KEY.id}.in_flight": Increment(-1), f"keys.{KEY.id}.spent.d20260304": Increment(-4)}
    documents.commit([Update(PATH, fields)])
    found = read(documents).keys
    assert found == {KEY.id: replace(key, in_flight=1, spent={"d20260304": 4, "m202603": 8}), OTHER.id: OTHER}


def test_what_comes_back_to_a_grant_that_a_rebuilt_user_does_not_have_is_no_grant() -> None:
    documents = written(ALICE)
    documents.commit([Update(PATH, {"grants.g1.held": Increment(-2), "grants.g1.remaining": Increment(2)})])
    assert read(documents) == ALICE


def test_opening_the_books_writes_what_sums_need_to_see() -> None:
    after = replace(ALICE, books_opened_at=NOW)
    assert user_difference(ALICE, after) == {"books_opened_at": NOW, "held_credits": 0}


@pytest.mark.parametrize("name", ["secret", "digest", "pepper"])
def test_a_user_s_document_has_no_place_for_what_proves_a_key(name: str) -> None:
    fields = user_difference(ALICE, replace(ALICE, keys={KEY.id: KEY}))
    assert name not in str(fields)
