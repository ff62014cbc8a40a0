from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.credits.allowances import Allowance, AllowanceUse, AllowanceUsedUp, hold_images, settle_images
from domain.credits.commits import Commit
from domain.credits.errors import InsufficientCredits, TooManyGrants
from domain.credits.grants import GRACE, GRANTS_MAX, Grant, GrantTerms, Take, due_at, give_back, grant_id, take
from domain.credits.holds import hold, hold_on_allowance
from domain.credits.ledger import Entry, EntryType
from domain.credits.postings import bring_up_to_date, post, post_grant, up_to_date
from domain.credits.user import User
from domain.generations.generation import Failure, Generation, Output, Spec, Status
from domain.generations.lifecycle import complete, fail
from users import a_user, changed

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SPEC = Spec(model="Model A", prompt="A cat", params={"style": "anime", "color": "neon", "size": "512x512"})
BROKEN = Failure(code="model_failed", message="No", retryable=False)
OUTPUT = Output(path="p", content_type="image/png", width=1, height=1, bytes=1)


def a_grant(name: str, left: int, *, lasts: timedelta | None = None, priority: int = 100, age: int = 0) -> Grant:
    return Grant(
        id=name,
        entry_id=f"bank-{name}",
        source="bank",
        amount=left,
        remaining=left,
        granted_at=NOW - age * HOUR,
        effective_at=NOW - age * HOUR,
        expires_at=None if lasts is None else NOW + lasts,
        priority=priority,
    )


def ann_with(*grants: Grant, free: int = 0) -> User:
    balance = free + sum(grant.remaining for grant in grants)
    return a_user("ann", current_credits=balance, grants={each.id: each for each in grants})


def a_generation(price: int, at: datetime = NOW) -> Generation:
    return Generation(
        id="g",
        user_id="ann",
        spec=SPEC,
        status=Status.QUEUED,
        price=price,
        held=price,
        created_at=at,
        updated_at=at,
        in_flight=True,
    )


def held(user: User, price: int, at: datetime = NOW) -> tuple[User, Generation]:
    commit = hold(user, a_generation(price, at))
    assert commit.subject is not None
    return commit.applied_to(user), commit.subject


def an_entry(kind: EntryType, credits_: int, at: datetime = NOW) -> Entry:
    return Entry(id="bank-1", type=kind, credits=credits_, user_id="ann", description="", timestamp=at)


def paid_by(user: User, price: int) -> dict[str, int]:
    return {each.grant_id: each.credits for each in take(user.balance.grants, price, user.balance.current_credits)}


class TestOrder:
    def test_a_lower_priority_pays_before_an_earlier_expiry(self) -> None:
        user = ann_with(a_grant("soon", 5, lasts=HOUR), a_grant("first", 5, priority=1))
        assert paid_by(user, 6) == {"first": 5, "soon": 1}

    def test_an_earlier_expiry_pays_before_an_older_grant(self) -> None:
        user = ann_with(a_grant("old", 5, lasts=3 * HOUR, age=9), a_grant("soon", 5, lasts=HOUR))
        assert paid_by(user, 6) == {"soon": 5, "old": 1}

    def test_of_two_that_never_expire_the_older_pays(self) -> None:
        user = ann_with(a_grant("young", 5), a_grant("old", 5, age=9))
        assert paid_by(user, 6) == {"old": 5, "young": 1}

    def test_credits_of_no_grant_are_the_oldest_that_never_expire(self) -> None:
        user = ann_with(a_grant("forever", 5), a_grant("soon", 5, lasts=HOUR), a_grant("last", 5, priority=200), free=2)
        assert paid_by(user, 5) == {"soon": 5}
        assert paid_by(user, 7) == {"soon": 5}
        assert paid_by(user, 8) == {"soon": 5, "forever": 1}
        assert paid_by(user, 17) == {"soon": 5, "forever": 5, "last": 5}


