import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.settings.values import Range
from domain.catalog.models import Kind
from domain.operations.demo_catalog import COLORS, SIZES, STYLES
from given_providers import GivenProviders
from providers.models.simulated.remote import SimulatedRemoteModel
from services.generations.model_ports import Job, RemoteProvider, RemoteStatus
from world import World, data_of

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SIZE = replace(SIZES[0], id="128x128", width=128, height=128)
JOB = Job(
    generation_id="g-1",
    model="Model R",
    kind=Kind.TEXT_TO_IMAGE,
    provider_model="landscapes",
    prompt="A lighthouse at dusk",
    params={"style": "anime", "color": COLORS[0].id, "size": "128x128"},
    options={"style": STYLES[1], "color": COLORS[0], "size": SIZE},
    seed=7,
    timeout_seconds=180,
    folder=Path("nowhere"),
)


class Wall:
    """A wall clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


def a_vendor(wall: Wall, *, rate: float = 0, low: float = 10, high: float = 10, seed: int = 1) -> SimulatedRemoteModel:
    return SimulatedRemoteModel(
        failure_rate=rate,
        latency=Range(low=low, high=high),
        clock=wall,
        chance=random.Random(seed),
    )


def test_a_job_runs_for_its_time_and_then_succeeds(wall: Wall) -> None:
    vendor = a_vendor(wall)
    job_id = vendor.submit(JOB)
    assert vendor.poll(job_id, JOB).status is RemoteStatus.RUNNING
    wall.now += timedelta(seconds=9.9)
    assert vendor.poll(job_id, JOB).status is RemoteStatus.RUNNING
    wall.now += timedelta(seconds=0.1)
    result = vendor.poll(job_id, JOB)
    assert result.status is RemoteStatus.SUCCEEDED
    assert (result.media[0].width, result.media[0].content_type) == (128, "image/png")


def test_the_same_job_is_the_same_picture_at_each_poll(wall: Wall) -> None:
    vendor = a_vendor(wall, low=0, high=0)
    job_id = vendor.submit(JOB)
    first, second = (vendor.poll(job_id, JOB).media for _ in range(2))
    assert [data_of(each) for each in first] == [data_of(each) for each in second]
    assert first


def test_submitting_a_generation_twice_is_one_job(wall: Wall) -> None:
    vendor = a_vendor(wall, low=5, high=40)
    first = vendor.submit(JOB)
    wall.now += timedelta(minutes=1)
    assert vendor.submit(JOB) == first
    assert vendor.submit(replace(JOB, generation_id="g-2")) != first


def test_another_instance_answers_for_a_job_too_for_the_vendor_is_one(wall: Wall) -> None:
    job_id = a_vendor(wall).submit(JOB)
    wall.now += timedelta(seconds=10)
    assert a_vendor(wall, seed=2).poll(job_id, JOB).status is RemoteStatus.SUCCEEDED


def test_a_job_that_fails_fails_in_the_seeds_five_ways(wall: Wall) -> None:
    vendor = a_vendor(wall, rate=1, low=0, high=0)
    found: dict[str, bool] = {}
    for number in range(200):
        job = replace(JOB, generation_id=f"g-{number}")
        result = vendor.poll(vendor.submit(job), job)
        assert result.status is RemoteStatus.FAILED
        assert result.failure is not None
        found[result.failure.message] = result.failure.retryable
    assert found == {
        "Model processing timeout": True,
        "Insufficient GPU resources": True,
        "Content filter violation": False,
        "Model overload - please retry": True,
        "Network connection failed": True,
    }


def test_how_a_job_ends_does_not_change_from_poll_to_poll(wall: Wall) -> None:
    vendor = a_vendor(wall, rate=1, low=0, high=0)
    job_id = vendor.submit(JOB)
    assert len({vendor.poll(job_id, JOB) for _ in range(20)}) == 1


def test_nothing_fails_at_rate_0(wall: Wall) -> None:
    vendor = a_vendor(wall, low=1, high=1)
    for number in range(100):
        assert (
            vendor.submit(replace(JOB, generation_id=f"g-{number}")).split("-")[2] == "5"
        )  # this is after the five failures


def test_it_fails_about_as_often_as_it_is_told(wall: Wall) -> None:
    vendor = a_vendor(wall, rate=0.05)
    verdicts = [vendor.submit(replace(JOB, generation_id=f"g-{number}")).split("-")[2] for number in range(2000)]
    assert 70 <= 2000 - verdicts.count("5") <= 130  # 100 are expected, and 3 standard deviations are 30


def test_the_latency_is_drawn_from_the_range(wall: Wall) -> None:
    vendor = a_vendor(wall, low=5, high=40)
    ready = []
    for number in range(300):
        ticket = vendor.submit(replace(JOB, generation_id=f"g-{number}"))
        ready.append(int(ticket.split("-")[1]) / 1000 - NOW.timestamp())
    assert 5 <= min(ready) < 7
    assert 38 < max(ready) <= 40


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "job-1",
        "sim-1-5",
        "sim-1-5-0123456789abcdef",
        "sim-0-0-0123456789abcdef-x",
        "sim-x-y-z",
        "sim-²-5-0123456789abcdef",
        "sim--1-5-0123456789abcdef",
    ],
)
def test_an_id_that_was_never_given_out_is_unknown(wall: Wall, forged: str) -> None:
    assert a_vendor(wall).poll(forged, JOB).status is RemoteStatus.UNKNOWN


def test_a_real_id_with_another_time_or_verdict_is_unknown(wall: Wall) -> None:
    vendor = a_vendor(wall, rate=1)
    prefix, ready, verdict, digest = vendor.submit(JOB).split("-")
    for forged in (
        f"{prefix}-0-{verdict}-{digest}",
        f"{prefix}-{ready}-5-{digest}",
        f"{prefix}-{ready}-{verdict}-{digest[::-1]}",
        f"{prefix}-0{ready}-{verdict}-{digest}",
        f"other-{ready}-{verdict}-{digest}",
    ):
        assert vendor.poll(forged, JOB).status is RemoteStatus.UNKNOWN


def test_the_id_of_another_generations_job_is_unknown(wall: Wall) -> None:
    vendor = a_vendor(wall)
    other = vendor.submit(replace(JOB, generation_id="g-2"))
    assert vendor.poll(other, JOB).status is RemoteStatus.UNKNOWN


def test_a_cancelled_job_ends_as_failed(wall: Wall) -> None:
    vendor = a_vendor(wall)
    job_id = vendor.submit(JOB)
    vendor.cancel(job_id)
    result = vendor.poll(job_id, JOB)
    assert result.status is RemoteStatus.FAILED
    assert result.failure is not None
    assert (result.failure.code, result.failure.retryable) == ("cancelled", False)


def test_cancelling_what_is_unknown_is_no_error(wall: Wall) -> None:
    a_vendor(wall).cancel("never-heard-of")


def test_what_it_is_expected_to_take_is_the_middle(wall: Wall) -> None:
    assert a_vendor(wall, low=5, high=40).expected_seconds() == 22.5


def test_it_is_a_remote_model(wall: Wall) -> None:
    assert isinstance(a_vendor(wall), RemoteProvider)


def test_a_whole_generation_by_way_of_the_vendor(world: World) -> None:
    wall = Wall()
    world.app.made["providers"] = GivenProviders(remote=a_vendor(wall, low=20, high=20))
    generation_id = world.create(model="Model R")
    for _ in range(5):  # the submission, and a poll after 5, 10, 15 and 20 seconds
        assert len(world.queue.waiting) == 1
        world.deliver(world.queue.waiting.popleft().generation_id)
        wall.now += timedelta(seconds=5)
    assert world.generation(generation_id).status == "completed"
    assert world.generation(generation_id).attempt == 1
    world.assert_books_balance()
