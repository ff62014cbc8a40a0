from collections.abc import Callable
from typing import Any

import pytest

from core.errors import NotSupported, Unavailable
from providers.queue.memory import MemoryControl
from repositories.operations.queue_marks import QueueMarkRepository
from services.operations.ports import QueueControl, QueueState, QueueStatus
from services.operations.queue import QueueService
from world import World


@pytest.fixture
def marks(world: World) -> QueueMarkRepository:
    return QueueMarkRepository(world.documents, world.app.transaction)


@pytest.fixture
def control(world: World) -> MemoryControl:
    return MemoryControl(world.queue, lambda: world.now)


@pytest.fixture
def service(world: World, control: MemoryControl, marks: QueueMarkRepository) -> QueueService:
    return service_of(world, control, marks)


def service_of(world: World, control: QueueControl, marks: QueueMarkRepository) -> QueueService:
    return QueueService(control, marks, lambda: world.now)


def test_the_switches_are_the_queues_own(world: World, service: QueueService, control: MemoryControl) -> None:
    world.create()
    assert service.status() == control.status()
    assert service.status().depth == 1
    assert service.pause().state is QueueState.PAUSED
    assert control.status().state is QueueState.PAUSED
    assert service.resume().state is QueueState.RUNNING
    assert control.status().state is QueueState.RUNNING


def test_only_a_purge_leaves_a_mark(world: World, service: QueueService, marks: QueueMarkRepository) -> None:
    service.pause()
    service.resume()
    service.status()
    assert marks.purged_at() is None
    world.later(seconds=7)
    status = service.purge()
    assert marks.purged_at() == status.purged_at == world.now


def test_a_purge_touches_no_generation(world: World, service: QueueService) -> None:
    world.create()
    before = world.records()
    service.purge()
    after = world.records()
    assert set(after) - set(before) == {"system/queue"}
    assert {path: after[path] for path in before} == before
    assert not world.queue.waiting


class Failing:
    """A queue whose purge does what the test decides."""

    def __init__(self, purge: Callable[[], QueueStatus]) -> None:
        self.purge = purge

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was not to be asked for")


@pytest.mark.parametrize("error", [Unavailable("no answer"), NotSupported("no such switch")])
def test_the_mark_stands_before_the_purge_is_asked_for(
    world: World, marks: QueueMarkRepository, error: Exception
) -> None:
    """Then nothing is lost if a purge took effect but its answer was lost."""
    seen: list[object] = []

    def purge() -> QueueStatus:
        seen.append(marks.purged_at())
        raise error

    with pytest.raises(type(error)):
        service_of(world, Failing(purge), marks).purge()
    assert seen == [world.now]


def test_without_a_mark_nothing_is_purged(world: World, service: QueueService, monkeypatch: pytest.MonkeyPatch) -> None:
    world.create()

    def refuse(*_: object) -> None:
        raise Unavailable("The database does not answer")

    monkeypatch.setattr(QueueMarkRepository, "mark_purged", refuse)
    with pytest.raises(Unavailable):
        service.purge()
    assert len(world.queue.waiting) == 1