class TestHold:
    def test_a_user_without_grants_is_charged_as_ever(self) -> None:
        user, generation = held(ann_with(free=10), 4)
        assert (user.balance.current_credits, user.balance.held_credits, user.balance.grants) == (6, 4, {})
        assert generation.funding.takes == ()

    def test_a_hold_notes_what_it_took_from_where(self) -> None:
        user, generation = held(ann_with(a_grant("soon", 3, lasts=HOUR), free=5), 4)
        assert generation.funding.takes == (Take(grant_id="soon", credits=3, expires_at=NOW + HOUR),)
        assert (
            user.balance.current_credits,
            user.balance.grants["soon"].remaining,
            user.balance.grants["soon"].held,
        ) == (4, 0, 3)

    def test_what_has_expired_is_not_spent_and_the_entry_says_so(self) -> None:
        user = ann_with(a_grant("gone", 3, lasts=timedelta(0)), free=5)
        commit = hold(user, a_generation(4))
        assert [(entry.type, entry.credits) for entry in commit.entries] == [("expiry", 3), ("deduction", 4)]
        after = commit.applied_to(user)
        assert (after.balance.current_credits, after.balance.grants) == (1, {})

    def test_a_refusal_names_what_can_be_spent(self) -> None:
        with pytest.raises(InsufficientCredits) as refused:
            hold(ann_with(a_grant("gone", 3, lasts=timedelta(0)), free=2), a_generation(4))
        assert refused.value.details == {"required": 4, "available": 2}


class TestSettle:
    def test_a_refund_goes_back_to_where_the_credits_came_from(self) -> None:
        before = ann_with(a_grant("soon", 3, lasts=HOUR), free=5)
        user, generation = held(before, 4)
        settled = fail(generation, BROKEN, now=NOW).applied_to(user)
        assert settled.balance.grants["soon"] == before.balance.grants["soon"]
        assert (settled.balance.current_credits, settled.balance.held_credits) == (8, 0)

    def test_a_part_of_the_hold_is_captured_and_the_rest_comes_back_last_taken_first(self) -> None:
        user, generation = held(ann_with(a_grant("soon", 3, lasts=HOUR), free=5), 4)
        commit = complete(generation, (OUTPUT,) * 2, "gs://b/p", now=NOW, charged=2)
        after, settled = commit.applied_to(user), commit.subject
        assert settled is not None
        assert (settled.held, settled.charged, settled.refunded) == (0, 2, 2)
        assert (after.balance.current_credits, after.balance.held_credits, after.activity.total_images_generated) == (
            6,
            0,
            2,
        )
        # First, one credit that belongs to no grant comes back, and then one of the grant.
        assert (after.balance.grants["soon"].remaining, after.balance.grants["soon"].held) == (1, 0)
        assert settled.funding.takes == (Take(grant_id="soon", credits=3, expires_at=NOW + HOUR, returned=1),)
        assert [(entry.id, entry.credits) for entry in commit.entries] == [("g-refund", 2)]

    def test_credits_that_come_back_late_can_be_spent_for_three_days(self) -> None:
        user, generation = held(ann_with(a_grant("soon", 3, lasts=HOUR)), 3)
        late = NOW + 2 * HOUR
        user = fail(generation, BROKEN, now=late).applied_to(user)
        assert (user.balance.grants["soon"].remaining, user.balance.grants["soon"].returned) == (0, 3)
        assert up_to_date(user, late + GRACE - HOUR).balance.current_credits == 3
        assert up_to_date(user, late + GRACE).balance.current_credits == 0
        again, _ = held(user, 2, late + HOUR)
        assert (again.balance.current_credits, again.balance.grants["soon"].returned) == (1, 1)

    def test_an_expired_grant_is_kept_while_a_hold_is_on_it(self) -> None:
        user, _ = held(ann_with(a_grant("soon", 3, lasts=HOUR)), 2)
        commit = bring_up_to_date(user, NOW + 2 * HOUR)
        assert commit is not None
        assert [(entry.id, entry.credits) for entry in commit.entries] == [("bank-soon-expiry-1", 1)]
        kept = commit.applied_to(user).balance.grants["soon"]
        assert (kept.remaining, kept.held) == (0, 2)

    def test_it_expires_again_under_another_id(self) -> None:
        user, generation = held(ann_with(a_grant("soon", 3, lasts=HOUR)), 2)
        user = up_to_date(user, NOW + 2 * HOUR)
        user = fail(generation, BROKEN, now=NOW + 3 * HOUR).applied_to(user)
        commit = bring_up_to_date(user, NOW + 4 * HOUR + GRACE)
        assert commit is not None
        assert [(entry.id, entry.credits) for entry in commit.entries] == [("bank-soon-expiry-2", 2)]
        assert commit.applied_to(user).balance.grants == {}

    def test_a_refund_is_shared_out_over_several_grants(self) -> None:
        takes = (Take(grant_id="a", credits=2), Take(grant_id="b", credits=3, expires_at=NOW))
        noted, changes = give_back(takes, 6, 5, NOW)
        assert [each.returned for each in noted] == [1, 3]
        assert [(each.grant_id, each.held, each.remaining, each.returned) for each in changes] == [
            ("b", -3, 0, 3),
            ("a", -2, 1, 0),
        ]


