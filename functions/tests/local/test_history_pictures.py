"""The demo's history has its pictures on the local stack, and nowhere else are they painted."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pytest

from domain.catalog.options import Size
from domain.generations.generation import Generation, Output
from providers.models.simulated.brush import painted
from services.generations.media import Media
from services.generations.model_ports import Job
from services.generations.ports import GenerationFilter
from tools import history_pictures
from world import World

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def quickly(jobs: Iterable[Job]) -> Iterator[Media]:
    """Return pictures that are no PNG, for tests that do not look at them."""
    for job in jobs:
        size = job.option("size", Size)
        width, height = size.width, size.height
        yield Media.of_bytes(job.prompt.encode(), "image/png", width=width, height=height)


def past(world: World, user_id: str) -> list[Generation]:
    return world.app.generations.page([user_id], GenerationFilter(), after=None, limit=1_000)


@pytest.fixture
def seeded(world: World) -> World:
    world.app.seeding.seed()
    return world


def test_the_newest_picture_is_painted_at_its_own_size_and_has_a_preview(seeded: World) -> None:
    newest = next(iter(history_pictures.missing(seeded.app, 1)))
    history_pictures.develop(seeded.app, [newest], lambda jobs: map(painted, jobs))
    now = seeded.app.generations.get(newest.id)
    assert now is not None
    (output,) = now.value.outputs
    folder = f"generations/{newest.user_id}/{newest.id}"
    size = seeded.app.catalog.current().sizes[str(newest.spec.params["size"])]
    data = seeded.outputs.files[f"{folder}/0.png"]
    assert output == Output(
        path=f"{folder}/0.png",
        content_type="image/png",
        width=size.width,
        height=size.height,
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        preview_path=f"{folder}/0-thumbnail.webp",
    )
    assert f"{folder}/0-thumbnail.webp" in seeded.outputs.files


def test_the_newest_of_those_who_can_sign_in_come_first(seeded: World) -> None:
    wanted = list(history_pictures.missing(seeded.app, 3))
    assert [each.user_id for each in wanted] == ["arda"] * 3 + ["havanur"] * 3
    completed = [each for each in past(seeded, "arda") if each.status == "completed"]
    assert wanted[:3] == completed[:3]


def test_all_that_was_completed_has_a_picture_in_the_end_and_is_not_painted_again(seeded: World) -> None:
    history_pictures.develop(seeded.app, history_pictures.missing(seeded.app, None), quickly)
    for user_id in ("arda", "bot_spammer", "viral_marketer"):
        shown = {each.status.value: len(each.outputs) for each in past(seeded, user_id)}
        assert shown == {"completed": 1} | ({"failed": 0} if "failed" in shown else {})
    assert list(history_pictures.missing(seeded.app, None)) == []
    seeded.assert_books_balance()


def test_a_real_project_is_not_painted_for(monkeypatch: pytest.MonkeyPatch) -> None:
    deployed = World(NOW, FUNCTIONS_EMULATOR="false", AUTH_MODE="required")
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:9199")
    with pytest.raises(history_pictures.NotLocal):
        history_pictures.refuse_real_projects(deployed.app)
    monkeypatch.delenv("STORAGE_EMULATOR_HOST")
    with pytest.raises(history_pictures.NotLocal):
        history_pictures.refuse_real_projects(World(NOW).app)
