import io
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.settings.values import Range
from domain.catalog.models import Kind
from domain.operations.demo_catalog import COLORS, SIZES, STYLES
from providers.models.simulated.direct import OUTAGES, REJECTIONS, SimulatedModel
from services.generations.model_ports import Job, ModelRejected, ModelUnavailable
from world import data_of

SIZE = replace(SIZES[0], id="128x160", width=128, height=160)
JOB = Job(
    generation_id="g-1",
    model="Model A",
    kind=Kind.TEXT_TO_IMAGE,
    provider_model="landscapes",
    prompt="A lighthouse at dusk",
    params={"style": "anime", "color": COLORS[0].id, "size": "128x160"},
    options={"style": STYLES[1], "color": COLORS[0], "size": SIZE},
    seed=7,
    timeout_seconds=180,
    folder=Path("nowhere"),
)


def a_model(rate: float, low: float = 0, high: float = 0, chance: random.Random | None = None) -> SimulatedModel:
    return SimulatedModel(
        failure_rate=rate,
        latency=Range(low=low, high=high),
        chance=chance,
        pause=lambda _: None,
    )


def painted_by(model: SimulatedModel, job: Job) -> list[bytes]:
    return [data_of(each) for each in model.generate(job)]


def failures(chance: random.Random) -> dict[str, type[Exception]]:
    """Return every message of a model that always fails, with its class."""
    found: dict[str, type[Exception]] = {}
    model = a_model(1, chance=chance)
    for _ in range(200):
        with pytest.raises((ModelRejected, ModelUnavailable)) as failed:
            model.generate(JOB)
        found[str(failed.value)] = failed.type
    return found


def test_it_fails_in_the_seeds_five_ways_and_only_the_filter_is_final() -> None:
    assert failures(random.Random(1)) == {
        "Model processing timeout": ModelUnavailable,
        "Insufficient GPU resources": ModelUnavailable,
        "Content filter violation": ModelRejected,
        "Model overload - please retry": ModelUnavailable,
        "Network connection failed": ModelUnavailable,
    }


def test_each_way_has_a_code_of_its_own() -> None:
    codes = [code for code, _ in REJECTIONS + OUTAGES]
    assert sorted(codes) == ["content_filter", "insufficient_resources", "network", "overloaded", "timeout"]


def test_it_never_fails_at_rate_0() -> None:
    class Worst(random.Random):
        """Draws the lowest number there is."""

        def random(self) -> float:
            return 0.0

    (picture,) = a_model(0, chance=Worst()).generate(JOB)
    assert data_of(picture)


def test_it_always_fails_at_rate_1() -> None:
    class Best(random.Random):
        """Draws the highest number there is."""

        def random(self) -> float:
            return 1 - 2**-53

        def choice(self, among: Any) -> Any:
            return among[0]

    with pytest.raises((ModelRejected, ModelUnavailable)):
        a_model(1, chance=Best()).generate(JOB)


def test_its_latency_is_drawn_from_the_range() -> None:
    pauses: list[float] = []
    model = SimulatedModel(
        failure_rate=1,
        latency=Range(low=5, high=40),
        chance=random.Random(1),
        pause=pauses.append,
    )
    for _ in range(300):
        with pytest.raises((ModelRejected, ModelUnavailable)):
            model.generate(JOB)
    assert len(pauses) == 300
    assert 5 <= min(pauses) < 7
    assert 38 < max(pauses) <= 40


def test_what_it_is_expected_to_take_is_the_middle() -> None:
    assert a_model(0, low=5, high=40).expected_seconds() == 22.5
    assert a_model(0).expected_seconds() == 0


def test_its_picture_is_a_png_of_the_size_that_was_asked_for() -> None:
    (picture,) = a_model(0).generate(JOB)
    assert (picture.content_type, picture.width, picture.height) == ("image/png", 128, 160)
    with Image.open(io.BytesIO(data_of(picture))) as image:
        assert (image.format, image.size) == ("PNG", (128, 160))


def test_the_same_job_is_the_same_picture_whoever_paints_it() -> None:
    assert painted_by(a_model(0), JOB) == painted_by(a_model(0), JOB)


def test_another_seed_is_another_picture() -> None:
    assert painted_by(a_model(0), JOB) != painted_by(a_model(0), replace(JOB, seed=8))


def test_the_picture_says_what_it_was_made_from() -> None:
    (picture,) = a_model(0).generate(JOB)
    with Image.open(io.BytesIO(data_of(picture))) as image:
        text = str(image.info)
    assert "A lighthouse at dusk" in text
    assert "g-1" in text