class TestPostings:
    def granted(self, user: User, terms: GrantTerms, credits_: int = 9) -> Commit[Any]:
        return post_grant(user.balance, an_entry(EntryType.GRANT, credits_), "bank", terms)

    def test_a_grant_is_in_the_balance_at_once(self) -> None:
        user = ann_with(free=1)
        after = self.granted(user, GrantTerms(expires_at=NOW + HOUR)).applied_to(user)
        assert (after.balance.current_credits, after.balance.grants[grant_id("bank-1")].remaining) == (10, 9)
        assert after.balance.grants_due_at == NOW + HOUR

    def test_a_grant_for_later_is_in_the_balance_when_it_begins(self) -> None:
        user = ann_with(free=1)
        commit = self.granted(user, GrantTerms(effective_at=NOW + HOUR, expires_at=NOW + 2 * HOUR))
        assert [entry.credits for entry in commit.entries] == [0]
        after = commit.applied_to(user)
        assert (after.balance.current_credits, after.balance.grants_due_at) == (1, NOW + HOUR)
        begun = bring_up_to_date(after, NOW + HOUR)
        assert begun is not None
        assert [(entry.id, entry.signed_credits) for entry in begun.entries] == [("bank-1-start", 9)]
        later = begun.applied_to(after)
        assert (later.balance.current_credits, later.balance.grants_due_at) == (10, NOW + 2 * HOUR)
        assert up_to_date(after, NOW + 3 * HOUR).balance.current_credits == 1

    def test_the_number_of_grants_is_bounded(self) -> None:
        user = ann_with(*(a_grant(f"g{number}", 1) for number in range(GRANTS_MAX)))
        with pytest.raises(TooManyGrants):
            self.granted(user, GrantTerms(priority=1))
        spent, _ = held(user, 1)
        spent = changed(spent, grants={each.id: replace(each, held=0) for each in spent.balance.grants.values()})
        assert len(self.granted(spent, GrantTerms(priority=1)).applied_to(spent).balance.grants) == GRANTS_MAX

    def test_a_clawback_takes_from_grants_and_then_leaves_a_debt(self) -> None:
        user = ann_with(a_grant("soon", 3, lasts=HOUR), free=1)
        commit = post(user.balance, an_entry(EntryType.CLAWBACK, 6))
        assert commit.entries[0].taken == {"soon": 3}
        after = commit.applied_to(user)
        assert (after.balance.current_credits, after.balance.grants["soon"].remaining) == (-2, 0)

    def test_nothing_is_due_where_nothing_ends(self) -> None:
        user = ann_with(a_grant("forever", 3), free=1)
        assert due_at(user.balance.grants) is None
        assert bring_up_to_date(user, NOW + 9 * GRACE) is None


class TestAllowances:
    ALLOWANCE = Allowance(id="plan", included=5, effective_at=NOW, expires_at=NOW + HOUR)
    USE = AllowanceUse(allowance_id="plan", images=3)

    def test_a_hold_takes_images_and_no_credits(self) -> None:
        user = changed(ann_with(free=2), allowances={"plan": self.ALLOWANCE})
        commit = hold_on_allowance(user, a_generation(0), self.USE)
        after = commit.applied_to(user)
        assert (
            after.balance.current_credits,
            after.balance.allowances["plan"].held,
            after.balance.allowances["plan"].left,
        ) == (2, 3, 2)
        assert commit.subject is not None
        assert commit.subject.funding.allowance == self.USE
        done = complete(commit.subject, (OUTPUT,) * 2, "gs://b/p", now=NOW).applied_to(after)
        assert (done.balance.allowances["plan"].held, done.balance.allowances["plan"].used) == (0, 2)
        failed = fail(commit.subject, BROKEN, now=NOW).applied_to(after)
        assert failed.balance.allowances["plan"] == self.ALLOWANCE

    @pytest.mark.parametrize(
        ("allowance", "at"),
        [
            (replace(ALLOWANCE, used=3), NOW),
            (replace(ALLOWANCE, held=3), NOW),
            (ALLOWANCE, NOW + HOUR),
            (ALLOWANCE, NOW - HOUR),
        ],
    )
    def test_images_that_are_not_there_are_refused(self, allowance: Allowance, at: datetime) -> None:
        with pytest.raises(AllowanceUsedUp):
            hold_images({"plan": allowance}, self.USE, at)

    def test_an_allowance_that_is_gone_stays_so(self) -> None:
        with pytest.raises(AllowanceUsedUp):
            hold_images({}, self.USE, NOW)
        assert settle_images({}, self.USE, 3) == {}
