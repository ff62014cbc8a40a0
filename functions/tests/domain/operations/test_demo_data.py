from collections import Counter
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.calendar import Window, last_full_week, local_date
from domain.generations.generation import Status
from domain.operations.demo_catalog import COLORS, ERRORS, PROMPTS, SIZES, STYLES, USERS
from domain.operations.demo_data import REGULARS, PastGeneration, credits_before, history, users

NOON = datetime(2025, 8, 6, 12, tzinfo=UTC)
PRICES = {"512x512": 1, "1024x1024": 3, "1024x1792": 4}

nows = st.datetimes(
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001 - the zone is drawn
    max_value=datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=13)), timezone(timedelta(hours=-11))]),
)
seeds = st.integers(0, 10_000)
zones = st.sampled_from([UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("America/Santiago"), ZoneInfo("Pacific/Auckland")])


def weeks_before(now: datetime, zone: tzinfo = UTC) -> list[Window]:
    """Return the last five full weeks, the latest first."""
    last = last_full_week(now, zone)
    return [last.shifted(-weeks_ago).window(zone) for weeks_ago in range(5)]


def of_week(past: list[PastGeneration], week: Window) -> list[PastGeneration]:
    return [one for one in past if one.created_at in week]


def moves_of(one: PastGeneration) -> list[tuple[datetime, int]]:
    """Return the changes that it made to the balance, each with its time."""
    deduction = (one.created_at, -one.credits)
    return [deduction, (one.completed_at, one.credits)] if one.status is Status.FAILED else [deduction]


class TestCatalogue:
    def test_options_are_those_of_the_seed_in_order(self) -> None:
        assert [one.id for one in STYLES] == [
            "realistic",
            "anime",
            "oil_painting",
            "sketch",
            "cyberpunk",
            "watercolor",
        ]
        assert [one.id for one in COLORS] == ["vibrant", "monochrome", "pastel", "neon", "vintage"]
        assert {one.id: one.credit_cost for one in SIZES} == PRICES
        for options in (STYLES, COLORS, SIZES):
            assert [one.sort_order for one in options] == list(range(1, len(options) + 1))
            assert all(1 <= len(one.description) <= 200 and 1 <= len(one.display_name) <= 50 for one in options)

    def test_sizes_are_what_they_are_called(self) -> None:
        assert all(size.id == f"{size.width}x{size.height}" for size in SIZES)

    def test_users_are_those_of_feraset_imagen(self) -> None:
        assert {user.id: (user.credits, user.images) for user in USERS} == {
            "arda": (500, 47),
            "havanur": (5, 23),
            "alex_designer": (8, 156),
            "sarah_artist": (42, 89),
            "mike_creative": (3, 234),
            "emma_photo": (67, 78),
            "david_dev": (12, 45),
            "lisa_marketing": (28, 167),
            "bot_spammer": (200, 150),
            "new_enterprise": (1000, 85),
            "promo_user1": (50, 25),
            "promo_user2": (45, 30),
            "viral_marketer": (15, 120),
        }
        assert len({user.email for user in USERS}) == 13
        assert all(user.email.endswith("@example.com") for user in USERS)

    def test_prompts(self) -> None:
        assert len(set(PROMPTS)) == 15

    @given(now=nows, zone=zones)
    @settings(max_examples=50)
    def test_users_registered_before_their_history(self, now: datetime, zone: tzinfo) -> None:
        past = history(now, zone=zone)
        for user, told in zip(users(now, zone), USERS, strict=True):
            assert user.identity.created_at is not None
            assert all(user.identity.created_at < one.created_at for one in past if one.user_id == user.id)
            assert (user.balance.current_credits, user.activity.total_images_generated) == (told.credits, told.images)


