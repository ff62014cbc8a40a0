from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from domain.credits.commits import Commit
from domain.generations.erasing import erase
from domain.generations.generation import Failure, Generation, Output, Spec, Status
from domain.generations.lifecycle import cancel, claim, complete, fail, release
from repositories.generations.generation_mapping import generation_fields, generation_from
from repositories.store.documents import Document

NOW = datetime(2026, 3, 4, 12, 59, 59, tzinfo=UTC)
SPEC = Spec(model="Model A", prompt="A cat", params={"style": "anime", "color": "neon", "size": "512x512"})
QUEUED = Generation(
    id="g", user_id="alice", spec=SPEC, status=Status.QUEUED, price=1, held=1, created_at=NOW, updated_at=NOW
)
FAILURE = Failure(code="timeout", message="late", retryable=True)
OUTPUT = Output(path="p", content_type="image/png", width=1, height=1, bytes=1)


def settled(change: Commit[Generation]) -> Generation:
    assert change.subject is not None
    return change.subject


CLAIMED = settled(claim(QUEUED, owner="w", now=NOW, lease=timedelta(minutes=5), expected_seconds=10))


def completed(after: timedelta) -> Generation:
    return settled(complete(CLAIMED, (OUTPUT,), "url", now=NOW + after))


def counts(generation: Generation) -> tuple[int, ...]:
    fields = generation_fields(generation)
    return tuple(fields[f"{status}_count"] for status in ("completed", "failed", "cancelled"))


@pytest.mark.parametrize(
    ("generation", "expected"),
    [
        (QUEUED, (0, 0, 0)),
        (CLAIMED, (0, 0, 0)),
        (settled(release(CLAIMED, FAILURE, now=NOW, due_at=NOW)), (0, 0, 0)),
        (completed(timedelta(seconds=3)), (1, 0, 0)),
        (settled(erase(completed(timedelta(seconds=3)), now=NOW)), (1, 0, 0)),
        (settled(fail(CLAIMED, FAILURE, now=NOW)), (0, 1, 0)),
        (settled(cancel(QUEUED, now=NOW)), (0, 0, 1)),
        (settled(cancel(CLAIMED, now=NOW)), (0, 0, 1)),
    ],
)
def test_each_is_counted_by_what_it_is(generation: Generation, expected: tuple[int, ...]) -> None:
    assert counts(generation) == expected


@pytest.mark.parametrize(
    ("generation", "images"),
    [
        (QUEUED, 0),
        (CLAIMED, 0),
        (completed(timedelta(seconds=3)), 1),
        (settled(complete(CLAIMED, (OUTPUT, OUTPUT), "url", now=NOW)), 2),
        (settled(erase(completed(timedelta(seconds=3)), now=NOW)), 1),
        (settled(complete(CLAIMED, (), "url", now=NOW)), 1),
        (settled(fail(CLAIMED, FAILURE, now=NOW)), 0),
        (settled(cancel(QUEUED, now=NOW)), 0),
    ],
)
def test_what_came_out_is_counted(generation: Generation, images: int) -> None:
    assert generation_fields(generation)["image_count"] == images


def test_the_hour_is_that_of_its_creation_in_utc() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    for at in (NOW, elsewhere):
        assert generation_fields(replace(QUEUED, created_at=at))["hour"] == 12


@pytest.mark.parametrize(("seconds", "bucket"), [(-2, 0), (0, 0), (0.999999, 0), (1, 1), (4, 2), (159, 7), (160, 8)])
def test_what_came_out_is_counted_by_how_long_it_took(seconds: float, bucket: int) -> None:
    assert generation_fields(completed(timedelta(seconds=seconds)))["latency_bucket"] == bucket


@pytest.mark.parametrize(
    "generation",
    [
        QUEUED,
        CLAIMED,
        settled(fail(CLAIMED, FAILURE, now=NOW)),
        settled(cancel(CLAIMED, now=NOW)),
        settled(complete(QUEUED, (OUTPUT,), "url", now=NOW)),
    ],
)
def test_what_did_not_come_out_or_never_began_has_no_latency(generation: Generation) -> None:
    assert "latency_bucket" not in generation_fields(generation)


def test_reading_ignores_them() -> None:
    generation = completed(timedelta(seconds=3))
    fields = generation_fields(generation) | {"completed_count": 7, "hour": 99, "latency_bucket": 99}
    assert generation_from(Document("generation_requests/g", fields, NOW)) == generation
