from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.accounts.keys import ApiKey, Scope, new_id
from domain.credits.user import User
from domain.credits.user_week import with_request
from drawing import drawn
from repositories.accounts.user_mapping import user_difference, user_fields, user_from
from repositories.store.documents import Create, Document, Increment, Update
from repositories.store.memory import MemoryDocuments
from users import a_user, changed

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
PATH = "users/alice"

USERS = drawn(User, id=st.just("alice"))


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


@given(USERS, USERS)
def test_a_difference_leads_from_one_user_to_the_other(before: User, after: User) -> None:
    documents = written(before)
    assert lead(documents, read(documents), after) == after


@given(USERS)
def test_where_nothing_differs_nothing_is_written(user: User) -> None:
    assert user_difference(user, user) == {}


def test_a_document_of_feraset_imagen_s_reads_as_a_user_without_anything_of_ours() -> None:
    fields: Mapping[str, Any] = {"name": "Ann", "email": "ann@example.com", "current_credits": 7}
    user = user_from(Document(PATH, fields, NOW))
    assert user == a_user("alice", name="Ann", email="ann@example.com", current_credits=7)
    assert (user.identity.is_active, user.identity.is_anonymous, user.identity.is_admin) == (True, False, False)
    assert user.identity.keys == {}


KEY = ApiKey(id=new_id(), name="One", scopes=frozenset({Scope.BALANCE_READ}), created_at=NOW)
OTHER = replace(KEY, id=new_id(), name="Other")
ALICE = a_user("alice", current_credits=5, created_at=NOW, updated_at=NOW)


def test_a_change_of_one_key_does_not_touch_the_others() -> None:
    before = changed(ALICE, keys={KEY.id: KEY, OTHER.id: OTHER})
    after = changed(before, keys={**before.identity.keys, KEY.id: replace(KEY, name="New")})
    assert set(user_difference(before, after)) == {f"keys.{KEY.id}"}


def with_requests(user: User, *days: date) -> User:
    for day in days:
        user = changed(user, weeks=with_request(user.activity.weeks, day, 4))
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
    lead(documents, ALICE, changed(ALICE, keys={KEY.id: key, OTHER.id: OTHER}))
    fields = {f"keys.{KEY.id}.in_flight": Increment(-1), f"keys.{KEY.id}.spent.d20260304": Increment(-4)}
    documents.commit([Update(PATH, fields)])
    found = read(documents).identity.keys
    assert found == {KEY.id: replace(key, in_flight=1, spent={"d20260304": 4, "m202603": 8}), OTHER.id: OTHER}


def test_what_comes_back_to_a_grant_that_a_rebuilt_user_does_not_have_is_no_grant() -> None:
    documents = written(ALICE)
    documents.commit([Update(PATH, {"grants.g1.held": Increment(-2), "grants.g1.remaining": Increment(2)})])
    assert read(documents) == ALICE


def test_opening_the_books_writes_what_sums_need_to_see() -> None:
    after = changed(ALICE, books_opened_at=NOW)
    assert user_difference(ALICE, after) == {"books_opened_at": NOW, "held_credits": 0}


@pytest.mark.parametrize("name", ["secret", "digest", "pepper"])
def test_a_user_s_document_has_no_place_for_what_proves_a_key(name: str) -> None:
    fields = user_difference(ALICE, changed(ALICE, keys={KEY.id: KEY}))
    assert name not in str(fields)
