from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.records import Cursor
from domain.generations.errors import GenerationNotFound
from domain.generations.generation import Status
from orders import ASK, asking, create, order
from services.generations.model_ports import RemoteResult, RemoteStatus
from services.generations.ports import GenerationFilter
from world import World


def statuses(world: World, **wanted: Any) -> list[str]:
    found = world.app.viewing.page("alice", GenerationFilter(**wanted), after=None, limit=100)
    return [view.generation.status.value for view in found]


# --- wait ---


class Patience:
    """A pause sets the clock forward, and lets something happen when its moment comes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.pauses = 0
        self.then: dict[int, Any] = {}

    def __call__(self, seconds: float) -> None:
        self.pauses += 1
        self.world.later(seconds=seconds)
        if self.pauses in self.then:
            self.then[self.pauses]()


@pytest.fixture
def patience(world: World) -> Patience:
    world.app.made["pause"] = patience = Patience(world)
    return patience


def test_waiting_ends_when_the_generation_ends(world: World, patience: Patience) -> None:
    generation_id = create(world).generation.id
    patience.then = {3: world.deliver_all}
    started = world.now
    view = world.app.viewing.wait("alice", generation_id, 30)
    assert view.generation.status is Status.COMPLETED
    assert world.now - started == timedelta(seconds=3)


def test_waiting_ends_when_the_time_is_over(world: World, patience: Patience) -> None:
    generation_id = create(world).generation.id
    started = world.now
    view = world.app.viewing.wait("alice", generation_id, 5)
    assert view.generation.status is Status.QUEUED
    assert world.now - started == timedelta(seconds=5)


def test_waiting_for_an_ended_one_takes_no_time(world: World, patience: Patience) -> None:
    generation_id = create(world).generation.id
    world.deliver_all()
    world.app.viewing.wait("alice", generation_id, 30)
    assert patience.pauses == 0


def test_waiting_for_no_time_is_a_look(world: World, patience: Patience) -> None:
    world.app.viewing.wait("alice", create(world).generation.id, 0)
    assert patience.pauses == 0


def test_a_stranger_cannot_wait(world: World) -> None:
    with pytest.raises(GenerationNotFound):
        world.app.viewing.wait("mallory", create(world).generation.id, 30)


# --- lists ---


def test_a_list_is_newest_first_and_only_ones_own(world: World) -> None:
    mine = []
    for _ in range(3):
        mine.append(create(world).generation.id)
        create(world, order("mallory", ask=asking(size="512x512")))
        world.later(seconds=1)
    found = world.app.viewing.page("alice", GenerationFilter(), after=None, limit=10)
    assert [view.generation.id for view in found] == mine[::-1]


def test_a_list_goes_on_behind_its_cursor_where_times_are_equal_too(world: World) -> None:
    ids = {create(world).generation.id for _ in range(5)}
    seen: list[str] = []
    after = None
    while found := world.app.viewing.page("alice", GenerationFilter(), after=after, limit=2):
        seen += [view.generation.id for view in found]
        after = Cursor(found[-1].generation.created_at, found[-1].generation.id)
    assert len(seen) == 5
    assert set(seen) == ids


def test_filters_narrow_a_list(world: World) -> None:
    done = create(world).generation.id
    world.deliver_all()
    world.later(hours=1)
    noon = world.now
    waiting = create(world, order(ask=asking(style="anime", model="Model B"))).generation.id

    def found(**wanted: Any) -> list[str]:
        views = world.app.viewing.page("alice", GenerationFilter(**wanted), after=None, limit=10)
        return [view.generation.id for view in views]

    assert found(status=Status.COMPLETED) == [done]
    assert found(style="anime") == [waiting]
    assert found(model="Model B") == [waiting]
    assert found(created_from=noon) == [waiting]
    assert found(created_before=noon) == [done]
    assert found(created_from=noon, created_before=noon) == []
    assert found(status=Status.QUEUED, style="realistic") == []


def test_a_list_counts_no_places_in_the_queue(world: World) -> None:
    create(world)
    (view,) = world.app.viewing.page("alice", GenerationFilter(), after=None, limit=10)
    assert view.queue_position is None


def test_what_was_listed_as_processing_is_listed_as_ended_later(world: World) -> None:
    create(world, order(ask=replace(ASK, model="Model R")))
    world.vendor.results = [RemoteResult(status=RemoteStatus.RUNNING)]
    world.deliver(world.queue.waiting.popleft().generation_id)
    assert statuses(world) == ["processing"]
    world.deliver_all()
    assert statuses(world) == ["completed"]


# --- links ---


def test_links_open_each_output(world: World) -> None:
    generation_id = create(world).generation.id
    waiting = world.app.viewing.get("alice", generation_id)
    assert (waiting.links, waiting.previews) == ((), ())
    world.deliver_all()
    done = world.app.viewing.get("alice", generation_id)
    assert done.links == (f"https://outputs.test/generations/alice/{generation_id}/0.png",)
    assert done.previews == (f"https://outputs.test/generations/alice/{generation_id}/0-thumbnail.webp",)


def test_what_has_no_preview_has_no_link_to_it(world: World) -> None:
    world.previewer.reads_pictures = False
    generation_id = create(world).generation.id
    world.deliver_all()
    assert world.app.viewing.get("alice", generation_id).previews == (None,)


def test_the_links_of_a_page_are_asked_for_together(world: World) -> None:
    """If IAM signed them one after the other, a page of 20 would take a second or more."""
    made = [create(world).generation.id for _ in range(3)]
    world.deliver_all()
    made.append(create(world).generation.id)
    asked: list[Sequence[str]] = []
    links = world.outputs.links

    def seen(paths: Sequence[str]) -> Mapping[str, str]:
        asked.append(paths)
        return links(paths)

    world.outputs.links = seen  # type: ignore[method-assign]
    views = world.app.viewing.page("alice", GenerationFilter(), after=None, limit=10)
    found = {view.generation.id: (*view.links, *view.previews) for view in views}
    assert len(asked) == 1
    names = ("0.png", "0-thumbnail.webp")
    assert found == {
        **{each: tuple(f"https://outputs.test/generations/alice/{each}/{name}" for name in names) for each in made[:3]},
        made[3]: (),
    }