class TestHistory:
    @given(now=nows, seed=seeds)
    @settings(max_examples=50)
    def test_follows_from_the_day_and_the_number(self, now: datetime, seed: int) -> None:
        day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        assert history(now, seed) == history(day, seed)

    def test_another_number_is_another_history(self) -> None:
        assert history(NOON, 1) != history(NOON, 2)

    @given(now=nows, seed=seeds, zone=zones)
    @settings(max_examples=50)
    def test_every_week_lies_in_its_own_seven_days(self, now: datetime, seed: int, zone: tzinfo) -> None:
        past = history(now, seed, zone)
        busy, *quiet = [of_week(past, week) for week in weeks_before(now, zone)]
        since = of_week(past, last_full_week(now, zone).shifted(1).window(zone))
        assert len(busy) + sum(map(len, quiet)) + len(since) == len(past)
        assert 63 <= len(busy) <= 87
        assert 3 * (local_date(now, zone).weekday() - 1) <= len(since) <= 3 * local_date(now, zone).weekday()
        for week in quiet:
            failed = [one for one in week if one.status is Status.FAILED]
            assert 20 <= len(week) <= 30
            assert 0.03 <= len(failed) / len(week) <= 0.05
            assert {one.user_id for one in week} <= set(REGULARS)

    @given(now=nows, seed=seeds, zone=zones)
    @settings(max_examples=50)
    def test_rows_are_whole_and_never_in_the_future(self, now: datetime, seed: int, zone: tzinfo) -> None:
        past = history(now, seed, zone)
        assert [one.number for one in past] == list(range(1, len(past) + 1))
        assert [one.created_at for one in past] == sorted(one.created_at for one in past)
        for one in past:
            assert timedelta(seconds=5) <= one.completed_at - one.created_at <= timedelta(seconds=40)
            assert one.completed_at <= now
            assert one.created_at.tzinfo is UTC
            assert one.credits == PRICES[one.size]
            assert (one.error in ERRORS) == (one.status is Status.FAILED)

    @given(now=nows, seed=seeds)
    @settings(max_examples=50)
    def test_books_can_be_opened_before_it_and_are_never_in_debt(self, now: datetime, seed: int) -> None:
        past = history(now, seed)
        for user in USERS:
            balance = credits_before(user.id, user.credits, past)
            for _, credits_ in sorted(move for one in past if one.user_id == user.id for move in moves_of(one)):
                balance += credits_
                assert balance >= 0
            assert balance == user.credits

    @given(now=nows, seed=seeds)
    @settings(max_examples=50)
    def test_nobody_made_more_images_than_they_have(self, now: datetime, seed: int) -> None:
        made = Counter(one.user_id for one in history(now, seed) if one.status is Status.COMPLETED)
        assert all(made[user.id] <= user.images for user in USERS)


class TestPlantedWeek:
    @pytest.fixture
    def planted(self) -> list[PastGeneration]:
        return of_week(history(NOON), weeks_before(NOON)[0])

    def test_the_spammer(self, planted: list[PastGeneration]) -> None:
        mine = [one for one in planted if one.user_id == "bot_spammer"]
        assert len(mine) == 18
        assert {one.model for one in mine} == {"Model B"}
        assert "512x512" not in {one.size for one in mine}
        assert sum(one.status is Status.FAILED for one in mine) == 5
        assert len({one.created_at.date() for one in mine}) == 1

    def test_the_enterprise(self, planted: list[PastGeneration]) -> None:
        mine = [one for one in planted if one.user_id == "new_enterprise"]
        assert Counter(one.size for one in mine) == {"1024x1792": 15, "1024x1024": 10}
        assert {(one.model, one.status) for one in mine} == {("Model A", Status.COMPLETED)}

    @pytest.mark.parametrize("user_id", ["promo_user1", "promo_user2", "viral_marketer"])
    def test_the_campaign(self, planted: list[PastGeneration], user_id: str) -> None:
        assert 4 <= sum(one.user_id == user_id for one in planted) <= 8

    def test_the_campaign_fails_on_model_b_alone(self, planted: list[PastGeneration]) -> None:
        campaign = [one for one in planted if one.user_id in {"promo_user1", "promo_user2", "viral_marketer"}]
        on_b = [one for one in campaign if one.model == "Model B"]
        failed = [one for one in campaign if one.status is Status.FAILED]
        assert len(on_b) == round(0.4 * len(campaign))
        assert set(map(id, failed)) <= set(map(id, on_b))
        assert len(failed) == pytest.approx(0.35 * len(on_b), abs=0.5)

    @pytest.mark.parametrize("user_id", ["arda", "alex_designer", "sarah_artist", "emma_photo"])
    def test_the_regulars_go_on(self, planted: list[PastGeneration], user_id: str) -> None:
        mine = [one for one in planted if one.user_id == user_id]
        assert 2 <= len(mine) <= 5
        assert {one.status for one in mine} == {Status.COMPLETED}
